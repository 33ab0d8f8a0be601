import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, listen } from '../support/listen.ts';
import { sendLeft, withOutbox } from '../support/scripts.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { readPredictions, request } from '../support/serverClient.ts';

/** A message in its file. */
interface Waiting {
  kind: string;
  content: { status?: string };
}

describe('the outbox of the examples', () => {
  let home: string;
  let servers: TestServer[];

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'outbox-'));
    servers = [];
  });

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(home, { recursive: true, force: true });
  });

  async function serve(port = 0): Promise<TestServer> {
    const server = await startServer({ dataDir: path.join(home, 'server'), port });
    servers.push(server);
    return server;
  }

  const environment = (port: number, apiKey: string) => ({
    TRAINING_PREDICTIONS_HOME: home,
    FINETUNE_LAB_API_URL: `http://127.0.0.1:${port}`,
    FINETUNE_LAB_API_KEY: apiKey,
  });

  async function answersOf(server: TestServer): Promise<unknown[]> {
    return (await readPredictions(server, 'run')).map(({ prediction }) => prediction);
  }

  async function jobOf(server: TestServer): Promise<Record<string, unknown>> {
    const { json } = await request(server, '/api/training/local/jobs');
    return (json['jobs'] as Record<string, unknown>[])[0] ?? {};
  }

  const portOf = (server: TestServer) => Number(new URL(server.url).port);
  const waitingFor = (server: string) => readdirSync(path.join(home, 'outbox', server, 'run'));

  it('sends everything in order, with the losses and the way the job goes', async () => {
    const server = await serve();
    const ended = await withOutbox(
      `
outbox.job(status="running", total_epochs=3)
for epoch in range(3):
    answer(epoch)
    outbox.metrics([{"step": epoch, "epoch": epoch, "train_loss": 1.0}])
    outbox.job(current_epoch=epoch, loss=1.0)
outbox.job(status="completed")
print(outbox.close())
`,
      environment(portOf(server), server.apiKey),
    );
    assert.deepEqual([ended.code, ended.stdout.trim()], [0, '0'], ended.stderr);
    assert.deepEqual(await answersOf(server), ['0', '1', '2']);
    const job = await jobOf(server);
    assert.deepEqual([job['status'], job['current_epoch'], job['loss']], ['completed', 2, 1]);
    assert.ok(job['started_at'] !== null && job['completed_at'] !== null, 'when it began and ended is known');
    assert.deepEqual(waitingFor('local'), []);
  });

  it('keeps its order where the clock is set back meanwhile', async () => {
    const port = await freePort();
    const away = await withOutbox(
      `
outbox.job(status="running")
now = time.time_ns
time.time_ns = lambda: now() - 3600 * 10**9
answer(0)
outbox.job(status="completed")
print(outbox.close(timeout=0.2))
`,
      environment(port, 'wak_any'),
    );
    assert.equal(away.stdout.trim(), '3', away.stderr);
    const kinds = waitingFor('local')
      .sort()
      .map((name) => JSON.parse(readFileSync(path.join(home, 'outbox', 'local', 'run', name), 'utf8')) as Waiting)
      .map(({ kind, content }) => (kind === 'job' ? content.status : kind));
    assert.deepEqual(kinds, ['running', 'predictions', 'completed']);
  });

  it('keeps what a server that is away cannot take, and a later run sends it', async () => {
    const port = await freePort();
    const away = await withOutbox(
      'outbox.job(status="running")\nanswer(0)\noutbox.job(status="completed")\nprint(outbox.close(timeout=0.3))',
      environment(port, 'wak_any'),
    );
    assert.deepEqual([away.code, away.stdout.trim()], [0, '3'], away.stderr);
    assert.match(away.stderr, /the server is away/);
    const server = await serve(port);
    const later = await sendLeft(environment(port, server.apiKey));
    assert.deepEqual([later.code, later.stdout.trim()], [0, 'run: 3 of 3 messages sent'], later.stderr);
    assert.deepEqual(await answersOf(server), ['0']);
    assert.equal((await jobOf(server))['status'], 'completed');
  });

  it('loses and doubles nothing while the server is killed and comes back', async () => {
    const server = await serve();
    const { apiKey } = server;
    const port = portOf(server);
    const running = withOutbox(
      `
outbox.job(status="running")
for epoch in range(40):
    answer(epoch)
    time.sleep(0.02)
outbox.job(status="completed")
sys.exit(outbox.close(timeout=15))
`,
      environment(port, apiKey),
    );
    let stored = 0;
    while (stored < 5) stored = (await request(server, '/api/training/predictions/run')).json['total_count'] as number;
    await server.kill('SIGKILL');
    const again = await serve(port);
    const ended = await running;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(
      await answersOf(again),
      Array.from({ length: 40 }, (_, epoch) => `${epoch}`),
    );
  });

  for (const [by, taken] of [
    ['the key of the batch', 'none'],
    ['the ids of its rows, where somebody in between takes the key', 'idempotency-key'],
  ]) {
    it(`stores a batch once whose answer was lost, by ${by}`, () => losesAnswers(taken ?? ''));
  }

  async function losesAnswers(taken: string): Promise<void> {
    const server = await serve();
    let lost = 0;
    const proxy = await listen(async (incoming, answer) => {
      const body = Buffer.concat(await incoming.toArray());
      const { host, [taken]: _, ...headers } = incoming.headers;
      const forwarded = await fetch(server.url + incoming.url, {
        method: incoming.method ?? 'GET',
        headers: headers as Record<string, string>,
        body,
      });
      const text = await forwarded.text();
      // Of each two answers to a batch one is lost.
      if (incoming.url?.endsWith('/predictions') && lost++ % 2 === 0) answer.destroy();
      else answer.writeHead(forwarded.status).end(text);
    });
    const ended = await withOutbox(
      'outbox.job(status="running")\nfor epoch in range(5):\n    answer(epoch)\nsys.exit(outbox.close())',
      environment(Number(new URL(proxy.url).port), server.apiKey),
    );
    await proxy.close();
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(await answersOf(server), ['0', '1', '2', '3', '4']);
    assert.equal(lost, 10);
  }

  it('sends rows under ids of their own, and without any to a server that does not say that it knows them', async () => {
    const bodies: string[] = [];
    const edition = { told: {} };
    const front = await listen(async (incoming, answer) => {
      if (incoming.url?.endsWith('/predictions')) bodies.push(Buffer.concat(await incoming.toArray()).toString());
      answer.end(JSON.stringify({ success: true, count: 1, job_token: 'token', ...edition.told }));
    });
    const lines = 'answer(0)\nanswer(1)\nsys.exit(outbox.close())';
    const port = Number(new URL(front.url).port);
    for (const told of [{}, { edition: 1 }, { edition: 2 }]) {
      edition.told = told;
      const ended = await withOutbox(lines, environment(port, 'key'));
      assert.equal(ended.code, 0, ended.stderr);
    }
    await front.close();
    const ids = bodies.map((body) => (JSON.parse(body) as { predictions: { id?: string }[] }).predictions[0]?.id);
    assert.deepEqual(ids.slice(0, 4), [undefined, undefined, undefined, undefined]);
    const [first = '', second = ''] = ids.slice(4);
    assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(second.slice(0, 13) >= first.slice(0, 13), `${first} ${second}`);
  });

  it('a script that crashes leaves its job as failed, with everything that it had told', async () => {
    const server = await serve();
    const ended = await withOutbox(
      'outbox.job(status="running")\nanswer(0)\nraise RuntimeError("out of memory")',
      environment(portOf(server), server.apiKey),
    );
    assert.equal(ended.code, 1);
    assert.deepEqual(await answersOf(server), ['0']);
    assert.equal((await jobOf(server))['status'], 'failed');
  });

  it('puts aside what the server refuses and goes on', async () => {
    const server = await serve();
    const ended = await withOutbox(
      'outbox.job(status="running")\noutbox.predictions([{"epoch": "one"}])\nanswer(1)\nsys.exit(outbox.close())',
      environment(portOf(server), server.apiKey),
    );
    assert.equal(ended.code, 0);
    assert.match(ended.stderr, /refused .*400.*predictions\[0\]/s);
    assert.deepEqual(await answersOf(server), ['1']);
    assert.deepEqual(
      waitingFor('local').map((name) => path.extname(name)),
      ['.refused'],
    );
  });

  it('sends nothing that waits for one server to another', async () => {
    const port = await freePort();
    // Any address that is not this machine's; nothing listens there.
    const elsewhere = { ...environment(port, 'wak_any'), FINETUNE_LAB_API_URL: 'http://predictions.invalid' };
    const away = await withOutbox('answer(0)\noutbox.close(timeout=0.1)', elsewhere);
    assert.equal(away.code, 0, away.stderr);
    const server = await serve(port);
    const later = await sendLeft(environment(port, server.apiKey));
    assert.deepEqual([later.code, later.stdout], [0, '']);
    assert.equal(waitingFor('predictions.invalid').length, 1);
  });

  it('is bounded, and neither a full outbox nor a folder that cannot be made stops the script', async () => {
    const port = await freePort();
    const ended = await withOutbox(
      `
small = PredictionOutbox("small", max_waiting_bytes=500, ends_job=False)
for epoch in range(100):
    small.predictions([{"epoch": epoch, "prompt": "p" * 100}])
small.close(timeout=0)
nowhere = PredictionOutbox("nowhere", folder="/dev/null/outbox", ends_job=False)
nowhere.predictions([{"epoch": 0}])
nowhere.close(timeout=0)
outbox.close(timeout=0)
print(small.dropped, len(small.waiting()))
`,
      environment(port, 'wak_any'),
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stdout.trim(), '98 2');
    assert.match(ended.stderr, /what comes now is dropped/);
    assert.match(ended.stderr, /the training goes on/);
  });
});
