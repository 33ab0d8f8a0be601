import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { imported, importedId, keyedBatch, send, told } from '../support/firstEdition/requests.ts';
import { serverEntry, startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, predictionsPath, readPredictions, request, sample } from '../support/serverClient.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

const read = (name: string): Buffer =>
  gunzipSync(readFileSync(path.join(import.meta.dirname, '../support/firstEdition', name)));
const answers = JSON.parse(read('answers.json.gz').toString('utf8')) as Record<string, Record<string, string>>;

/** A database as a server of the first edition left it. */
interface Left {
  readonly env: Record<string, string>;
  /** Runs SQL on it. */
  run(sql: string): Promise<void>;
}

const engines: Record<string, { leave: (folder: string) => Promise<Left>; manyRows: string }> = {
  sqlite: {
    leave: async (folder) => {
      const file = path.join(folder, 'predictions.db');
      writeFileSync(file, read('sqlite.db.gz'));
      const run = async (sql: string) => {
        const database = new DatabaseSync(file);
        database.exec(sql);
        database.close();
      };
      return { env: {}, run };
    },
    manyRows: `INSERT INTO predictions
      WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 60000)
      SELECT number, last_seq + n, 0, n, 'id ' || n, '2026-01-01T00:00:00.000Z',
        '{"epoch":0,"step":' || (n % 100) || ',"sample_index":' || n || ',"prompt":"p","prediction":"a"}'
      FROM more, jobs WHERE id = '"again"' ORDER BY n;`,
  },
  postgresql: {
    leave: async () => {
      const postgres = await sharedPostgres();
      const url = await postgres.createDatabase();
      await postgres.ask(read('postgresql.sql.gz').toString('utf8'), url);
      const run = async (sql: string) => {
        await postgres.ask(sql, url);
      };
      return { env: { TRAINING_PREDICTIONS_DATABASE_URL: url }, run };
    },
    manyRows: `INSERT INTO training_predictions.predictions
      SELECT number, last_seq + n, 0, n, 'id ' || n, '2026-01-01T00:00:00.000Z',
        '{"epoch":0,"step":' || (n % 100) || ',"sample_index":' || n || ',"prompt":"p","prediction":"a"}'
      FROM generate_series(1, 60000) AS n, training_predictions.jobs WHERE id = '"again"';`,
  },
};
/** What the rows of `manyRows` add to their job. */
const grownJob = `SET last_seq = last_seq + 60000, prediction_count = prediction_count + 60000 WHERE id = '"again"'`;

for (const [name, engine] of Object.entries(engines)) {
  describe(`a database of the first edition in ${name}`, function () {
    this.timeout(120_000);
    let folder: string;
    let left: Left;
    let server: TestServer | undefined;

    beforeEach(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'first-edition-'));
      left = await engine.leave(folder);
    });
    afterEach(async () => {
      await server?.stop();
      server = undefined;
      rmSync(folder, { recursive: true });
    });

    const start = async (): Promise<TestServer> => {
      server = await startServer({ dataDir: folder, env: left.env });
      return server;
    };
    const checkpoints = async (target: TestServer, job: string) => {
      const { json } = await request(target, predictionsPath(job, '/checkpoints'));
      return (json['checkpoints'] as Fields[]).map(({ epoch, step, prediction_count, sample_count }) => [
        epoch,
        step,
        prediction_count,
        sample_count,
      ]);
    };

    it('tells all that it told, word by word, also after another start', async () => {
      const first = await start();
      assert.deepEqual(await told(first), answers[name]);
      await first.stop();
      assert.deepEqual(await told(await start()), answers[name]);
    });

    it('tells of checkpoints', async () => {
      const target = await start();
      assert.deepEqual(await checkpoints(target, 'steps'), [
        [0, 10, 3, 3],
        [0, 20, 3, 3],
        [0, 30, 4, 4],
      ]);
      assert.deepEqual(await checkpoints(target, 'epochs'), [
        [1, 10, 2, 2],
        [2, 20, 2, 2],
        [3, 30, 2, 2],
      ]);
      const { json } = await request(
        target,
        predictionsPath('distinct', '/trends?by=checkpoint&scores=char_error_rate'),
      );
      assert.deepEqual(
        (json['trends'] as { scores: Record<string, Fields> }[]).map(
          ({ scores }) => scores['char_error_rate']?.['mean'],
        ),
        [0.25, 0.5],
      );
      assert.equal((await readPredictions(target, 'steps', '?epoch=0&step=20')).length, 3);
    });

    it('knows what its prompts are called', async () => {
      const target = await start();
      const { token } = await createJob(target, { job_id: 'distinct' });
      assert.deepEqual(await checkpoints(target, 'distinct'), [
        [0, 1, 2, 2],
        [0, 2, 2, 2],
      ]);
      const again = sample({ epoch: 0, step: 2, prompt_id: '1 0' });
      await send(target, token, 'predictions', { job_id: 'distinct', predictions: [again] });
      // A name that comes again names what is asked.
      assert.deepEqual(await checkpoints(target, 'distinct'), [
        [0, 1, 2, 2],
        [0, 2, 3, 3],
      ]);
    });

    it('knows its batches and its rows', async () => {
      const target = await start();
      const { token } = await createJob(target, { job_id: 'steps' });
      const repeated = await send(target, token, 'predictions', keyedBatch, 'first');
      assert.deepEqual([repeated.status, repeated.json], [200, { success: true, count: 1 }]);
      const [row = {}] = await readPredictions(target, 'steps');
      const known = await send(target, token, 'predictions', { job_id: 'steps', predictions: [row] });
      assert.deepEqual(known.json, { success: true, count: 1, known: 1 });
      const other = await createJob(target, { job_id: 'imported' });
      const rows = [sample({ ...imported[0], id: importedId.toLowerCase() }), ...imported.slice(1)];
      const added = await send(target, other.token, 'predictions', { job_id: 'imported', predictions: rows });
      assert.deepEqual(added.json, { success: true, count: 3, known: 1 });
    });

    it('knows which of its rows were superseded', async () => {
      const schema = name === 'sqlite' ? '' : 'training_predictions.';
      const rows = ['10,"prediction":"a"', '20,"prediction":"b"', '20,"prediction":"\\u0000","restart":1'];
      rows.push('30,"prediction":"d","revision":1', '30,"prediction":"e"', '40,"restart":0,"prediction":"f"');
      for (const [index, text] of rows.entries()) {
        const content = `{"epoch":9,"sample_index":0,"prompt":"p","step":${text}}`;
        await left.run(
          `INSERT INTO ${schema}predictions
           SELECT number, last_seq + 1, 9, 0, 'old ${index}', '2026-01-01T00:00:00.000Z', '${content}'
           FROM ${schema}jobs WHERE id = '"again"';
           UPDATE ${schema}jobs SET last_seq = last_seq + 1, prediction_count = prediction_count + 1
           WHERE id = '"again"'`,
        );
      }
      const { json } = await request(await start(), predictionsPath('again', '/checkpoints'));
      assert.deepEqual(
        (json['checkpoints'] as Fields[])
          .filter(({ epoch }) => epoch === 9)
          .map(({ step, prediction_count: count, superseded_count: superseded }) => [step, count, superseded]),
        [
          [10, 1, 0],
          [20, 2, 1],
          [30, 2, 2],
          [40, 1, 1],
        ],
      );
    });

    it('is brought up to date by the next server when one was killed at it', async () => {
      await left.run(engine.manyRows);
      await left.run(`UPDATE ${name === 'sqlite' ? '' : 'training_predictions.'}jobs ${grownJob}`);
      for (const delay of [300, 500, 700, 900]) {
        const child = begin(folder, left.env);
        await sleep(delay);
        child.kill('SIGKILL');
        await once(child, 'close');
      }
      const target = await start();
      const rows = (await checkpoints(target, 'again')).filter(([epoch]) => epoch === 0);
      assert.equal(rows.length, 100);
      assert.ok(rows.every(([, , count]) => count === 600));
      for (const [key, text] of Object.entries(await told(target))) {
        if (!key.startsWith('again')) assert.equal(text, answers[name]?.[key]);
      }
    });
  });
}

/** A server that is not waited for. */
function begin(folder: string, env: Record<string, string>): ChildProcess {
  const args = [serverEntry, '--data-dir', folder, '--port', '0'];
  return spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
}
