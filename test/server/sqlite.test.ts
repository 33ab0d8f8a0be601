import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DiskReserve } from '../../src/server/storage/sqlite/diskReserve.ts';
import { SqliteStorage } from '../../src/server/storage/sqlite/sqliteStorage.ts';
import { eventually } from '../support/eventually.ts';
import { type EngineUnderTest, row } from '../support/storageStage.ts';
import { storageKeepingSuite } from './storageKeepingSuite.ts';
import { storageSuite } from './storageSuite.ts';

const directory = mkdtempSync(join(tmpdir(), 'training-predictions-'));
const file = join(directory, 'predictions.db');

after(() => rmSync(directory, { recursive: true }));

const engine: EngineUnderTest = {
  open: async () => new SqliteStorage(file),
  reset: async () => {
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
  },
};
storageSuite('SQLite', engine);
storageKeepingSuite('SQLite', engine);

describe('the reserve on the disk', () => {
  it('is taken once the storage is open, and again after a deletion that needed it', async () => {
    const name = join(directory, 'reserved.db');
    const size = () => statSync(`${name}-reserve`, { throwIfNoEntry: false })?.size;
    const storage = new SqliteStorage(name);
    assert.equal(await eventually('the reserve', size), 16 * 1024 * 1024);
    const reserve = new DiskReserve(name);
    assert.deepEqual([reserve.release(), size(), reserve.release()], [true, undefined, false]);
    await storage.saveJob('ann', 'a', { status: undefined, fields: '{}' });
    await storage.deleteJob('ann', 'a');
    assert.equal(await eventually('the reserve', size), 16 * 1024 * 1024);
    await storage.close();
  });
});

describe('a SQLite file', () => {
  it('has all batches that were still waiting for the disk when it was closed', async () => {
    const name = join(directory, 'closed.db');
    const storage = new SqliteStorage(name);
    const job = await storage.saveJob('ann', 'job', { status: undefined, fields: '{}' });
    assert.ok(job);
    const metric = { step: 1, content: '{"step":1}' };
    const waiting = [storage.addMetrics(job, [metric]), storage.addMetrics(job, [metric])];
    await storage.close();
    assert.deepEqual(await Promise.all(waiting), [
      { kind: 'stored', stored: 1, known: null },
      { kind: 'stored', stored: 1, known: null },
    ]);
    const again = new SqliteStorage(name);
    const kept = [];
    for await (const contents of again.metrics(job)) kept.push(...contents);
    assert.equal(kept.length, 2);
    await again.close();
  });

  it('shows no batch that a power cut could still take, and lets readers and writers by each other', async () => {
    const storage = new SqliteStorage(join(directory, 'shown.db'));
    const job = await storage.saveJob('ann', 'job', { status: undefined, fields: '{}' });
    assert.ok(job);
    let answered = 0;
    const writer = async () => {
      for (let batch = 0; batch < 50; batch += 1) {
        await storage.addPredictions(job, [row()]);
        answered += 1;
      }
    };
    const written = Promise.all([writer(), writer(), writer(), writer()]);
    let reads = 0;
    while (answered < 200) {
      const shown = (await storage.job('job'))?.lastSeq ?? 0;
      // Those who were answered in the same step are heard within it.
      await new Promise(process.nextTick);
      assert.ok(shown <= answered, `${shown} rows were shown, ${answered} were safe`);
      if (answered > 0) reads += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await written;
    assert.ok(reads > 10);
    await storage.close();
  });

  it('has nothing of a batch that failed in the middle, and takes the next one', async () => {
    const name = join(directory, 'failed.db');
    const storage = new SqliteStorage(name);
    const job = await storage.saveJob('ann', 'job', { status: undefined, fields: '{}' });
    assert.ok(job);
    await storage.addPredictions(job, [row()]);
    const other = new DatabaseSync(name);
    const taken = `INSERT INTO predictions SELECT job, 30, epoch, sample_index, 'x', created_at, content, step, NULL FROM predictions`;
    other.exec(taken);
    const batch = Array.from({ length: 50 }, () => row());
    await assert.rejects(storage.addPredictions(job, batch), /UNIQUE constraint failed/);
    const count = () => Number(other.prepare('SELECT count(*) AS n FROM predictions').get()?.['n']);
    assert.equal(count(), 2);
    assert.equal((await storage.job('job'))?.lastSeq, 1);
    other.exec('DELETE FROM predictions WHERE seq = 30');
    other.close();
    await storage.addPredictions(job, batch);
    assert.equal((await storage.job('job'))?.lastSeq, 51);
    await storage.close();
  });

  it('of a newer version is refused and left as it is', () => {
    const newer = join(directory, 'newer.db');
    const database = new DatabaseSync(newer);
    database.exec('CREATE TABLE t (a); PRAGMA user_version=99');
    database.close();
    const before = readFileSync(newer);
    assert.throws(() => new SqliteStorage(newer), /version 99/);
    assert.deepEqual(readFileSync(newer), before);
  });

  it('that is none is refused and left as it is', () => {
    const damaged = join(directory, 'damaged.db');
    writeFileSync(damaged, 'not a database, though long enough to hold a header of one'.repeat(20));
    const before = readFileSync(damaged);
    assert.throws(() => new SqliteStorage(damaged));
    assert.deepEqual(readFileSync(damaged), before);
  });
});
