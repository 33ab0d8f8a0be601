import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { eachScore } from '../../../src/model/scores.ts';
import { exportText } from '../../../src/panel/export/exportFormats.ts';
import { checkTable, columnsOf } from '../../../src/tables/checkedTable.ts';
import { recognise } from '../../../src/tables/columns.ts';
import { openTable } from '../../../src/tables/tableFile.ts';
import { stepsToField } from '../../../src/wire/depth.ts';
import { parseExactly } from '../../../src/wire/exactJson.ts';
import { numberFields, type Prediction } from '../../../src/wire/prediction.ts';
import { parseCsv } from '../../support/csv.ts';
import { oddTexts } from '../../support/hostileTexts.ts';
import { aPrediction } from '../../support/predictions.ts';

type Row = Record<string, unknown>;
const exact = (text: string) => parseExactly(text, stepsToField.ofRow, numberFields) as Row;

describe('the scores of a table', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'scores-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function read(content: string): Promise<Row[]> {
    const file = path.join(folder, 'table');
    writeFileSync(file, content);
    const table = await openTable(file);
    const checked = await checkTable(table, recognise(await columnsOf(table)), () => {});
    let text = '';
    for await (const piece of checked.lines(() => {})) text += piece;
    return text.trimEnd().split('\n').map(exact);
  }
  const exported = (rows: Row[], format: 'jsonl' | 'csv') =>
    [...exportText(() => rows as Prediction[], format)].map(({ text }) => text).join('');
  const jsonl = (...rows: Row[]) =>
    rows.map((row) => `${JSON.stringify({ prompt: 'p', prediction: 'a', ...row })}\n`).join('');
  const scoresOf = (row: Row) => {
    const scores: [string, number, string][] = [];
    eachScore(row as Prediction, (...score) => scores.push(score));
    return scores.sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const pair = (row: Row) => Object.fromEntries(scoresOf(row).map(([name, value]) => [name, value]));

  describe('that people have', () => {
    it('are read from an object named scores and from unknown columns, as they are', async () => {
      const scores = { reward: 0.7, format: true, judge: null };
      const [row] = await read(jsonl({ step: 1, scores, accuracy_reward: 1, acc: false }));
      assert.deepEqual(row?.['scores'], scores);
      assert.deepEqual(pair(row as Row), { reward: 0.7, format: 1, accuracy_reward: 1, acc: 0 });
    });

    it('are numbers and truth values in CSV too, however programs write them', async () => {
      const rows = await read(
        [
          'step,prompt,completion,reward,acc,loss,scores,exact_match,char_error_rate,validation_pass',
          '1,p,a,1.0,True,1e-05,"{""judge"": 0.50, ""ok"": true}",1.0,0.25,True',
          '1,q,b,nan,False,-.5,,True,1,',
          '2,p,c,,True,inf,{},,0,0',
          '2,q,d,+2,,3,None,0,,False',
        ].join('\n'),
      );
      assert.deepEqual(
        rows.map(({ reward, acc, loss }) => [reward, acc, loss]),
        [
          [1, true, 0.00001],
          [null, false, -0.5],
          [null, true, null],
          [2, null, 3],
        ],
      );
      assert.deepEqual(
        rows.map(({ scores, exact_match, char_error_rate }) => [scores, exact_match, char_error_rate]),
        [
          [{ judge: 0.5, ok: true }, 1, 0.25],
          [null, true, 1],
          [{}, null, 0],
          [null, 0, null],
        ],
      );
    });

    it('are none where a column holds another thing, or its name says so', async () => {
      const rows = await read(
        [
          'prompt,completion,zip,note,code,seed,order_id,digits',
          'p,a,00123,1.0,nan,1.0,7.0,12345678901234567890',
          'q,b,10115,good,none,2.0,8.0,1.0',
        ].join('\n'),
      );
      assert.deepEqual(
        rows.map(({ zip, note, code, seed, order_id, digits }) => [zip, note, code, seed, order_id, digits]),
        [
          ['00123', '1.0', 'nan', '1.0', '7.0', '12345678901234567890'],
          [10115, 'good', 'none', '2.0', '8.0', '1.0'],
        ],
      );
    });

    it('keep their columns under another name where these were meant for something else', async () => {
      const others = { scores: [0.5, 1], completion_index: 'first', restart: true, restart_from: -1, revision: 'a1b2' };
      const kept = Object.fromEntries(Object.entries(others).map(([name, value]) => [`original_${name}`, value]));
      const [row] = await read(jsonl(others));
      assert.deepEqual(row, { prompt: 'p', prediction: 'a', ...kept, sample_index: 0, epoch: 1, step: 1 });
      const [cells] = await read('prompt,prediction,scores,revision,completion_index\np,a,good,a1b2,1.0\n');
      assert.deepEqual(
        [cells?.['original_scores'], cells?.['original_revision'], cells?.['completion_index']],
        ['good', 'a1b2', 1],
      );
    });
  });

  describe('in an export of ours', () => {
    const own = (fields: Row, index = 0): Row => {
      const { job_id: _, ...row } = aPrediction({ id: `${index}`, sample_index: index });
      return { ...row, ...fields };
    };

    it('have a column each in CSV, known ones first, the others by name, beside the JSON of all', () => {
      const rows = [
        own({ scores: { zeal: 0.5, exact_match: 1, reward: 2 }, epoch_exact: 0.5 }),
        own({ scores: { Brevity: false, reward: -1.5, judge: null }, fluency: 0.25 }, 1),
        own({ scores: 'none' }, 2),
      ];
      const [columns, ...cells] = parseCsv(exported(rows, 'csv'));
      assert.deepEqual(columns?.slice(-7), [
        ...['scores', 'epoch_exact', 'fluency'],
        ...['scores.exact_match', 'Brevity', 'reward', 'zeal'],
      ]);
      assert.deepEqual(
        cells.map((row) => row.slice(-4)),
        [
          ['1', '', '2', '0.5'],
          ['', 'false', '-1.5', ''],
          ['', '', '', ''],
        ],
      );
    });

    it('have columns for as many as the panel shows, whatever names a script makes up', () => {
      const rows = Array.from({ length: 500 }, (_, index) =>
        own({ scores: { [`score ${1000 + index}`]: index } }, index),
      );
      const [columns] = parseCsv(exported(rows, 'csv'));
      assert.equal(columns?.filter((name) => name.startsWith('score ')).length, 64);
    });

    it('come back with all digits, below zero too, from either form', async () => {
      const text = '{"scores":{"a":-0.0,"b":0.1234567890123456789,"c":-1e-7},"d":-12345678901234567890,"e":-0.0}';
      const rows = [{ ...own({}), ...exact(text) }];
      for (const format of ['jsonl', 'csv'] as const) {
        const [row] = await read(exported(rows, format));
        assert.equal(JSON.stringify(row), JSON.stringify(rows[0]), format);
        assert.deepEqual(scoresOf(row as Row), scoresOf(rows[0] as Row));
      }
    });

    it('are not mixed up with fields of the same names', async () => {
      const rows = [
        own({ reward: 0.25, scores: { reward: 0.75, step: 3, 'scores.reward': 9 } }),
        own({ scores: { reward: 0.5 }, 'scores.step': 3 }, 1),
        own({ reward: null }, 2),
      ];
      const csv = exported(rows, 'csv');
      const back = await read(csv);
      assert.deepEqual(back.map(scoresOf), rows.map(scoresOf));
      assert.deepEqual(
        back.map(({ reward }) => reward),
        [0.25, null, null],
      );
      assert.equal(exported(back, 'csv'), csv);
    });

    it('are told from fields that hold the same', async () => {
      for (const row of [
        { scores: { reward: 1 }, reward: 1 },
        { scores: { reward: 1 }, 'scores.reward': 1 },
        { scores: { reward: 1, 'scores.reward': 1 }, reward: 1, 'scores.reward': 1 },
      ]) {
        const [back] = await read(exported([own(row)], 'csv'));
        assert.deepEqual(scoresOf(back ?? {}), scoresOf(own(row)), JSON.stringify(row));
      }
    });

    const name = fc.oneof(
      fc.constantFrom('reward', 'judge', 'exact_match', 'char_error_rate', 'epoch', 'time', 'scores', '__proto__'),
      oddTexts.filter((text) => text !== '' && text.length <= 100),
    );
    const score = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constantFrom(null, 0, 1, -0.5, 1e21, 5e-324),
    );
    const scores = fc.dictionary(name, score, { maxKeys: 4, noNullPrototype: true });
    const field = fc.tuple(fc.constantFrom('reward', 'fluency', 'scores.reward', 'seed'), score);
    const row = fc.record(
      {
        epoch: fc.nat(3),
        step: fc.nat(3),
        epoch_exact: fc.double({ min: 0, max: 4, noNaN: true }),
        scores: fc.oneof(scores, fc.constant(null)),
        char_error_rate: fc.double({ min: 0, max: 1, noNaN: true }),
        exact_match: fc.constantFrom(0, 1, true, false, null),
        completion_index: fc.nat(3),
        restart: fc.nat(2),
        restart_from: fc.nat(9),
        revision: fc.nat(2),
        prompt_id: fc.constantFrom('p', '007', 'q'),
        field,
      },
      { requiredKeys: ['epoch', 'step'], noNullPrototype: true },
    );

    it('come back equal, and with them everything that says which checkpoint, completion and start a row is of', async () => {
      const told = [
        'epoch',
        'step',
        'epoch_exact',
        'completion_index',
        'restart',
        'restart_from',
        'revision',
        'prompt_id',
      ];
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (made) => {
          const rows = made.map(({ field: extra, ...fields }, index) =>
            own({ ...fields, ...(extra && Object.fromEntries([extra])) }, index),
          );
          const lines = await read(exported(rows, 'jsonl'));
          assert.deepEqual(
            lines,
            rows.map((one) => exact(JSON.stringify(one))),
          );
          const csv = exported(rows, 'csv');
          const back = await read(csv);
          for (const [index, one] of back.entries()) {
            const sent = rows[index] as Row;
            assert.deepEqual(scoresOf(one), scoresOf(exact(JSON.stringify(sent))));
            for (const name of told) assert.deepEqual(one[name] ?? null, sent[name] ?? null, name);
          }
          assert.equal(exported(back, 'csv'), csv);
        }),
        { numRuns: 100 },
      );
    });
  });
});
