import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventually } from '../support/eventually.ts';
import { type StartOptions, startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, openStream, post, request, sample, saveJob } from '../support/serverClient.ts';

describe('a server that runs for weeks', () => {
  let dataDir: string;
  let server: TestServer;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'training-predictions-'));
  });
  afterEach(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  });

  const start = async (options: StartOptions = {}) => {
    server = await startServer({ dataDir, ...options });
  };
  const file = () => join(dataDir, 'predictions.db');
  const jobs = async () => (await request(server, '/api/training/jobs')).json['jobs'] as Fields[];
  const ids = async () => (await jobs()).map((job) => job['id']);

  /** Changes the database while no server runs. */
  function edit(sql: string, ...values: string[]): void {
    const database = new DatabaseSync(file());
    database.prepare(sql).run(...values);
    database.close();
  }

  function count(table: string): number {
    const database = new DatabaseSync(file(), { readOnly: true });
    const row = database.prepare(`SELECT count(*) AS count FROM ${table}`).get();
    database.close();
    return Number(row?.['count']);
  }

  it('marks a running job that gave no sign of life for 15 minutes, until it gives one', async () => {
    await start();
    for (const status of ['running', 'queued', 'completed']) await saveJob(server, { job_id: status, status });
    const job = await createJob(server, { job_id: 'silent', status: 'running' });
    await server.stop();
    edit('UPDATE jobs SET alive_at = ?', new Date(Date.now() - 14 * 60_000).toISOString());
    edit(
      `UPDATE jobs SET alive_at = ? WHERE id <> '"running"'`,
      new Date(Date.now() - 15 * 60_000 - 1000).toISOString(),
    );
    await start();
    const marks = async () => (await jobs()).map((row) => [row['id'], row['_stale'], row['_originalStatus']]);
    assert.deepEqual(await marks(), [
      ['silent', true, 'running'],
      ['completed', undefined, undefined],
      ['queued', undefined, undefined],
      ['running', undefined, undefined],
    ]);
    await post(server, job, [sample()]);
    assert.deepEqual((await marks())[0], ['silent', undefined, undefined]);
  });

  it('gives the space of a deleted job back, and ends its streams', async () => {
    await start();
    const [job, kept] = [await createJob(server), await createJob(server)];
    await post(server, kept, [sample()]);
    for (let part = 0; part < 10; part += 1) {
      const rows = Array.from({ length: 40 }, () => sample({ prompt: 'x'.repeat(50_000) }));
      assert.equal((await post(server, job, rows)).status, 200);
    }
    const size = () => ['', '-wal'].reduce((sum, ending) => sum + statSync(file() + ending).size, 0);
    assert.ok(size() > 20_000_000, `${size()}`);
    const stream = await openStream(server, job.id);
    const init = { method: 'DELETE', headers: { 'X-API-Key': server.apiKey } };
    assert.equal((await request(server, `/api/training/local/jobs/${job.id}`, init)).status, 200);
    assert.equal(await stream.ended, true);
    await eventually('the space to be given back', () => size() < 500_000 || undefined);
    assert.deepEqual([count('predictions'), count('epochs'), count('discarded')], [1, 1, 0]);
  });

  it('ends what a killed one began: an import that nobody will finish, rows of deleted jobs', async () => {
    await start();
    const job = await createJob(server, { job_id: 'kept' });
    await post(server, job, [sample()]);
    const begun = httpRequest(`${server.url}/api/training/local/jobs/begun/import`, {
      method: 'POST',
      headers: { 'X-API-Key': server.apiKey },
    });
    begun.on('error', () => {});
    begun.write(`${JSON.stringify(sample())}\n`.repeat(2000));
    await eventually('rows to be stored', () => count('predictions') > 1 || undefined);
    await server.kill('SIGKILL');
    assert.ok(count('predictions') > 1);
    await start();
    assert.deepEqual(await ids(), ['kept']);
    await eventually('the rows to be removed', () => count('predictions') === 1 || undefined);
    assert.equal((await saveJob(server, { job_id: 'begun' })).status, 200);
    assert.deepEqual([count('jobs'), count('epochs')], [2, 1]);
  });

  it('removes ended jobs by age when it is told to', async () => {
    await start();
    for (const status of ['running', 'completed', 'failed']) await saveJob(server, { job_id: status, status });
    await server.stop();
    edit(`UPDATE jobs SET alive_at = ?`, new Date(Date.now() - 3 * 24 * 3_600_000).toISOString());
    await start();
    assert.equal((await ids()).length, 3);
    await server.stop();
    await start({ args: ['--keep-days', '2'] });
    await eventually('the ended jobs to be removed', async () => (await ids()).length === 1 || undefined);
    assert.deepEqual(await ids(), ['running']);
  });

  it('removes ended jobs by size when it is told to, the longest silent first', async () => {
    await start();
    for (const id of ['1', '2', '3', '4']) {
      const job = await createJob(server, { job_id: id, status: 'running' });
      await post(server, job, [sample({ prompt: 'x'.repeat(1_000_000) })]);
      if (id !== '1') await saveJob(server, { job_id: id, status: 'completed' });
    }
    await server.stop();
    await start({ args: ['--keep-gb', '0.0025'] });
    await eventually('jobs to be removed', async () => (await ids()).length === 2 || undefined);
    assert.deepEqual(await ids(), ['4', '1']);
  });
});
