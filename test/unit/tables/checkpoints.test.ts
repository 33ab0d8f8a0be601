import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkTable, columnsOf } from '../../../src/tables/checkedTable.ts';
import { recognise } from '../../../src/tables/columns.ts';
import { ImportError } from '../../../src/tables/tableError.ts';
import { openTable } from '../../../src/tables/tableFile.ts';

type Row = Record<string, unknown>;

describe('the checkpoints of a table', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'checkpoints-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function read(content: string): Promise<{ epochs: number | null; rows: Row[] }> {
    const file = path.join(folder, 'table');
    writeFileSync(file, content);
    const table = await openTable(file);
    const checked = await checkTable(table, recognise(await columnsOf(table)), () => {});
    let text = '';
    for await (const piece of checked.lines(() => {})) text += piece;
    const lines = text.trimEnd().split('\n');
    return { epochs: checked.epochs, rows: lines.map((line) => JSON.parse(line) as Row) };
  }
  const jsonl = (...rows: Row[]) =>
    rows.map((row) => `${JSON.stringify({ prompt: 'p', prediction: 'a', ...row })}\n`).join('');
  const told = async (content: string) => {
    const { epochs, rows } = await read(content);
    return { epochs, at: rows.map(({ epoch, step }) => [epoch, step]) };
  };

  it('are the steps, in epoch 0, where the table tells of steps alone', async () => {
    assert.deepEqual(await told(jsonl({ step: 500 }, { step: 0 }, { step: 1000 }, { step: 500 })), {
      epochs: null,
      at: [500, 0, 1000, 500].map((step) => [0, step]),
    });
    assert.deepEqual((await told(jsonl({ epoch: null, step: 7 }, { epoch: null, step: 9 }))).at, [
      [0, 7],
      [0, 9],
    ]);
    assert.deepEqual((await told('epoch,global_step,prompt,completion\nnan,7,p,a\n,9,p,b\n')).at, [
      [0, 7],
      [0, 9],
    ]);
  });

  it('have fractions of epochs as they are told, beside their step', async () => {
    const rows = [
      { epoch: 0.5, step: 10 },
      { epoch: 0.9999999, step: 20 },
      { epoch: 1, step: 20 },
      { epoch: 1.25, step: 25 },
    ];
    const at = rows.map(({ epoch, step }) => [epoch, step]);
    assert.deepEqual(await told(jsonl(...rows)), { epochs: 2, at });
    const csv = rows.map(({ epoch, step }) => `${epoch},${step}.0,p,a\n`).join('');
    assert.deepEqual(await told(`epoch,step,prompt,completion\n${csv}`), { epochs: 2, at });
  });

  it('have the epoch of the step before where a row among others tells none', async () => {
    const rows = [
      { step: 15 },
      { epoch: 2, step: 20 },
      { epoch: null, step: 20 },
      { epoch: 1, step: 10 },
      { step: 5 },
      { step: 30 },
    ];
    assert.deepEqual((await told(jsonl(...rows))).at, [
      [1, 15],
      [2, 20],
      [2, 20],
      [1, 10],
      [0, 5],
      [2, 30],
    ]);
  });

  it('are one for each epoch, be it a fraction, where there are no steps', async () => {
    assert.deepEqual(await told(jsonl({ epoch: 3 }, { epoch: 0 }, { epoch: 7 })), {
      epochs: 3,
      at: [3, 0, 7].map((epoch) => [epoch, epoch]),
    });
    assert.deepEqual(await told(jsonl({ epoch: 0.5 }, { epoch: 1 }, { epoch: 0.25 }, { epoch: 0.5 })), {
      epochs: 2,
      at: [
        [0.5, 2],
        [1, 3],
        [0.25, 1],
        [0.5, 2],
      ],
    });
    assert.deepEqual((await told(jsonl({ epoch: 0.5 }, { epoch: 0 }))).at, [
      [0.5, 1],
      [0, 0],
    ]);
  });

  it('are evaluations where there is neither: the n-th time that a sample comes, not one of its completions', async () => {
    const { epochs, at } = await told(
      jsonl(
        ...['p', 'q', 'p', 'q'].map((prompt) => ({ prompt })),
        { prompt: 'p', completion_index: 1 },
        { prompt: 'p', completion_index: 1 },
        { prompt: 'p', sample_source: 'train' },
      ),
    );
    assert.deepEqual([epochs, at.map(([epoch]) => epoch)], [2, [1, 1, 2, 2, 1, 2, 1]]);
    assert.ok(at.every(([epoch, step]) => epoch === step));
  });

  it('name the row whose epoch is none', async () => {
    const fails = (content: string, message: RegExp) =>
      assert.rejects(read(content), (error) => {
        assert.ok(error instanceof ImportError, String(error));
        assert.match(error.message, message);
        return true;
      });
    for (const epoch of [-1, -0.5, 1e16, [1], true]) {
      await fails(
        jsonl({ step: 1 }, { step: 2, epoch }),
        /^Line 2, column “epoch”: expected a whole number or a fraction/,
      );
    }
    await fails('epoch,step,prompt,completion\nInfinity,1,p,a\n', /^Line 2, column “epoch”/);
    await fails(jsonl({ epoch: 1 }, {}), /^Line 2, column “epoch”: nothing stands here$/);
  });
});
