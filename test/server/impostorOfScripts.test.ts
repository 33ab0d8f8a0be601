import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../support/eventually.ts';
import { type Recorder, record } from '../support/recorder.ts';
import { runProgram } from '../support/runProgram.ts';
import { examples, senders, sendLeft, withOutbox } from '../support/scripts.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { readPredictions, request } from '../support/serverClient.ts';

/** What `server.json` says. */
interface ServerFile {
  url: string;
  apiKey: string;
  instance: string;
  proofKey?: string;
}

const portOf = ({ url }: { url: string }) => Number(new URL(url).port);

/** Another program on the port of a server: it knows all that anybody on the machine may, and takes everything. */
function impersonate({ url, instance }: ServerFile): Promise<Recorder> {
  const health = { status: 'ok', version: '0.1.0', engine: 'sqlite', instance, proof: 'f'.repeat(64) };
  return record(
    (incoming, answer) => {
      const told = incoming.url?.startsWith('/health') ? health : { success: true, count: 1, job_token: 'stolen' };
      answer.setHeader('Content-Type', 'application/json').end(JSON.stringify(told));
    },
    { port: portOf({ url }) },
  );
}

describe('a script, when another program listens where the local server was,', function () {
  this.timeout(120_000);
  let home: string;
  let server: TestServer;
  let told: ServerFile;
  const closers: (() => Promise<unknown>)[] = [];

  const fromFile = () => ({ TRAINING_PREDICTIONS_HOME: home });
  const fromTerminal = () => ({
    ...fromFile(),
    FINETUNE_LAB_API_URL: told.url,
    FINETUNE_LAB_API_KEY: told.apiKey,
  });

  async function serve(port = 0): Promise<TestServer> {
    server = await startServer({ dataDir: home, port });
    const running = server;
    closers.push(() => running.stop());
    told = JSON.parse(readFileSync(path.join(home, 'server.json'), 'utf8')) as ServerFile;
    return server;
  }

  async function takePort(): Promise<Recorder> {
    const impostor = await impersonate(told);
    closers.push(impostor.close);
    return impostor;
  }

  const answersOf = async () => (await readPredictions(server, 'run')).map(({ prediction }) => prediction);

  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'impostor-'));
    await serve();
  });

  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
    rmSync(home, { recursive: true, force: true });
  });

  for (const [name, send] of Object.entries(senders)) {
    for (const [source, environment] of Object.entries({ 'a terminal': fromTerminal, 'server.json': fromFile })) {
      it(`sends it no key (${name}, with address and key of ${source})`, async () => {
        await server.kill('SIGKILL');
        const impostor = await takePort();
        const ended = await send(environment());
        assert.notEqual(ended.code, 0);
        assert.match(ended.stderr, /another program|proves itself/);
        assert.ok(impostor.seen.length > 0, 'it was asked for a proof');
        for (const seen of impostor.seen)
          assert.match(seen, /^GET \/health\?challenge=[0-9a-f]{64}\n(?!.*(Auth|Key))/is);
        assert.ok(!impostor.seen.join().includes(told.apiKey));
      });
    }

    it(`sends to the server after it came back on another port, though the terminal has the old one (${name})`, async () => {
      await server.kill('SIGKILL');
      const old = fromTerminal();
      const impostor = await takePort();
      await serve();
      const ended = await send(old);
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(impostor.seen, []);
      assert.equal((await request(server, '/api/training/local/jobs')).json['total'], 1);
    });

    it(`sends nothing to the old address after the server stopped in order (${name})`, async () => {
      const old = fromTerminal();
      await request(server, '/health'); // From then on it stops in order.
      await server.stop();
      const impostor = await takePort();
      const ended = await send(old);
      assert.notEqual(ended.code, 0);
      assert.match(ended.stderr, /local server does not run/i);
      assert.deepEqual(impostor.seen, []);
    });

    it(`sends nothing where server.json has no proof, or others may have written it (${name})`, async () => {
      await server.kill('SIGKILL');
      const file = path.join(home, 'server.json');
      const impostor = await takePort();
      const { proofKey, ...older } = told;
      assert.match(proofKey ?? '', /^[0-9a-f]{64}$/);
      writeFileSync(file, JSON.stringify(older, null, 2));
      assert.match((await send(fromTerminal())).stderr, /too old/);
      writeFileSync(file, JSON.stringify(told, null, 2));
      for (const mode of [0o620, 0o602]) {
        chmodSync(file, mode);
        assert.match((await send(fromTerminal())).stderr, /others may have written/i);
      }
      chmodSync(file, 0o600);
      if (process.getuid?.() === 0) {
        chownSync(file, 65_534, 65_534);
        assert.match((await send(fromTerminal())).stderr, /others may have written/i);
      }
      assert.deepEqual(impostor.seen, []);
    });
  }

  it('makes no client of FineTune Lab’s SDK for it, but one for the server that proves itself', async () => {
    const script = `
from finetune_lab_sdk import SdkReport
class Client:
    def __init__(self, **given):
        print("a client for", given["base_url"], given["api_key"], given["timeout"])
        self.training = self.training_predictions = self
    def create_job(self, *job, **fields):
        return {"job_token": "token"}
    def create(self, job_id, token, records):
        print("predictions with", token)
report = SdkReport(Client, "run")
report.job(status="running")
report.predictions([{}])
`;
    const run = () => runProgram('python3', ['-c', script], { env: fromTerminal(), cwd: examples });
    const client = `a client for ${told.url} ${told.apiKey} 10\n`;
    const proven = await run();
    assert.equal(proven.stdout, `${client}${client}predictions with token\n`, proven.stderr);
    await server.kill('SIGKILL');
    const impostor = await takePort();
    const { code, stdout } = await run();
    assert.deepEqual([code, stdout], [0, '']);
    assert.ok(impostor.seen.length > 0 && !impostor.seen.join().includes(told.apiKey));
  });

  it('loses nothing of its outbox, and everything arrives once when the server is back', async () => {
    const running = withOutbox(
      `
outbox.job(status="running")
for epoch in range(40):
    answer(epoch)
    time.sleep(0.05)
outbox.job(status="completed")
sys.exit(outbox.close(timeout=60))
`,
      fromTerminal(),
    );
    await eventually('some answers are stored', async () => {
      const { json } = await request(server, '/api/training/predictions/run');
      return (json['total_count'] as number) >= 5 ? true : undefined;
    });
    await server.kill('SIGKILL');
    const impostor = await takePort();
    await eventually('the impostor is asked', () => (impostor.seen.length > 3 ? true : undefined), 30_000);
    await impostor.close();
    for (const seen of impostor.seen) assert.match(seen, /^GET \/health\?challenge=[0-9a-f]{64}\n(?!.*(Auth|Key))/is);
    await serve(portOf(told));
    const ended = await running;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(
      await answersOf(),
      Array.from({ length: 40 }, (_, epoch) => `${epoch}`),
    );
  });

  it('keeps what it had to tell, and a later run sends it', async () => {
    await server.kill('SIGKILL');
    const impostor = await takePort();
    const ended = await withOutbox(
      'outbox.job(status="running")\nanswer(0)\noutbox.job(status="completed")\noutbox.close(1)',
      fromFile(),
    );
    assert.equal(ended.code, 0, ended.stderr);
    await impostor.close();
    await serve();
    const later = await sendLeft(fromFile());
    assert.equal(later.stdout.trim(), 'run: 3 of 3 messages sent', later.stderr);
    assert.deepEqual(await answersOf(), ['0']);
  });
});

describe('the proof of the local server', () => {
  let home: string;
  let proving: Server;
  /** Of each request the connection that it came on, and what it asked. */
  let asked: [connection: number, line: string][];
  let closesAfterProof: boolean;

  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'proof-'));
    asked = [];
    closesAfterProof = false;
    const told = { url: '', apiKey: 'wak_known', pid: 1, instance: 'this one', proofKey: `${'0'.repeat(63)}f` };
    let connections = 0;
    const numbers = new WeakMap<object, number>();
    proving = createServer((incoming, answer) => {
      asked.push([numbers.get(incoming.socket) ?? -1, `${incoming.method} ${incoming.url?.split('?')[0]}`]);
      const challenge = new URL(incoming.url ?? '', told.url).searchParams.get('challenge');
      const proof = createHmac('sha256', Buffer.from(told.proofKey, 'hex'))
        .update(`training-predictions-proof\n${challenge}\n${told.url}\n${told.instance}`)
        .digest('hex');
      if (closesAfterProof) answer.setHeader('Connection', 'close');
      answer.end(JSON.stringify(challenge === null ? { success: true, count: 1, job_token: 't' } : { proof }));
    }).on('connection', (socket) => numbers.set(socket, connections++));
    await new Promise<void>((resolve) => proving.listen(0, '127.0.0.1', resolve));
    told.url = `http://127.0.0.1:${(proving.address() as AddressInfo).port}`;
    writeFileSync(path.join(home, 'server.json'), JSON.stringify(told), { mode: 0o600 });
  });

  afterEach(async () => {
    proving.closeAllConnections();
    await new Promise((resolve) => proving.close(resolve));
    rmSync(home, { recursive: true, force: true });
  });

  it('is asked by Python on the very connection that the key goes along', async () => {
    const ended = await senders['log_predictions.py']?.({ TRAINING_PREDICTIONS_HOME: home });
    assert.equal(ended?.code, 0, ended?.stderr);
    assert.ok(asked.length > 4);
    for (const [index, [connection, line]] of asked.entries()) {
      assert.equal(connection, Math.floor(index / 2));
      assert.match(line, index % 2 === 0 ? /^GET \/health$/ : /^POST /);
    }
  });

  it('is no proof of another connection: when the server closes this one, Python opens none without', async () => {
    closesAfterProof = true;
    const ended = await senders['log_predictions.py']?.({ TRAINING_PREDICTIONS_HOME: home });
    assert.match(ended?.stderr ?? '', /closed the connection/);
    assert.deepEqual(asked, [[0, 'GET /health']]);
  });
});
