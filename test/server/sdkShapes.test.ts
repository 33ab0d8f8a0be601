/**
 * The requests that FineTune Lab's own clients make, and what they read of the answers: the SDKs for Python
 * (`finetune_lab` 0.6.0) and TypeScript (`finetune-lab-sdk` 0.5.1), which are given a base URL and a key alone, and
 * the trainer of its training packages, which is given the address of its metrics and a job token.
 */
import assert from 'node:assert/strict';
import * as Type from 'typebox';
import { schema } from '../../src/wire/schema.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields } from '../support/serverClient.ts';

const text = Type.String({ minLength: 1 });
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const number = Type.Number();
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** What the SDKs read, field by field. */
const read = {
  saved: Type.Object({ success: Type.Literal(true), job_id: text, user_id: text, job_token: text }),
  listed: Type.Object({
    success: Type.Literal(true),
    count: Type.Integer(),
    jobs: Type.Array(
      Type.Object({
        id: text,
        model_name: textOrNull,
        status: text,
        started_at: textOrNull,
        completed_at: textOrNull,
        created_at: text,
      }),
    ),
  }),
  stored: Type.Object({ success: Type.Literal(true), count: Type.Integer({ minimum: 1 }) }),
  predictions: Type.Object({
    job_id: text,
    predictions: Type.Array(
      Type.Object({
        id: text,
        job_id: text,
        user_id: text,
        epoch: Type.Integer(),
        step: Type.Integer(),
        sample_index: Type.Integer(),
        prompt: Type.String(),
        prediction: Type.String(),
        created_at: text,
        ground_truth: Type.String(),
        exact_match: number,
        char_error_rate: number,
        length_ratio: number,
        word_overlap: number,
        validation_pass: Type.Boolean(),
      }),
    ),
    total_count: Type.Integer(),
    epoch_count: Type.Integer(),
  }),
  epochs: Type.Object({
    job_id: text,
    epochs: Type.Array(
      Type.Object({ epoch: Type.Integer(), prediction_count: Type.Integer(), latest_step: Type.Integer() }),
    ),
  }),
  trends: Type.Object({
    job_id: text,
    trends: Type.Array(
      Type.Object({
        epoch: Type.Integer(),
        step: Type.Integer(),
        sample_count: Type.Integer(),
        avg_exact_match: number,
        avg_char_error_rate: number,
        avg_length_ratio: number,
        avg_word_overlap: number,
        min_char_error_rate: number,
        max_char_error_rate: number,
        validation_pass_rate: numberOrNull,
      }),
    ),
    overall_improvement: number,
  }),
  metrics: Type.Object({
    job_id: text,
    metrics: Type.Array(
      Type.Object({
        step: Type.Integer(),
        epoch: number,
        train_loss: numberOrNull,
        eval_loss: numberOrNull,
        learning_rate: numberOrNull,
        grad_norm: numberOrNull,
        perplexity: numberOrNull,
        samples_per_second: numberOrNull,
        tokens_per_second: numberOrNull,
        gpu_memory_allocated_gb: numberOrNull,
        gpu_utilization_percent: numberOrNull,
        timestamp: text,
      }),
    ),
  }),
};

describe("FineTune Lab's own clients", () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  /** Asks as a client does, and reads the answer as it does. */
  async function ask<S extends Type.TSchema>(
    shape: S,
    headers: Record<string, string>,
    path: string,
    body?: unknown,
  ): Promise<Type.Static<S>> {
    const init = { method: body === undefined ? 'GET' : 'POST', headers };
    const response = await fetch(
      server.url + path,
      body === undefined ? init : { ...init, body: JSON.stringify(body) },
    );
    const answer: unknown = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return schema(shape).parse(answer);
  }

  /** Where the clients differ. Python's sends a Content-Type with a GET, and queries that are the defaults. */
  const clients = [
    { name: 'Python', agent: 'finetune-lab-python/0.6.0', list: '?limit=50&offset=0', page: '?limit=50&offset=0' },
    { name: 'TypeScript', agent: 'finetune-lab-sdk/0.5.1', list: '', page: '' },
  ];
  const run = readSampleRun().filter(({ epoch }) => epoch < 3);

  for (const { name, agent, list, page } of clients) {
    it(`for ${name} create jobs, send and read predictions, epochs, trends and metrics`, async () => {
      const id = `sdk-${name}`;
      const json = { 'Content-Type': 'application/json' };
      const key = { ...json, 'X-API-Key': server.apiKey, 'User-Agent': agent };
      const create = {
        job_id: id,
        model_name: 'm',
        dataset_path: './d.jsonl',
        status: 'running',
        config: { epochs: 3 },
      };
      const saved = await ask(read.saved, key, '/api/training/local/jobs', create);
      const token = { ...json, Authorization: `Bearer ${saved.job_token}`, 'User-Agent': 'finetune-lab-sdk/0.2.0' };
      const predictions = run.map((row) => ({ ...row, job_id: id, user_id: 'user_123' }));
      const stored = await ask(read.stored, token, '/api/training/local/predictions', { job_id: id, predictions });
      assert.equal(stored.count, 150);
      const metrics = [{ step: 40, epoch: 1, train_loss: 0.5 }];
      await ask(read.stored, token, '/api/training/local/metrics', { job_id: id, metrics });

      const listed = await ask(read.listed, key, `/api/training/jobs${list}`);
      assert.deepEqual([listed.jobs[0]?.id, listed.jobs[0]?.model_name, listed.jobs[0]?.status], [id, 'm', 'running']);
      const first = await ask(read.predictions, key, `/api/training/predictions/${id}${page}`);
      assert.deepEqual([first.predictions.length, first.total_count, first.epoch_count], [50, 150, 3]);
      const second = await ask(read.predictions, key, `/api/training/predictions/${id}?epoch=2&limit=10&offset=40`);
      assert.deepEqual(
        second.predictions.map((row) => [row.epoch, row.sample_index]),
        Array.from({ length: 10 }, (_, index) => [2, 40 + index]),
      );
      const { epochs } = await ask(read.epochs, key, `/api/training/predictions/${id}/epochs`);
      assert.deepEqual(
        epochs.map((epoch) => [epoch.epoch, epoch.prediction_count]),
        [
          [0, 50],
          [1, 50],
          [2, 50],
        ],
      );
      assert.equal((await ask(read.trends, key, `/api/training/predictions/${id}/trends`)).trends.length, 3);
      const told = await ask(read.metrics, key, `/api/training/local/${id}/metrics`);
      assert.deepEqual([told.metrics[0]?.step, told.metrics[0]?.train_loss], [40, 0.5]);
      const again = await ask(read.saved, key, '/api/training/local/jobs', { job_id: id, status: 'completed' });
      assert.equal(again.job_token, saved.job_token);
    });
  }

  it('of a training package send null for what they do not know', async () => {
    const job = await createJob(server, { status: 'pending' });
    const names = `source_index prompt_id sample_source sample_source_id prompt_tokens completion_tokens total_tokens
      latency_ms max_new_tokens do_sample validation_pass validation_kind validation_errors`.split(/\s+/);
    const record: Fields = Object.fromEntries(names.map((name) => [name, null]));
    const prediction = { ...record, job_id: job.id, user_id: null, epoch: 0, step: 0, sample_index: 0 };
    const headers = { Authorization: `Bearer ${job.token}`, 'Content-Type': 'application/json' };
    const predictions = [{ ...prediction, prompt: 'p', prediction: '' }];
    await ask(read.stored, headers, '/api/training/local/predictions', { job_id: job.id, predictions });
    const metric = Object.fromEntries(
      Object.keys(read.metrics.properties.metrics.items.properties).map((name) => [name, null]),
    );
    const metrics = [{ ...metric, step: 5, epoch: 0.1, loss: 1.5, gpu_memory_reserved_gb: null }];
    await ask(read.stored, headers, '/api/training/local/metrics', { job_id: job.id, metrics });
    const key = { 'X-API-Key': server.apiKey };
    const jobs = await ask(read.listed, key, '/api/training/jobs');
    assert.equal(jobs.jobs.find(({ id }) => id === job.id)?.status, 'running');
  });

  it('find the reason of a refusal as a text', async () => {
    const headers = { 'X-API-Key': server.apiKey };
    const refused = Type.Object({ error: text });
    for (const [path, status] of [
      ['/api/training/predictions/nothing', 404],
      ['/api/training/predictions/nothing?limit=x', 404],
      ['/api/training/local/nothing/metrics', 404],
      ['/api/training/local/nothing/logs?limit=100&offset=0', 404],
      ['/api/training/local/nothing/errors', 404],
    ] as const) {
      const response = await fetch(server.url + path, { headers });
      assert.deepEqual([path, response.status], [path, status]);
      schema(refused).parse(await response.json());
    }
  });
});
