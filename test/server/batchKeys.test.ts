import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { maxBatchRows } from '../../src/server/requests/batch.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  type Fields,
  openStream,
  predictionsPath,
  readPredictions,
  request,
  sample,
  type TestJob,
} from '../support/serverClient.ts';

describe('a batch under an Idempotency-Key', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });

  const send = (key: string, body: Fields, to = job, what = 'predictions') =>
    request(server, `/api/training/local/${what}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${to.token}`, 'Idempotency-Key': key },
      body: JSON.stringify({ job_id: to.id, ...body }),
    });
  const two = { predictions: [sample(), sample({ sample_index: 1 })] };
  const total = async () => (await request(server, predictionsPath(job.id, '?limit=1'))).json['total_count'];

  it('is stored and streamed once, however often it is sent, and answered alike', async () => {
    const [key, stream] = [randomUUID(), await openStream(server, job.id)];
    for (let time = 0; time < 3; time += 1) {
      const answer = await send(key, two);
      assert.deepEqual([answer.status, answer.json], [200, { success: true, count: 2 }]);
    }
    await send(randomUUID(), two);
    await stream.until(({ predictions }) => predictions.length === 4);
    assert.deepEqual(
      stream.predictions.map((row) => row['seq']),
      [1, 2, 3, 4],
    );
    stream.close();
    assert.equal(await total(), 4);
  });

  it('is stored once when it is sent many times at the same moment', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(key, two)));
    for (const { status, json } of answers) assert.deepEqual([status, json['count']], [200, 2]);
    assert.equal(await total(), 2);
  });

  it('is known after the server was killed', async () => {
    const [other, key] = [await startServer(), randomUUID()];
    const theirs = await createJob(other);
    const body = JSON.stringify({ job_id: theirs.id, ...two });
    const init = { method: 'POST', headers: { Authorization: `Bearer ${theirs.token}`, 'Idempotency-Key': key }, body };
    assert.equal((await request(other, '/api/training/local/predictions', init)).status, 200);
    await other.kill('SIGKILL');
    const again = await startServer({ dataDir: other.dataDir });
    assert.equal((await request(again, '/api/training/local/predictions', init)).json['count'], 2);
    assert.equal((await readPredictions(again, theirs.id)).length, 2);
    await again.stop();
    await other.stop();
  });

  it('refuses the key for another body or route with 409, and stores nothing', async () => {
    const key = randomUUID();
    await send(key, two);
    const other = await send(key, { predictions: [sample({ epoch: 2 })] });
    assert.equal(other.status, 409);
    assert.match(String(other.json['error']), /Idempotency-Key was used for another request/);
    assert.equal((await send(key, { metrics: [{ step: 1 }] }, job, 'metrics')).status, 409);
    assert.equal(await total(), 2);
  });

  it('of metrics is stored once too', async () => {
    const key = randomUUID();
    for (let time = 0; time < 2; time += 1) {
      const answer = await send(key, { metrics: [{ step: 1 }, { step: 2 }] }, job, 'metrics');
      assert.deepEqual([answer.status, answer.json], [200, { success: true, count: 2 }]);
    }
    const { json } = await request(server, `/api/training/local/${job.id}/metrics`);
    assert.equal((json['metrics'] as Fields[]).length, 2);
  });

  it('leaves the key free when it was refused', async () => {
    const key = randomUUID();
    assert.equal((await send(key, { predictions: [sample({ epoch: -1 })] })).status, 400);
    assert.equal((await send(key, two)).status, 200);
  });

  it('may have the key that a batch of another job has', async () => {
    const [key, other] = [randomUUID(), await createJob(server)];
    assert.equal((await send(key, two)).status, 200);
    assert.equal((await send(key, two, other)).status, 200);
    assert.equal((await readPredictions(server, other.id)).length, 2);
  });

  for (const key of ['', 'x'.repeat(256), 'ü']) {
    it(`refuses the key ${JSON.stringify(key.slice(0, 10))} of ${key.length} characters`, async () => {
      const answer = await send(key, two);
      assert.equal(answer.status, 400);
      assert.match(String(answer.json['error']), /^Idempotency-Key: expected 1 to 255/);
      assert.equal(await total(), 0);
    });
  }

  it(`of more than ${maxBatchRows} rows is refused with 413, with or without a key`, async () => {
    const predictions = Array.from({ length: maxBatchRows + 1 }, (_, index) => sample({ sample_index: index }));
    assert.equal((await send(randomUUID(), { predictions })).status, 413);
    assert.equal(await total(), 0);
    const answer = await send(randomUUID(), { predictions: predictions.slice(1) });
    assert.deepEqual([answer.status, answer.json['count']], [200, maxBatchRows]);
    const metrics = predictions.map((_, step) => ({ step }));
    assert.equal((await send(randomUUID(), { metrics }, job, 'metrics')).status, 413);
  });
});
