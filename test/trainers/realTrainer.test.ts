import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runProgram, runToSuccess } from '../support/runProgram.ts';
import { examples, sendLeft } from '../support/scripts.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Fields, predictionsPath, readPredictions, request } from '../support/serverClient.ts';
import { trainingPython } from '../support/trainingPython.ts';

const script = path.join(import.meta.dirname, 'realTrainer.py');
const python = trainingPython();

describe('a training by Transformers’ own Trainer', function () {
  this.timeout(600_000);
  let home: string;
  const servers: TestServer[] = [];

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'real-trainer-'));
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    rmSync(home, { recursive: true, force: true });
  });

  async function serve(port = 0): Promise<TestServer> {
    const server = await startServer({ dataDir: path.join(home, 'server'), port });
    servers.push(server);
    return server;
  }
  const environment = (server: TestServer) => ({
    TRAINING_PREDICTIONS_HOME: home,
    FINETUNE_LAB_API_URL: server.url,
    FINETUNE_LAB_API_KEY: server.apiKey,
    PYTHONPATH: process.env['PYTHONPATH'],
  });
  const train = (mode: string, env: NodeJS.ProcessEnv) =>
    runProgram(python, [script, mode, path.join(home, 'run')], { env, cwd: examples });
  const told = async (mode: string): Promise<unknown> => {
    const output = await runToSuccess(python, [script, mode, ...(mode === 'values' ? [] : [path.join(home, 'run')])], {
      env: { TRAINING_PREDICTIONS_HOME: home },
      cwd: examples,
    });
    return JSON.parse(output.replaceAll(/-?\b(NaN|Infinity)\b/g, '"$&"'));
  };

  /** Kills the server once the job has more than so many rows. @returns its port, on which it can come back */
  async function killAfter(server: TestServer, rows: number): Promise<number> {
    for (;;) {
      const { json } = await request(server, predictionsPath('real-run'));
      if (((json['total_count'] as number | undefined) ?? 0) > rows) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await server.kill('SIGKILL');
    return Number(new URL(server.url).port);
  }

  it('arrives whole and once, with its starts told apart: NaN, a kill, a resume, and a server that goes away twice', async () => {
    let server = await serve();
    const env = environment(server);
    const first = train('diverge', env);
    const port = await killAfter(server, 0);
    assert.equal((await first).code, null, 'the training was to be killed');
    server = await serve(port);
    const second = train('resume', env);
    await killAfter(server, 5 * 6);
    server = await serve(port);
    assert.equal((await second).code, 0, (await second).stderr);
    assert.equal((await sendLeft(env)).code, 0);

    const rows = await readPredictions(server, 'real-run', '?limit=1000&order=asc');
    const keys = rows.map(({ restart_from, step, sample_index, completion_index }) =>
      [restart_from ?? null, step, sample_index, completion_index].join(),
    );
    const expected = [...[0, 4, 8, 12, 16].map((step) => ['', step]), ...[12, 16, 20, 24].map((step) => [8, step])];
    assert.deepEqual(
      keys.toSorted(),
      expected.flatMap((start) => [0, 1, 2].flatMap((n) => [0, 1].map((m) => [...start, n, m].join()))).toSorted(),
    );
    assert.equal(new Set(rows.map((row) => row['restart'])).size, 2);
    const { json } = await request(server, predictionsPath('real-run', '/checkpoints'));
    assert.deepEqual(
      (json['checkpoints'] as Fields[]).map((one) => [one['step'], one['prediction_count'], one['superseded_count']]),
      [
        ...[0, 4, 8].map((step) => [step, 6, 0]),
        ...[12, 16].map((step) => [step, 12, 6]),
        ...[20, 24].map((step) => [step, 6, 0]),
      ],
    );
    const { json: logged } = await request(server, '/api/training/local/real-run/metrics');
    // Trainer's last entry is of the whole training, and has no loss of its step.
    const metrics = (logged['metrics'] as Fields[]).filter((metric) => metric['train_runtime'] == null);
    const lossOf = (metric: Fields) => [metric['step'], metric['restart_from'] ?? 0, metric['train_loss'] === null];
    assert.deepEqual(
      metrics.map(lossOf).toSorted((a, b) => Number(a[1]) - Number(b[1]) || Number(a[0]) - Number(b[0])),
      [
        ...Array.from({ length: 15 }, (_, n) => [n + 1, 0, n >= 12]),
        ...Array.from({ length: 16 }, (_, n) => [n + 9, 8, false]),
      ],
    );
    const { json: listed } = await request(server, '/api/training/local/jobs');
    const [job] = listed['jobs'] as Fields[];
    assert.deepEqual([job?.['status'], job?.['current_step']], ['completed', 24]);
    assert.ok(Number(job?.['nonfinite_values']) > 0);

    const texts = rows.map(({ prompt }) => String(prompt));
    assert.ok(texts.every((text) => text.startsWith('<s>[user]capital of ') && text.lastIndexOf('<s>') === 0));
    for (const row of rows) {
      assert.equal(row['prompt_tokens'], String(row['prompt']).length - '<s>'.length + 1, 'the BOS counts once');
      assert.deepEqual(row['messages'], [{ role: 'user', content: String(row['prompt']).slice(9, -11) }]);
      assert.ok(row['finish_reason'] === 'stop' || row['completion_tokens'] === row['max_new_tokens']);
      assert.equal((row['scores'] as Fields)['half'], 0.5);
    }
    assert.ok(rows.some(({ prediction }) => String(prediction).includes('<think>')));
  });

  it('is the same with a callback that draws as without one, and has nothing else changed by it', async () => {
    assert.deepEqual(await told('same'), { equal: true, steps: 24, wrong: 0, changed: false });
  });

  it('has its numbers of NumPy and PyTorch sent as numbers, and what is none left out by itself', async () => {
    const values = {
      ...{
        float32: 1.5,
        int64: 3,
        bool_: true,
        half: 0.5,
        zero: 2,
        tensor: 4,
        bfloat16: 0.25,
        graph: 1,
        truth: false,
      },
      ...{ nan: 'NaN', infinite: 'Infinity', long: 2.5 },
    };
    assert.deepEqual(await told('values'), [
      { step: 1, epoch: 0.5, ...values, list: [0, 1], scores: values },
      { step: 2, scores: {} },
    ]);
  });

  it('by TRL’s GRPOTrainer sends the completions of each step with their rewards', async () => {
    const server = await serve();
    const ended = await train('grpo', environment(server));
    assert.equal(ended.code, 0, ended.stderr);
    const rows = await readPredictions(server, 'real-grpo', '?limit=1000&order=asc');
    assert.deepEqual(
      rows.map(({ step, completion_index }) => [step, completion_index]),
      [1, 2].flatMap((step) => [0, 1, 0, 1].map((index) => [step, index])),
    );
    for (const row of rows) {
      const { reward, right, brief } = row['scores'] as Record<string, number | null>;
      const expected = (right ?? 0) + 0.5 * (brief ?? 0);
      assert.ok(Math.abs((reward ?? Number.NaN) - expected) < 1e-9, JSON.stringify(row['scores']));
    }
  });
});
