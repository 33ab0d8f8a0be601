import assert from 'node:assert/strict';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, openStream, post, request, sample, saveJob } from '../support/serverClient.ts';

describe('fields that the server does not know', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  async function told(id: string, list = '/api/training/local/jobs?limit=100', at = server): Promise<unknown> {
    const { json } = await request(at, list);
    const job = (json['jobs'] as Fields[]).find((one) => one['id'] === id);
    assert.ok(job);
    return job['unknown_fields'];
  }

  it('are kept with their job, each once, and told in both lists and on its stream', async () => {
    const job = await createJob(server);
    const stream = await openStream(server, job.id);
    await post(server, job, [sample({ ground_thruth: 'x' })]);
    await stream.until(({ events }) => events.some(({ data }) => 'unknown_fields' in data));
    stream.close();
    const first = { ground_thruth: 'ground_truth' };
    assert.deepEqual(await told(job.id), first);
    assert.deepEqual(await told(job.id, '/api/training/jobs'), first);
    await post(server, job, [sample({ ground_thruth: 'y', exactMatch: 1 })]);
    assert.deepEqual(await told(job.id), { ...first, exactMatch: 'exact_match' });
    // Whatever else changes.
    await saveJob(server, { job_id: job.id, loss: 1 });
    assert.deepEqual(await told(job.id), { ...first, exactMatch: 'exact_match' });
  });

  it('are at most ten of a job, however many batches bring some', async () => {
    const job = await createJob(server);
    for (const letters of ['abcdefg', 'ijklmnop']) {
      await post(server, job, [sample(Object.fromEntries([...letters].map((letter) => [`ground_trut${letter}`, 1])))]);
    }
    const names = Object.keys((await told(job.id)) as Fields);
    assert.deepEqual(
      names,
      [...'abcdefgijk'].map((letter) => `ground_trut${letter}`),
    );
  });

  it('are not told of a job that has none, nor of what a script gives under that name', async () => {
    const job = await createJob(server, { unknown_fields: ['a', { b: 1 }] });
    await post(server, job, [sample({ reward: 1, my_own: 2 })]);
    assert.equal(await told(job.id), undefined);
    const long = 'x'.repeat(41);
    await saveJob(server, { job_id: job.id, unknown_fields: { [long]: 'a', b: long, c: 1 } });
    assert.equal(await told(job.id), undefined);
  });

  it('are known after a restart', async () => {
    const other = await startServer();
    const job = await createJob(other);
    await post(other, job, [sample({ groundTruth: 'x' })]);
    await other.kill();
    const again = await startServer({ dataDir: other.dataDir });
    assert.deepEqual(await told(job.id, undefined, again), { groundTruth: 'ground_truth' });
    await again.stop();
    await other.stop();
  });

  it('are told of an import too, columns of numbers among them', async () => {
    const body = `${JSON.stringify(sample({ groundTruth: 'x', scores: { char_error_rat: 0.5, reward: 1 } }))}\n`;
    const answer = await request(server, '/api/training/local/jobs/brought/import', {
      method: 'POST',
      headers: { 'X-API-Key': server.apiKey },
      body,
    });
    const fields = { groundTruth: 'ground_truth', char_error_rat: 'char_error_rate' };
    assert.deepEqual([answer.status, answer.json['unknown_fields']], [200, fields], answer.text);
    assert.deepEqual(await told('brought'), fields);
  });
});
