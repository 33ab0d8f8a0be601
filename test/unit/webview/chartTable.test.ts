import assert from 'node:assert/strict';
import type { TrendPoint } from '../../../src/wire/trends.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { cellText, changesTable, newestText, tableCsv, trendTable } from '../../../webview/trends/chartTable.ts';
import { trends } from '../../../webview/trends/series.ts';

const formats = formatsFor('en');
const cer = trends.find(({ key }) => key === 'cer');
assert.ok(cer);

const point = (
  epoch: number,
  mean: number | null,
  low: number | null = null,
  high: number | null = null,
): TrendPoint => ({
  epoch,
  step: epoch * 400,
  sample_count: 50,
  avg_exact_match: null,
  avg_char_error_rate: mean,
  avg_length_ratio: null,
  avg_word_overlap: null,
  min_char_error_rate: low,
  max_char_error_rate: high,
  validation_pass_rate: null,
});

describe('the table of a chart', () => {
  const points = [point(0, 0.97179412, 0.92, 1), point(4, null)];

  it('has every number that is drawn, as a person reads it', () => {
    const table = trendTable(cer, points, null, formats);
    assert.deepEqual(
      table.columns.map(({ heading }) => heading),
      ['Epoch', 'Step', 'Character error rate', 'Min', 'Max', 'Samples'],
    );
    const texts = table.rows.map(({ values }) => values.map((_value, column) => cellText(table, values, column)));
    assert.deepEqual(texts, [
      ['0', '0', '0.972', '0.920', '1.000', '50'],
      ['4', '1,600', '–', '–', '–', '50'],
    ]);
  });

  it('has the job that is laid over in a column of its own, with the epochs of both', () => {
    const table = trendTable(cer, points, { title: 'other', points: [point(2, 0.5), point(4, 0.25)] }, formats);
    assert.equal(table.columns.at(-1)?.heading, 'Character error rate, other');
    assert.deepEqual(
      table.rows.map(({ epoch, own, values }) => [epoch, own, values.at(-1)]),
      [
        [0, true, null],
        [2, false, 0.5],
        [4, true, 0.25],
      ],
    );
  });

  it('is saved with whole numbers, empty where there is none', () => {
    assert.equal(
      tableCsv(trendTable(cer, points, null, formats)),
      'Epoch,Step,Character error rate,Min,Max,Samples\r\n0,0,0.97179412,0.92,1,50\r\n4,1600,,,,50\r\n',
    );
  });

  it('says so where it lacks the older lines', () => {
    assert.equal(newestText(31, 31, formats), null);
    assert.equal(
      newestText(100, 20_000, formats),
      'Showing the newest 100 of 20,000 lines. A saved CSV has all of them.',
    );
  });

  it('counts improved, regressed and unchanged samples beside the step', () => {
    const changes = [
      { epoch: 4, step: 1600, improved: 1200, regressed: 3, unchanged: 0 },
      { epoch: 5, step: 2000, improved: 0, regressed: 0, unchanged: 1 },
    ];
    assert.equal(
      tableCsv(changesTable(changes, points, formats)),
      'Epoch,Step,Improved,Regressed,Unchanged\r\n4,1600,1200,3,0\r\n5,,0,0,1\r\n',
    );
  });
});
