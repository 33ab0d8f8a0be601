import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PostgresStorage } from '../../src/server/storage/postgres/postgresStorage.ts';
import { eventually } from '../support/eventually.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';
import { type EngineUnderTest, row } from '../support/storageStage.ts';
import { startPooler } from '../support/transactionPooler.ts';
import { storageKeepingSuite } from './storageKeepingSuite.ts';
import { storageSuite } from './storageSuite.ts';

const report = (error: unknown) => process.emitWarning(String(error));
let url: string;

const engine: EngineUnderTest = {
  open: () => PostgresStorage.open(url, report),
  reset: async () => {
    url = await (await sharedPostgres()).createDatabase();
  },
};
storageSuite('PostgreSQL', engine);
storageKeepingSuite('PostgreSQL', engine);

describe('a PostgreSQL database', () => {
  let postgres: PostgresServer;
  let open: PostgresStorage[] = [];

  before(async function () {
    this.timeout(60_000);
    postgres = await sharedPostgres();
  });
  beforeEach(async () => {
    url = await postgres.createDatabase();
  });
  afterEach(async () => {
    for (const storage of open.splice(0)) await storage.close();
    open = [];
  });

  const quiet: unknown[] = [];
  async function openStorage(): Promise<PostgresStorage> {
    const storage = await PostgresStorage.open(url, (error) => quiet.push(error));
    open.push(storage);
    return storage;
  }
  async function newJob(storage: PostgresStorage, id = 'a') {
    const job = await storage.saveJob('ann', id, { status: undefined, fields: '{}' });
    assert.ok(job);
    return job;
  }

  it('is made ready once, however many processes start at the same time', async () => {
    const storages = await Promise.all(Array.from({ length: 6 }, openStorage));
    const job = await newJob(storages[0] as PostgresStorage);
    for (const storage of storages) assert.deepEqual(await storage.job('a'), job);
    const versions = await postgres.ask('SELECT version FROM training_predictions.schema_version', url);
    assert.equal(versions.length, 1);
  });

  it('of a newer version is refused with a message and left as it is', async () => {
    await (await openStorage()).close();
    open = [];
    await postgres.ask('UPDATE training_predictions.schema_version SET version = 99', url);
    const tables = () =>
      postgres.ask("SELECT oid, relname FROM pg_class WHERE relnamespace = 'training_predictions'::regnamespace", url);
    const before = await tables();
    await assert.rejects(PostgresStorage.open(url, report), /version 99.*update the server/);
    assert.deepEqual(await tables(), before);
  });

  it('that cannot hold all text is refused', async () => {
    await postgres.ask("CREATE DATABASE plain ENCODING 'SQL_ASCII' TEMPLATE template0");
    await assert.rejects(PostgresStorage.open(postgres.url('plain'), report), /encoding is SQL_ASCII/);
  });

  it('behind a pooler in transaction mode is refused with advice, and left as it is', async () => {
    const pooler = await startPooler(postgres.port);
    const through = url.replace(`:${postgres.port}/`, `:${pooler.port}/`);
    await assert.rejects(PostgresStorage.open(through, report), /transaction mode.*5432 instead of 6543/);
    await pooler.close();
    assert.deepEqual(await postgres.ask("SELECT 1 FROM pg_namespace WHERE nspname = 'training_predictions'", url), []);
  });

  it('gives all processes one secret, that of the first', async () => {
    const [one, two] = [await openStorage(), await openStorage()];
    const secret = randomBytes(32);
    assert.deepEqual(await one.sharedSecret(secret), secret);
    assert.deepEqual(await two.sharedSecret(randomBytes(32)), secret);
  });

  it('keeps and finds ids that are longer than an index takes', async () => {
    const storage = await openStorage();
    const id = randomBytes(6000).toString('base64');
    const job = await newJob(storage, id);
    assert.deepEqual(await storage.job(id), job);
    assert.equal(await storage.deleteJob('ann', id), true);
    assert.equal((await newJob(storage, id)).lastSeq, 0);
  });

  it('tells every process of changes, whatever the job is called', async () => {
    const [one, two] = [await openStorage(), await openStorage()];
    const told: (number | undefined)[] = [];
    two.onChange((job) => told.push(job));
    const job = await newJob(one, 'ü'.repeat(9000));
    await one.addPredictions(job, [row()]);
    await one.deleteJob('ann', job.id);
    await eventually('all three changes are told', () => told.length >= 3 || undefined);
    assert.deepEqual(told, [job.number, job.number, job.number]);
  });

  it('numbers the batches of several processes in the order in which they are committed', async () => {
    const [one, two] = [await openStorage(), await openStorage()];
    const job = await newJob(one);
    let reading = true;
    const seen: number[] = [];
    // Whoever reads up to the job's last number misses nothing, at any moment.
    const reader = (async () => {
      while (reading) {
        const now = await two.job('a');
        const upTo = now?.lastSeq ?? 0;
        for await (const rows of two.predictions(job, { order: 'asc', after: seen.length, upTo })) {
          seen.push(...rows.map(({ seq }) => seq));
        }
        assert.equal(seen.length, upTo);
      }
    })();
    const writers = [one, two, one, two].map(async (storage) => {
      for (let batch = 0; batch < 25; batch += 1) await storage.addPredictions(job, [row(), row(), row()]);
    });
    await Promise.all(writers);
    reading = false;
    await reader;
    assert.deepEqual(
      seen.slice(0, 300),
      Array.from({ length: seen.length }, (_, index) => index + 1),
    );
    assert.equal((await two.job('a'))?.lastSeq, 300);
  });

  it('makes one life of a job that several processes make at the same time', async () => {
    const storages = await Promise.all(Array.from({ length: 4 }, openStorage));
    for (let round = 0; round < 10; round += 1) {
      const lives = await Promise.all(storages.map((storage) => newJob(storage)));
      assert.equal(new Set(lives.map(({ incarnation }) => incarnation)).size, 1);
      await storages[round % 4]?.deleteJob('ann', 'a');
    }
  });

  it('that was away is there again without a restart, and what was missed is told', async function () {
    this.timeout(60_000);
    const [one, two] = [await openStorage(), await openStorage()];
    const job = await newJob(one);
    const told: (number | undefined)[] = [];
    two.onChange((number) => told.push(number));
    await postgres.down();
    await assert.rejects(one.job('a'), { name: 'StorageUnavailableError' });
    await assert.rejects(one.addPredictions(job, [row()]), { name: 'StorageUnavailableError' });
    await postgres.up();
    assert.deepEqual(await eventually('it answers', () => one.job('a').catch(() => undefined)), job);
    told.length = 0;
    await eventually('the listener tells of a gap', () => told.includes(undefined) || undefined, 30_000);
    await one.addPredictions(job, [row()]);
    await eventually('it hears again', () => told.includes(job.number) || undefined, 30_000);
  });

  it('whose connections are cut is asked over new ones', async () => {
    const storage = await openStorage();
    const job = await newJob(storage);
    const told: (number | undefined)[] = [];
    storage.onChange((number) => told.push(number));
    await postgres.ask('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()', url);
    await eventually('the listener is back', () => told.includes(undefined) || undefined);
    await eventually('it answers', () => storage.addPredictions(job, [row()]).catch(() => undefined));
  });
});
