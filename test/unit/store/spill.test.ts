import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { type SpillOptions, TextsLostError } from '../../../src/store/spill.ts';
import { SpillFolder } from '../../../src/store/spillFolder.ts';
import { eventually } from '../../support/eventually.ts';
import { aPrediction } from '../../support/predictions.ts';

const count = 3000;
const rows = Array.from({ length: count }, (_, index) =>
  aPrediction({
    id: `${index}`,
    epoch: Math.floor(index / 50),
    sample_index: index % 50,
    prediction: `${'ä'.repeat(200)} ${index} \ud800`,
  }),
);

describe('texts that are too much for the memory', () => {
  let folder: string;
  let spill: SpillOptions;
  let told: string[];
  let limit: number;
  let store: PredictionStore;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'texts-'));
    told = [];
    limit = 500;
    const files = new SpillFolder(path.join(folder, 'texts'));
    spill = {
      limit: () => limit,
      file: () => files.file(),
      writing: (problem) => told.push(problem === null ? 'works again' : 'failed'),
      lost: () => told.push('lost'),
    };
    store = new PredictionStore(spill);
  });

  afterEach(() => {
    store.dispose();
    rmSync(folder, { recursive: true });
  });

  const files = () => (existsSync(path.join(folder, 'texts')) ? readdirSync(path.join(folder, 'texts')) : []);
  const size = () => files().length;
  const isSettled = () => (store.textsInMemory <= limit + 400 ? true : undefined);

  it('go to a file and are read from there as they came, and the file goes with the watch', async () => {
    for (const row of rows) store.add(row);
    await eventually('most texts in the file', isSettled);
    assert.equal(size(), 1);
    assert.deepEqual(
      store.page(null, 0, count),
      rows.toReversed().toSorted((a, b) => b.epoch - a.epoch || b.sample_index - a.sample_index),
    );
    store.dispose();
    assert.deepEqual(files(), []);
  });

  it('stay in memory up to the limit, and go when the limit is lowered', async () => {
    limit = count;
    for (const row of rows) store.add(row);
    assert.equal(size(), 0);
    limit = 500;
    store.spillSome();
    await eventually('most texts in the file', isSettled);
    assert.deepEqual(store.get('7'), rows[7]);
  });

  it('stay in memory while they cannot be written, and nothing is lost', async () => {
    writeFileSync(path.join(folder, 'texts'), 'no folder');
    for (const row of rows) store.add(row);
    await eventually('word of it', () => (told.length > 0 ? true : undefined));
    assert.deepEqual(told, ['failed']);
    for (const row of rows) assert.deepEqual(store.get(row.id), row);
    rmSync(path.join(folder, 'texts'));
  });

  it('are told of as lost once when the file is cut, by an error of their own', async () => {
    for (const row of rows) store.add(row);
    await eventually('most texts in the file', isSettled);
    truncateSync(path.join(folder, 'texts', files()[0] ?? ''), 10);
    assert.throws(() => store.get('0'), TextsLostError);
    assert.throws(() => store.get('1'), TextsLostError);
    assert.deepEqual(told, ['lost']);
    assert.equal(store.isDamaged, true);
    store.clear();
    assert.equal(store.isDamaged, false);
    assert.equal(store.add(rows[0] ?? aPrediction()), true);
  });
});

describe('files of texts', () => {
  it('are removed when their process is gone, and only then', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'texts-'));
    const gone = 2 ** 22 + 1;
    const kept = [`${process.pid}-1-1@${hostname()}.texts`, `${process.ppid}-1-1@${hostname()}.texts`];
    const others = [`${gone}-1-1@${hostname()}x.texts`, 'mine.txt'];
    for (const name of [...kept, ...others, `${gone}-1-1@${hostname()}.texts`])
      writeFileSync(path.join(folder, name), '');
    assert.equal(new SpillFolder(folder).removeLeftovers(), 1);
    assert.deepEqual(readdirSync(folder).sort(), [...kept, ...others].sort());
    assert.equal(new SpillFolder(path.join(folder, 'none')).removeLeftovers(), 0);
    rmSync(folder, { recursive: true });
  });
});
