import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileNameOf, writeExport } from '../../../src/panel/export/exportFile.ts';
import { allRows, shownRows } from '../../../src/panel/export/exportRows.ts';
import { rowsOf } from '../../../src/panel/rows.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { aPrediction } from '../../support/predictions.ts';

describe('the file of an export', () => {
  let folder: string;
  let file: string;
  let store: PredictionStore;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'export-'));
    file = path.join(folder, 'out.jsonl');
    store = new PredictionStore();
    for (let index = 0; index < 12_000; index += 1) {
      store.add(aPrediction({ epoch: index % 2, sample_index: Math.floor(index / 2), prediction: `answer ${index}` }));
    }
  });

  afterEach(() => rm(folder, { recursive: true }));

  const never = new AbortController().signal;
  const written = async () =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Prediction);

  it('holds every row once, the oldest first', async () => {
    let told = 0;
    const count = await writeExport(file, allRows(store), 'jsonl', never, (rows) => {
      told += rows;
    });
    assert.deepEqual([count, told], [12_000, 12_000]);
    assert.deepEqual(await written(), store.page(null, 0, 12_000).toReversed());
  });

  it('can be written under the name of any job, in its folder and seen there', async () => {
    const names = [
      '../../etc/passwd',
      '..',
      '',
      'CON',
      '.hidden',
      'L'.repeat(1_000_000),
      '日本'.repeat(500),
      'a\0b\\c:d',
    ];
    for (const name of names) {
      const target = `${fileNameOf(name)}-predictions.jsonl`;
      assert.equal(await writeExport(path.join(folder, target), allRows(store), 'jsonl', never, () => {}), 12_000);
      assert.ok((await readdir(folder)).includes(target), target);
      assert.doesNotMatch(target, /^\.|[^\w.-]/);
    }
  });

  it('holds the rows as they stood when it was begun, in the order of the table', async () => {
    const filters = { epoch: 1, step: null, source: null, search: 'ANSWER', conditions: [] };
    const query = {
      ...filters,
      invalidOnly: false,
      regressedOnly: false,
      sort: null,
      superseded: false,
      grouped: false,
    };
    const rows = rowsOf(store, query);
    while (!rows.advance(10));
    const shown = shownRows(rows, store.arrivals, store);
    const before = rows.page(0, 12_000).map((row) => store.table.read(row));
    store.add(aPrediction({ epoch: 1, sample_index: 9000, prediction: 'answer later' }));
    while (!rows.advance(10));
    assert.equal(await writeExport(file, shown, 'jsonl', never, () => {}), 6000);
    assert.deepEqual(await written(), before);
  });

  it('is not there, nor a part of it, once it was cancelled, and one from before stays', async () => {
    await writeFile(file, 'from before');
    const aborted = new AbortController();
    const reason = new Error('cancelled');
    const writing = writeExport(file, allRows(store), 'csv', aborted.signal, (rows) => {
      if (rows > 0) aborted.abort(reason);
    });
    await assert.rejects(writing, reason);
    assert.deepEqual(await readdir(folder), ['out.jsonl']);
    assert.equal(await readFile(file, 'utf8'), 'from before');
  });

  it('leaves nothing behind where it cannot be written', async () => {
    await assert.rejects(
      writeExport(folder, allRows(store), 'jsonl', never, () => {}),
      /EISDIR|EEXIST|ENOTEMPTY/,
    );
    assert.deepEqual(await readdir(path.dirname(folder)).then((names) => names.filter((n) => n.endsWith('.part'))), []);
  });
});
