import assert from 'node:assert/strict';
import { fromHarmless } from '../../../src/csv.ts';
import { type ExportFormat, exportText } from '../../../src/panel/export/exportFormats.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { parseCsv } from '../../support/csv.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';
import { aPrediction } from '../../support/predictions.ts';

const textOf = (rows: Prediction[], format: ExportFormat): string =>
  [...exportText(() => rows, format)].map(({ text }) => text).join('');

describe('exports', () => {
  it('write each prediction with every field that came, one JSON line each', () => {
    const rows = [aPrediction(), { ...aPrediction({ sample_index: 1 }), reward: { total: 0.5 } }];
    const lines = textOf(rows, 'jsonl').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      rows,
    );
  });

  it('write CSV with quotes where RFC 4180 wants them and a column for every field', () => {
    const rows = [
      { ...aPrediction({ id: 'a', prompt: 'say "hi",\nplease' }), extra: [1] },
      aPrediction({ id: 'b', prediction: '=1+1' }),
    ];
    const text = textOf(rows, 'csv');
    assert.match(text, /^id,job_id,epoch,.*extra\r\n/);
    assert.match(text, /"say ""hi"",\nplease"/);
    assert.match(text, /,'=1\+1,/);
    assert.match(text, /\[1\]\r\n/);
  });

  it('make names of columns harmless too', () => {
    const formula = '=HYPERLINK("https://example.com";"x")';
    const [columns] = parseCsv(textOf([{ ...aPrediction(), [formula]: 1, ' ＝x': 2 } as Prediction], 'csv'));
    assert.deepEqual(columns?.slice(-2), [`'${formula}`, "' ＝x"]);
  });

  it('bring back any text a model wrote, from both formats', () => {
    const rows = Object.values(hostileTexts).map((text, index) =>
      aPrediction({ id: `${index}`, prompt: text, ground_truth: text, prediction: text }),
    );
    const lines = textOf(rows, 'jsonl').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as Prediction).prediction),
      Object.values(hostileTexts),
    );
    const [columns, ...records] = parseCsv(textOf(rows, 'csv'));
    const column = columns?.indexOf('prediction') ?? -1;
    assert.deepEqual(
      records.map((record) => fromHarmless(record[column] ?? '')),
      Object.values(hostileTexts),
    );
  });

  it('come in pieces that stay small where the texts are long', () => {
    const rows = Array.from({ length: 10 }, (_, index) =>
      aPrediction({ sample_index: index, prediction: 'x'.repeat(600_000) }),
    );
    const pieces = [...exportText(() => rows, 'jsonl')];
    assert.deepEqual(
      pieces.map((piece) => piece.rows),
      [2, 2, 2, 2, 2],
    );
  });
});
