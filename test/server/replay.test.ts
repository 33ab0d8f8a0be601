import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { runToSuccess } from '../support/runProgram.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, openStream, readPredictions, request } from '../support/serverClient.ts';

const root = path.join(import.meta.dirname, '../..');
const epochs = [0, 1, 2];

describe('the replay of the sample run', () => {
  let server: TestServer;
  let folder: string;

  before(async () => {
    server = await startServer();
    folder = await mkdtemp(path.join(tmpdir(), 'replay-'));
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('tells of an epoch before the answers to it, as a training script does', async () => {
    const rows = readSampleRun().filter(({ epoch, sample_index }) => epochs.includes(epoch) && sample_index < 5);
    const run = path.join(folder, 'run.jsonl.gz');
    await writeFile(run, gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
    const job = await createJob(server);
    const stream = await openStream(server, job.id);
    const replay = runToSuccess(
      process.execPath,
      [
        ...[path.join(root, 'src/sample/replay.ts'), run, path.join(root, 'media/orders-run-metrics.jsonl')],
        // Half a second an epoch: enough to look at the job in between.
        ...[job.id, '1.5'],
      ],
      { env: { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey } },
    );
    const fields = async () => {
      const { json } = await request(server, '/api/training/local/jobs');
      return (json['jobs'] as Fields[]).find(({ id }) => id === job.id) ?? {};
    };
    for (const epoch of epochs) {
      await stream.until(({ predictions }) => predictions.some((row) => row['epoch'] === epoch));
      assert.ok(Number((await fields())['current_epoch']) >= epoch);
    }
    await replay;
    await stream.until(({ predictions }) => predictions.length === rows.length);
    stream.close();
    assert.equal((await fields())['status'], 'completed');
  });

  it('tells of each checkpoint of an epoch, with what was logged up to it', async () => {
    const steps = [0, 10, 20, 40];
    const rows = steps.map((step) => ({ epoch: 0, step, sample_index: 0, prompt: 'p', prediction: `${step}` }));
    const run = path.join(folder, 'steps.jsonl.gz');
    const metrics = path.join(folder, 'metrics.jsonl');
    await writeFile(run, gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
    const logged = [5, 10, 25, 30, 40].map((step) => ({ step, epoch: step / 40, train_loss: step }));
    await writeFile(metrics, logged.map((metric) => JSON.stringify(metric)).join('\n'));
    const job = await createJob(server);
    const stream = await openStream(server, job.id);
    await runToSuccess(process.execPath, [path.join(root, 'src/sample/replay.ts'), run, metrics, job.id, '1.2'], {
      env: { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey },
    });
    await stream.until(({ predictions }) => predictions.length === rows.length);
    await stream.until(() => stream.named('job').some(({ data }) => data['status'] === 'completed'));
    stream.close();
    const told = stream.named('job').map(({ data }) => [data['current_step'], data['progress']]);
    for (const step of steps)
      assert.ok(
        told.some((at) => at[0] === step && at[1] === (100 * step) / 40),
        `${step}`,
      );
    const { json } = await request(server, `/api/training/local/${job.id}/metrics`);
    assert.deepEqual(
      (json['metrics'] as Fields[]).map(({ step }) => step),
      [5, 10, 25, 30, 40],
    );
  });

  it('tells of both starts of a run that was resumed, each with what it logged', async () => {
    const media = path.join(root, 'media');
    const job = await createJob(server);
    const files = ['sums-run.jsonl.gz', 'sums-run-metrics.jsonl'].map((file) => path.join(media, file));
    await runToSuccess(process.execPath, [path.join(root, 'src/sample/replay.ts'), ...files, job.id, '1'], {
      env: { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey },
    });
    const count = async (query: string) => (await readPredictions(server, job.id, query)).length;
    // 12 prompts, 4 completions; the steps after the 100th of the first start were lost and came again.
    assert.deepEqual(
      [await count('?epoch=0&step=100&limit=1000'), await count('?epoch=0&step=110&limit=1000')],
      [48, 96],
    );
    const { json } = await request(server, `/api/training/local/${job.id}/metrics`);
    const restarted = (json['metrics'] as Fields[]).filter(({ restart }) => restart === 1);
    assert.equal((json['metrics'] as Fields[]).length, 220);
    assert.deepEqual([restarted.length, restarted[0]?.['step']], [100, 101]);
  });
});
