import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { ApiClient } from '../../src/api/client.ts';
import { runImportTask } from '../../src/import/importTask.ts';
import { findServer, type RunningServer } from '../../src/localServer/discovery.ts';
import { recognise } from '../../src/tables/columns.ts';
import { type Impostor, startImpostor } from '../support/impostor.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { runServer, startServer, type TestServer } from '../support/server.ts';
import { type Fields, readPredictions, request, sample } from '../support/serverClient.ts';

const root = path.join(import.meta.dirname, '../..');
const unproven = /^Something else answers at 127\.0\.0\.1:\d+, where the local server was, and no key was sent/;

describe('who takes the port of a killed server', function () {
  this.timeout(60_000);
  let dataDir: string;
  let server: TestServer;
  let impostor: Impostor | undefined;
  const tokens: string[] = [];

  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'training-predictions-'));
    server = await startServer({ dataDir });
  });
  afterEach(async () => {
    await impostor?.stop();
    impostor = undefined;
    await server.stop();
    rmSync(dataDir, { recursive: true, maxRetries: 5 });
  });

  async function find(): Promise<RunningServer> {
    const found = await findServer(dataDir);
    assert.ok(found);
    return found;
  }

  /** The server dies without a word, and another user's program is there instead. */
  async function replaceServer(relay?: string): Promise<Impostor> {
    const { instance } = (await request(server, '/health')).json as { instance: string };
    await server.kill('SIGKILL');
    impostor = await startImpostor({
      port: Number(new URL(server.url).port),
      instance,
      ...(relay === undefined ? {} : { relay }),
    });
    return impostor;
  }

  function assertNothingWasTold({ heard }: Impostor): void {
    const all = heard();
    assert.doesNotMatch(all, /wak_|job_|x-api-key|authorization/i);
    for (const secret of [server.apiKey, ...tokens]) assert.ok(!all.includes(secret));
  }

  it('is not found in its place, though it answers with its instance, and hears no key', async () => {
    await find();
    const other = await replaceServer();
    assert.equal(await findServer(dataDir), null);
    assert.match(other.heard(), /GET \/health/);
    assertNothingWasTold(other);
  });

  it('is not believed for proofs that it has another server make', async () => {
    const other = await startImpostor({ port: 0, instance: (await find()).instance, relay: server.url });
    const folder = mkdtempSync(path.join(tmpdir(), 'relayed-'));
    try {
      const told = JSON.parse(readFileSync(path.join(dataDir, 'server.json'), 'utf8')) as Fields;
      writeFileSync(path.join(folder, 'server.json'), JSON.stringify({ ...told, url: other.url }));
      assert.equal(await findServer(folder), null);
      assert.match(other.heard(), /GET \/health/);
      assertNothingWasTold(other);
    } finally {
      await other.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('hears no key from one who found the server while it lived and had connections open to it', async () => {
    const { endpoint } = await find();
    const client = new ApiClient(endpoint);
    const { job_token } = await client.saveJob({ job_id: 'a', status: 'running' });
    tokens.push(job_token);
    await client.jobs();
    const script = new ApiClient({ ...endpoint, key: job_token });
    await script.sendPredictions('a', [sample()], 'first');
    const other = await replaceServer();
    const lines = (async function* () {
      yield Buffer.from('secret row\n');
    })();
    const { signal } = new AbortController();
    for (const ask of [
      () => client.jobs(),
      () => client.openStream('a', null, signal),
      () => client.openLease(true, signal),
      () => client.saveJob({ job_id: 'a' }),
      () => client.deleteJob('a'),
      () => client.importJob('b', lines),
      () => script.sendPredictions('a', [sample({ prompt: 'secret row' })], 'second'),
    ]) {
      // What is cut in the act may be told as that, once: the connections of before are gone.
      const failure: unknown = await ask().then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.ok(failure instanceof Error, 'the impostor was believed');
      assert.match(failure.message, unproven);
      assert.equal(failure.name, 'UnprovenServerError');
    }
    assert.doesNotMatch(other.heard(), /secret row/);
    assertNothingWasTold(other);
  });

  it('hears neither key nor predictions of an import', async () => {
    const { endpoint } = await find();
    const other = await replaceServer();
    const file = path.join(dataDir, 'rows.jsonl');
    writeFileSync(file, `${JSON.stringify(sample())}\n`);
    const mapping = recognise(['epoch', 'step', 'sample_index', 'prompt', 'prediction']);
    const task = { type: 'import', path: file, mapping, endpoint, jobId: 'imported', job: {} } as const;
    const program = path.join(root, 'src/import/importWorker.ts');
    await assert.rejects(
      runImportTask(program, task, () => {}, new AbortController().signal),
      { message: unproven },
    );
    assert.doesNotMatch(other.heard(), /Say hello/);
    assertNothingWasTold(other);
  });

  it('hears no key or token of the sample run, which goes on once the server is there again', async () => {
    const rows = readSampleRun().filter(({ epoch, sample_index }) => epoch < 4 && sample_index < 5);
    const run = path.join(dataDir, 'run.jsonl.gz');
    writeFileSync(run, gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
    const metrics = path.join(root, 'media/orders-run-metrics.jsonl');
    const child = spawn(process.execPath, [path.join(root, 'src/sample/replay.ts'), run, metrics, 'replayed', '8'], {
      // The older one knows the last two alone.
      env: {
        TRAINING_PREDICTIONS_HOME: dataDir,
        FINETUNE_LAB_API_URL: server.url,
        FINETUNE_LAB_API_KEY: server.apiKey,
      },
      stdio: 'inherit',
    });
    const ended = once(child, 'exit');
    const isUnderWay = async () => {
      const { json } = await request(server, '/api/training/predictions/replayed?limit=1');
      return Number(json['total_count']) > 0;
    };
    while (!(await isUnderWay())) await new Promise((resolve) => setTimeout(resolve, 50));
    const other = await replaceServer();
    while (!other.heard().includes('/health')) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assertNothingWasTold(other);
    server = await startServer({ dataDir });
    assert.notEqual(server.url, other.url);
    assert.deepEqual(await ended, [0, null]);
    assert.equal((await readPredictions(server, 'replayed', '?limit=1000')).length, rows.length);
    assertNothingWasTold(other);
  });

  it('is not named as the owner of the data directory', async () => {
    const other = await replaceServer();
    const lock = new DatabaseSync(path.join(dataDir, 'owner.lock'));
    try {
      lock.exec('BEGIN EXCLUSIVE');
      const { code, stderr } = await runServer(['--data-dir', dataDir, '--port', '0']);
      assert.equal(code, 3);
      assert.ok(!stderr.includes(other.url), stderr);
      assert.match(stderr, /does not answer/);
    } finally {
      lock.close();
    }
    assertNothingWasTold(other);
  });
});
