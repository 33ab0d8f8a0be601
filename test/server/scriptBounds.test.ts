import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runProgram } from '../support/runProgram.ts';
import { examples, withOutbox } from '../support/scripts.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

/** Writes for as long as the reader takes it. */
function endless(socket: Socket, text: string): void {
  const write = () => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on('drain', write);
  write();
}

function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 50);
  socket.once('close', () => clearInterval(timer));
}

describe('what a script takes of an answer', function () {
  this.timeout(120_000);
  let home: string;
  let server: Server;
  let answer: (socket: Socket) => void;
  let asked = 0;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        asked += 1;
        answer(socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'bounds-'));
    asked = 0;
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    environment = {
      TRAINING_PREDICTIONS_HOME: home,
      FINETUNE_LAB_API_URL: `http://127.0.0.1:${address.port}`,
      FINETUNE_LAB_API_KEY: 'wak_of_a_tunnel',
    };
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const python = (lines: string, env = environment) =>
    runProgram('python3', ['-c', `import log_predictions, resource\n${lines}`], { env, cwd: examples });

  it('is bounded in its bytes: one without end takes no memory of the training', async () => {
    const chunk = 'x'.repeat(65_536);
    for (const [headers, more] of [
      ['Content-Length: 10000000000\r\n\r\n', chunk],
      ['\r\n', chunk],
      ['Transfer-Encoding: chunked\r\n\r\n', `10000\r\n${chunk}\r\n`],
    ] as const) {
      answer = (socket) => {
        socket.write(ok + headers);
        endless(socket, more);
      };
      // So that a script which reads on ends by itself.
      const ended = await python(
        'resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\nlog_predictions.save_job("job")',
      );
      assert.match(ended.stderr, /ConnectionError: .* did not answer as the server does/);
    }
  });

  it('is bounded in its time, wherever it drips or begins again and again', async () => {
    const answers: ((socket: Socket) => void)[] = [
      (socket) => endless(socket, 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(500)),
      (socket) => drip(socket, ok),
      (socket) => {
        socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n`);
        drip(socket, '0');
      },
      (socket) => {
        socket.write(`${ok}\r\n`);
        drip(socket, ' ');
      },
    ];
    for (answer of answers) {
      const ended = await python(`
import os, threading
log_predictions.LONGEST_WAIT = 1.0
threading.Timer(20, os._exit, [3]).start()
try:
    log_predictions.save_job("job")
except OSError as error:
    print(repr(error), flush=True)
os._exit(0)
`);
      assert.equal(ended.code, 0, 'it is waited for without end');
      assert.match(ended.stdout, /TimeoutError|ConnectionError/);
    }
  });

  it('tells no key in an error, and a line break behind a key is none of it', async () => {
    const heard: string[] = [];
    answer = (socket) => socket.end(`${ok}Connection: close\r\n\r\n{"job_token":"secret\\nof: a job"}`);
    server.prependListener('connection', (socket) => socket.once('data', (data: Buffer) => heard.push(String(data))));
    for (const key of ['wak_secret\n', 'wak_secret\r\n']) {
      const ended = await python('log_predictions.save_job("job")', { ...environment, FINETUNE_LAB_API_KEY: key });
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(heard.at(-1) ?? '', /X-API-Key: wak_secret\r\n/i);
    }
    const sent = heard.length;
    for (const key of ['wak_\nsecret', 'wak_secret€', 'wak_\u0001secret']) {
      const ended = await python('log_predictions.save_job("job")', { ...environment, FINETUNE_LAB_API_KEY: key });
      assert.match(ended.stderr, /ConnectionError: nothing was sent: FINETUNE_LAB_API_KEY/);
      assert.doesNotMatch(ended.stderr, /secret/);
    }
    assert.equal(heard.length, sent);
    const ended = await withOutbox('answer(0)\noutbox._ended = True\noutbox.close(2)', environment);
    assert.match(ended.stderr, /or a token, holds what no key has/);
    assert.doesNotMatch(ended.stderr, /secret/);
  });

  it('leaves the outbox going on behind a message that is damaged, whatever it still says', async () => {
    answer = (socket) => socket.end(`${ok}Connection: close\r\n\r\n{"success":true,"count":1,"job_token":"token"}`);
    const folder = path.join(home, 'outbox', 'local', 'run');
    mkdirSync(folder, { recursive: true });
    ['null', '[]', '{}', '{"kind":"job"}', '"text"', '{"job_', '\0\0\0\0'].forEach((text, index) => {
      writeFileSync(path.join(folder, `${index}.json`), text);
    });
    const ended = await withOutbox('answer(0)\noutbox._ended = True\nsys.exit(outbox.close(10))', environment);
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(asked, 2);
    assert.deepEqual(
      readdirSync(folder).map((name) => path.extname(name)),
      Array.from({ length: 7 }, () => '.refused'),
    );
  });

  it('is for a job whose id is a number, too', async () => {
    answer = (socket) => socket.end(`${ok}Connection: close\r\n\r\n{"success":true,"count":1,"job_token":"token"}`);
    const ended = await withOutbox(
      'other = PredictionOutbox(7, ends_job=False)\nother.predictions([{}])\noutbox._ended = True\nprint(other.close(10))',
      environment,
    );
    assert.equal(ended.stdout.trim(), '0', ended.stderr);
  });
});
