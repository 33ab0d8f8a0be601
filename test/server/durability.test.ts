import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteDatabase } from '../../src/server/storage/sqlite/database.ts';
import { makeFile } from '../../src/server/storage/sqlite/databaseFile.ts';
import { eventually } from '../support/eventually.ts';
import { runServer, serverEntry, startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  openStream,
  post,
  predictionsPath,
  readPredictions,
  request,
  sample,
} from '../support/serverClient.ts';

describe('the database file', () => {
  let dataDir: string;
  const servers: TestServer[] = [];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'training-predictions-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    rmSync(dataDir, { recursive: true });
  });

  async function start(limits?: string): Promise<TestServer> {
    const entry = limits === undefined ? {} : { limits };
    const server = await startServer({ dataDir, ...entry });
    servers.push(server);
    return server;
  }

  const file = () => join(dataDir, 'predictions.db');
  const bytes = () => ['', '-wal'].map((ending) => existsSync(file() + ending) && readFileSync(file() + ending));

  async function assertRefused(reason: RegExp): Promise<void> {
    const before = bytes();
    const { code, stdout, stderr } = await runServer(['--data-dir', dataDir, '--port', '0']);
    assert.deepEqual([code, stdout], [1, '']);
    assert.ok(stderr.includes(file()), stderr);
    assert.match(stderr, reason);
    assert.deepEqual(bytes(), before);
  }

  /** A job of 500 predictions, written by a server that then stopped. */
  async function fill(): Promise<string> {
    const server = await start();
    const job = await createJob(server);
    const rows = Array.from({ length: 100 }, (_, index) => sample({ sample_index: index, prompt: 'p'.repeat(1000) }));
    for (let batch = 0; batch < 5; batch += 1) await post(server, job, rows);
    await server.kill();
    return job.id;
  }

  it('of a newer version is refused and left as it is', async () => {
    await fill();
    const database = new DatabaseSync(file());
    database.exec('PRAGMA user_version=99');
    database.close();
    await assertRefused(/it has version 99; this server reads up to version 4: update the server/);
  });

  it('of a newer version is left as it is with a log too, which a killed server did not fold back', async () => {
    await fill();
    const names = ['', '-wal'].map((ending) => file() + ending);
    const database = new DatabaseSync(file());
    database.exec('PRAGMA user_version=99');
    for (const name of names) copyFileSync(name, `${name}.copy`);
    database.close();
    for (const name of names) copyFileSync(`${name}.copy`, name);
    assert.ok(readFileSync(`${file()}-wal`).length > 0);
    await assertRefused(/version 99/);
  });

  it('that is damaged inside is refused and left as it is', async () => {
    await fill();
    const damaged = readFileSync(file());
    damaged.fill(0x5a, 8 * 4096, 40 * 4096);
    writeFileSync(file(), damaged);
    await assertRefused(/damaged|malformed/);
  });

  it('that was cut short is refused and left as it is', async () => {
    await fill();
    writeFileSync(file(), readFileSync(file()).subarray(0, 30 * 4096));
    await assertRefused(/damaged|malformed/);
  });

  it('of another program is refused and left as it is', async () => {
    const database = new DatabaseSync(file());
    database.exec('CREATE TABLE notes (text)');
    database.close();
    await assertRefused(/another program/);
  });

  it('that is empty is refused and left as it is, with what to do about it', async () => {
    await fill();
    writeFileSync(file(), '');
    await assertRefused(/it is empty, as a copy that failed leaves it: restore a copy, or remove it to begin anew/);
    rmSync(file());
    await start();
  });

  it('that is missing beside the log of its last changes is not begun anew over them', async () => {
    await fill();
    writeFileSync(`${file()}-wal`, 'last changes');
    rmSync(file());
    await assertRefused(/it is not there, but the log of its last changes is .*-wal.*: restore it, or move that away/);
    assert.equal(readFileSync(`${file()}-wal`, 'utf8'), 'last changes');
  });

  it('is whole or not there after a first start that failed in the middle: the next one needs nobody', async () => {
    // Room for the first page and no more.
    await assert.rejects(start('ulimit -S -f 8'), /predictions\.db cannot be used/);
    assert.equal(existsSync(file()), false);
    const server = await start();
    assert.equal((await post(server, await createJob(server), [sample()])).status, 200);
  });

  it('is whole or not there after first starts that were killed at it: the next one needs nobody', async function () {
    this.timeout(120_000);
    const made = () => readdirSync(dataDir).filter((name) => name.startsWith('predictions.db'));
    for (let kill = 0; kill < 4; kill += 1) {
      for (const name of made()) rmSync(join(dataDir, name));
      const child = spawn(process.execPath, [serverEntry, '--data-dir', dataDir, '--port', '0'], { stdio: 'ignore' });
      const ended = once(child, 'close');
      while (made().length < 1 + (kill % 2)) await new Promise((resolve) => setImmediate(resolve));
      child.kill('SIGKILL');
      await ended;
      const server = await start();
      assert.equal((await post(server, await createJob(server), [sample()])).status, 200);
      await server.stop();
      assert.deepEqual(
        made().filter((name) => name.includes('-new-')),
        [],
      );
    }
  });

  it('is made also where a process of the same number was killed at it, as in a container that starts again', () => {
    const fresh = `${file()}-new-${process.pid}`;
    for (const left of [Buffer.from('not whole'.repeat(1000)), undefined]) {
      if (left === undefined) renameSync(file(), fresh);
      else writeFileSync(fresh, left);
      makeFile(file());
      new SqliteDatabase(file()).close();
      assert.ok(!existsSync(fresh));
    }
  });

  it('of the first version is brought up to date, with everything in it', async () => {
    const id = await fill();
    const database = new DatabaseSync(file());
    const newer = ['metrics', 'batches', 'discarded', 'api_keys', 'checkpoints', 'prompts', 'starts'];
    for (const table of newer) database.exec(`DROP TABLE ${table}`);
    for (const index of ['checkpoint', 'id']) database.exec(`DROP INDEX predictions_by_${index}`);
    for (const column of [
      'bytes',
      'alive_at',
      'nonfinite_values',
      'prompt_ids',
      'several_steps_seq',
      'may_supersede',
    ]) {
      database.exec(`ALTER TABLE jobs DROP COLUMN ${column}`);
    }
    for (const column of ['step', 'id_key']) database.exec(`ALTER TABLE predictions DROP COLUMN ${column}`);
    database.exec('PRAGMA user_version=1; PRAGMA auto_vacuum=NONE; VACUUM');
    database.close();
    const server = await start();
    assert.equal((await readPredictions(server, id, '?limit=1000')).length, 500);
    const job = await createJob(server, { job_id: id });
    assert.equal((await post(server, job, [sample()])).status, 200);
    await server.stop();
    const after = new DatabaseSync(file(), { readOnly: true });
    const vacuum = after.prepare('PRAGMA auto_vacuum').get();
    const row = after.prepare('SELECT bytes, alive_at FROM jobs').get();
    after.close();
    assert.equal(vacuum?.['auto_vacuum'], 2);
    assert.ok(Number(row?.['bytes']) > 500 * 1200);
    assert.ok(!Number.isNaN(Date.parse(String(row?.['alive_at']))));
  });

  it('that cannot grow is told with 507; the server reads on, and writes again once there is room', async () => {
    // The system's own limit on a file's size stands for a full disk: no other program on it is harmed.
    const limit = 6_000_000;
    let server = await start(`ulimit -S -f ${Math.floor(limit / 512)}`);
    const [job, other] = [await createJob(server), await createJob(server)];
    const stream = await openStream(server, job.id);
    const rows = [sample({ prompt: 'x'.repeat(200_000) }), sample({ prompt: 'y'.repeat(200_000) })];
    let stored = 0;
    let answer = await post(server, job, rows);
    for (; answer.status === 200; answer = await post(server, job, rows)) stored += rows.length;
    assert.equal(answer.status, 507);
    assert.match(String(answer.json['error']), /disk is full.*Nothing of this was stored/);
    assert.ok(stored > 0);
    assert.equal((await readPredictions(server, job.id, '?limit=1000')).length, stored);
    assert.equal((await request(server, '/health')).status, 200);
    await stream.until(({ predictions }) => predictions.length === stored);
    assert.equal((await post(server, job, rows)).status, 507);
    const lines = `${JSON.stringify(sample({ prompt: 'z'.repeat(50_000) }))}\n`.repeat(200);
    const init = { method: 'POST', headers: { 'X-API-Key': server.apiKey }, body: lines };
    assert.equal((await request(server, '/api/training/local/jobs/brought/import', init)).status, 507);
    assert.equal((await request(server, predictionsPath('brought'))).status, 404);

    if (process.platform === 'linux') {
      execFileSync('prlimit', ['--pid', `${server.process.pid}`, '--fsize=unlimited:']);
    } else {
      await server.kill();
      server = await start();
    }
    assert.equal((await post(server, job, rows)).status, 200);
    assert.equal((await post(server, other, [sample()])).status, 200);
    const page = await request(server, predictionsPath(job.id, '?order=asc&limit=1000'));
    assert.equal(page.json['total_count'], stored + 2);
    assert.equal((page.json['predictions'] as unknown[]).length, stored + 2);
    stream.close();
    assert.equal((await request(server, '/api/training/local/jobs/brought/import', init)).json['count'], 200);
    for (const id of ['brought', job.id]) {
      const remove = { method: 'DELETE', headers: { 'X-API-Key': server.apiKey } };
      assert.equal((await request(server, `/api/training/local/jobs/${id}`, remove)).status, 200);
    }
    await eventually('all to be swept', () => statSync(file()).size < 500_000 || undefined);
  });
});
