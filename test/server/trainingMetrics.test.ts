import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, openStream, request, saveJob, type TestJob } from '../support/serverClient.ts';

describe('the metrics of a job', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });

  const send = (body: unknown, token = job.token) =>
    request(server, '/api/training/local/metrics', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const add = async (...metrics: Fields[]) => {
    const answer = await send({ job_id: job.id, metrics });
    assert.deepEqual([answer.status, answer.json], [200, { success: true, count: metrics.length }]);
  };
  const path = (id: string) => `/api/training/local/${encodeURIComponent(id)}/metrics`;
  const read = async () => (await request(server, path(job.id))).json['metrics'] as Fields[];
  const row = async () => {
    const { jobs } = (await request(server, '/api/training/local/jobs?limit=100')).json;
    return (jobs as Fields[]).find(({ id }) => id === job.id) ?? {};
  };

  it('are told by step, with every field of the contract, null where nothing was sent', async () => {
    await add({ step: 20, epoch: 1, train_loss: 0.25 }, { step: 10, epoch: 0.5 });
    await add({ step: 15, epoch: 0.75, eval_loss: 0.5, timestamp: '2026-01-01T00:00:00+02:00' });
    const { json } = await request(server, path(job.id));
    assert.equal(json['job_id'], job.id);
    const metrics = json['metrics'] as Fields[];
    assert.deepEqual(
      metrics.map(({ step, epoch, train_loss, eval_loss }) => [step, epoch, train_loss, eval_loss]),
      [
        [10, 0.5, null, null],
        [15, 0.75, null, 0.5],
        [20, 1, 0.25, null],
      ],
    );
    const names = `step epoch train_loss eval_loss learning_rate grad_norm perplexity samples_per_second
      tokens_per_second gpu_memory_allocated_gb gpu_utilization_percent timestamp`.split(/\s+/);
    for (const name of names) assert.ok(name in (metrics[0] ?? {}), name);
    assert.equal(metrics[1]?.['timestamp'], '2026-01-01T00:00:00+02:00');
    const time = String(metrics[0]?.['timestamp']);
    assert.equal(new Date(time).toISOString(), time);
  });

  it('keep unknown fields and numbers digit by digit', async () => {
    const metric = '{"step":1,"reward":{"__proto__":[1,\n2]},"tokens":18446744073709551615,"loss":0.10}';
    assert.equal((await send(`{"job_id":"${job.id}","metrics":[${metric}]}`)).status, 200);
    const { text } = await request(server, path(job.id));
    for (const part of ['"reward":{"__proto__":[1, 2]}', '"tokens":18446744073709551615', '"loss":0.10']) {
      assert.ok(text.includes(part), text);
    }
  });

  it('keep which start they are from', async () => {
    await add({ step: 1 }, { step: 2, restart: 3, restart_from: 1 });
    const told = (await read()).map(({ restart, restart_from: from }) => [restart, from]);
    assert.deepEqual(told, [
      [undefined, undefined],
      [3, 1],
    ]);
  });

  it('of the recorded run come back as they were', async () => {
    const file = join(import.meta.dirname, '../../media/orders-run-metrics.jsonl');
    const run = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Fields);
    await add(...run);
    const told = await read();
    assert.deepEqual(
      told.map(({ epoch, step, train_loss, learning_rate }) => ({ epoch, step, train_loss, learning_rate })),
      run,
    );
  });

  it('move the job, which waiting streams are told of', async () => {
    await saveJob(server, { job_id: job.id, status: 'queued', total_steps: 40 });
    const stream = await openStream(server, job.id);
    await add({ step: 10, epoch: 1, train_loss: 0.5, eval_loss: 0.4 }, { step: 20, epoch: 2, train_loss: 0.3 });
    await stream.until((told) => told.named('job').at(-1)?.data['current_step'] === 20);
    const { status, current_epoch: epoch, loss, eval_loss: evalLoss } = stream.named('job').at(-1)?.data ?? {};
    assert.deepEqual([status, epoch, loss, evalLoss], ['running', 2, 0.3, 0.4]);
    assert.equal((await row())['total_steps'], 40);
    stream.close();
  });

  it('that come late do not move the job back', async () => {
    await add({ step: 20, epoch: 2, train_loss: 0.3 });
    await add({ step: 10, epoch: 1, train_loss: 0.5 });
    const { current_step: step, loss } = await row();
    assert.deepEqual([step, loss], [20, 0.3]);
    assert.equal((await read()).length, 2);
  });

  it('are gone with their job, also when it is made again', async () => {
    await add({ step: 1 });
    const remove = { method: 'DELETE', headers: { 'X-API-Key': server.apiKey } };
    assert.equal((await request(server, `/api/training/local/jobs/${job.id}`, remove)).status, 200);
    assert.equal((await request(server, path(job.id))).status, 404);
    assert.equal((await send({ job_id: job.id, metrics: [{ step: 1 }] })).status, 404);
    job = await createJob(server, { job_id: job.id });
    assert.deepEqual(await read(), []);
  });

  for (const [what, metrics, error] of [
    ['no metrics', undefined, 'metrics: required'],
    ['an empty array', [], 'metrics: '],
    ['no step', [{ epoch: 1 }], 'metrics[0].step: required'],
    ['a step that is text', [{ step: 1 }, { step: '2' }], 'metrics[1].step: expected integer'],
    ['a loss that is text', [{ step: 1, train_loss: 'nan' }], 'metrics[0].train_loss: expected number or null'],
    ['a start that is none', [{ step: 1, restart: 1.5 }], 'metrics[0].restart: expected integer or null'],
    ['a start from nowhere', [{ step: 1, restart_from: -1 }], 'metrics[0].restart_from: '],
    ["another job's id", [{ step: 1, job_id: 'other' }], "metrics[0].job_id: differs from the batch's job_id"],
  ] as const) {
    it(`refuse ${what}, with nothing stored`, async () => {
      const answer = await send({ job_id: job.id, metrics });
      assert.equal(answer.status, 400);
      assert.ok(String(answer.json['error']).startsWith(error), answer.text);
      assert.deepEqual(await read(), []);
    });
  }

  it('are written with the job token alone and read with the key alone', async () => {
    assert.equal((await send({ job_id: job.id, metrics: [{ step: 1 }] }, server.apiKey)).status, 401);
    assert.equal((await send({ job_id: job.id, metrics: [{ step: 1 }] }, (await createJob(server)).token)).status, 401);
    assert.equal((await send({ job_id: 'nothing', metrics: [{ step: 1 }] })).status, 404);
    assert.equal((await request(server, path(job.id), { headers: {} })).status, 401);
    assert.equal((await request(server, path('nothing'))).status, 404);
    assert.deepEqual(await read(), []);
  });
});
