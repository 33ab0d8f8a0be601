import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { runServer, startServer, type TestServer } from '../support/server.ts';
import { createJob, post, postText, readPredictions, request, sample, type TestJob } from '../support/serverClient.ts';
import { databaseEnvironment } from '../support/testDatabase.ts';

const megabyte = 1024 * 1024;
const path = '/api/training/local/predictions';

interface RawAnswer {
  status: number;
  head: string;
  /** ms from the start of the request. */
  time: number;
}

/** Sends a request by hand, its body as fast as the server takes it, and reads the answer meanwhile. */
async function send(
  server: TestServer,
  head: readonly string[],
  body: Buffer,
  length = body.length,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(server.url);
  const socket = net.connect(Number(port), hostname).setEncoding('latin1');
  const begin = performance.now();
  let text = '';
  socket.on('error', () => {});
  const answered = new Promise<number>((resolve) => {
    socket.on('data', (received: string) => {
      text += received;
      if (text.includes('\r\n\r\n')) resolve(performance.now() - begin);
    });
    socket.on('close', () => resolve(performance.now() - begin));
  });
  socket.write(`${[...head, 'Host: localhost', `Content-Length: ${length}`].join('\r\n')}\r\n\r\n`);
  socket.write(body);
  const time = await answered;
  socket.destroy();
  await once(socket, 'close');
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), head: text, time };
}

/** Most memory that a process had at any time, in MB. */
function peak({ process: { pid } }: TestServer): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const count = (answers: readonly RawAnswer[]) => {
  const counted: Record<number, number> = {};
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
};

describe('the bodies of requests', function () {
  this.timeout(240_000);
  let server: TestServer;
  let job: TestJob;

  let env: Record<string, string> = {};

  beforeEach(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'training-predictions-'));
    env = await databaseEnvironment(dataDir);
    server = await startServer({ dataDir });
    job = await createJob(server);
    // What the first large request takes once and for all.
    assert.equal((await post(server, job, [sample({ prediction: 'x'.repeat(1000) })])).status, 200);
  });
  afterEach(async () => {
    await server.stop();
    rmSync(server.dataDir, { recursive: true });
  });

  const bearer = (token: string) => [`POST ${path} HTTP/1.1`, `Authorization: Bearer ${token}`];
  const bodyOf = (id: string, size: number) =>
    Buffer.from(JSON.stringify({ job_id: id, predictions: [sample({ prediction: 'x'.repeat(size) })] }));

  it('are not kept for invented tokens: a hundred of 32 MB are answered 401 and take no memory', async () => {
    const body = bodyOf(job.id, 31.9 * megabyte);
    const before = peak(server);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => send(server, bearer(`job_${`${index}`.padStart(43, 'x')}`), body)),
    );
    const grown = peak(server) - before;
    console.log(`      invented tokens: ${JSON.stringify(count(answers))}, ${grown.toFixed(0)} MB more`);
    assert.deepEqual(count(answers), { 401: 100 });
    assert.ok(grown < 100, `${grown} MB`);
  });

  for (const [what, head, statuses] of [
    ['an unknown route', ['POST /nothing HTTP/1.1'], [404]],
    ['a route without a body', ['DELETE /api/training/local/jobs/x HTTP/1.1'], [401]],
    ['a GET request', ['GET /health HTTP/1.1'], [200]],
    ['a content type that is none', [`POST ${path} HTTP/1.1`, 'Content-Type: x'], [400]],
    ['a job without a key', ['POST /api/training/local/jobs HTTP/1.1'], [401]],
    ['an import without a key', ['POST /api/training/local/jobs/x/import HTTP/1.1'], [401]],
    ['a length above the limit', [`POST ${path} HTTP/1.1`, 'Authorization: Bearer x'], [401]],
  ] as const) {
    it(`are not kept for ${what}`, async () => {
      const body = Buffer.alloc(31 * megabyte, 0x20);
      const before = peak(server);
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(server, head, body)));
      const grown = peak(server) - before;
      assert.deepEqual(Object.keys(count(answers)).map(Number), statuses);
      assert.ok(grown < 100, `${grown} MB`);
    });
  }

  it('take no more than their budget and what is made of one: a hundred of 30 MB are stored or told to come again', async () => {
    const key = async (user: string) => {
      const { stdout } = await runServer(['keys', 'create', '--user', user, '--data-dir', server.dataDir], { env });
      return { url: server.url, apiKey: stdout.trim() };
    };
    const [ann, bob] = [await key('ann'), await key('bob')];
    const senders = [job, await createJob(ann)].map(({ id, token }) => ({ token, body: bodyOf(id, 30 * megabyte) }));
    assert.equal((await request(bob, '/api/training/jobs')).status, 200);
    const before = peak(server);
    let sending = true;
    const sent = Promise.all(
      senders.flatMap(({ token, body }) => Array.from({ length: 50 }, () => send(server, bearer(token), body))),
    ).finally(() => {
      sending = false;
    });
    let slowest = 0;
    let asked = 0;
    while (sending) {
      const begin = performance.now();
      const small = await send(
        server,
        ['GET /api/training/jobs HTTP/1.1', `X-API-Key: ${bob.apiKey}`],
        Buffer.alloc(0),
      );
      assert.equal(small.status, 200, server.output.stderr);
      slowest = Math.max(slowest, performance.now() - begin);
      asked += 1;
      await sleep(50);
    }
    const answers = await sent;
    const grown = peak(server) - before;
    console.log(
      `      right tokens: ${JSON.stringify(count(answers))}, ${grown.toFixed(0)} MB more; ${asked} small requests, the slowest ${slowest.toFixed(0)} ms`,
    );
    const { 200: stored = 0, 429: later = 0, 503: busy = 0 } = count(answers);
    assert.equal(stored + later + busy, 100);
    assert.ok(stored > 0);
    for (const { status, head } of answers) if (status !== 200) assert.match(head, /\r\nRetry-After: \d/i);
    // The budget, and what is made of one body at a time: its text, its rows, and what is not collected yet of the last.
    assert.ok(grown < 256 + 500, `${grown} MB`);
    assert.ok(slowest < 30_000, `${slowest} ms`);
  });

  it('that are announced and never come leave room for those of others', async () => {
    const { hostname, port } = new URL(server.url);
    const sockets = Array.from({ length: 20 }, () => {
      const socket = net.connect(Number(port), hostname).resume();
      socket.on('error', () => {});
      socket.write(`${[...bearer(job.token), 'Host: localhost', 'Content-Length: 33000000'].join('\r\n')}\r\n\r\n{`);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    // What comes later is answered later: the server has read of them by then.
    assert.equal((await request(server, '/health')).status, 200);
    await sleep(500);
    // The same user's larger ones are told to wait, small ones are stored.
    const large = await postText(server, job.token, bodyOf(job.id, 30 * megabyte).toString());
    assert.deepEqual([large.status, large.headers.get('retry-after')], [429, '1']);
    assert.equal((await post(server, job, [sample()])).status, 200);
    for (const socket of sockets) socket.destroy();
    let status = 429;
    while (status === 429) {
      await sleep(50);
      status = (await postText(server, job.token, bodyOf(job.id, 30 * megabyte).toString())).status;
    }
    assert.equal(status, 200);
  });

  it('in 300,000 chunks of a byte take a few bytes each', async () => {
    const before = peak(server);
    const { hostname, port } = new URL(server.url);
    const socket = net.connect(Number(port), hostname).setEncoding('latin1');
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.write(
      `${[...bearer(job.token), 'Host: localhost', 'Connection: close', 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n`,
    );
    const piece = Buffer.from('1\r\nx\r\n'.repeat(30_000));
    for (let sent = 0; sent < 10; sent += 1) if (!socket.write(piece)) await once(socket, 'drain');
    socket.write('0\r\n\r\n');
    await once(socket, 'close');
    assert.match(answer, /^HTTP\/1\.1 400 .*not valid JSON/s);
    assert.ok(peak(server) - before < 80, `${peak(server) - before} MB`);
  });

  describe('of a client that waits to be told to send', () => {
    async function converse(token: string): Promise<string> {
      const { hostname, port } = new URL(server.url);
      const socket = net.connect(Number(port), hostname).setEncoding('latin1');
      const body = bodyOf(job.id, 10);
      let text = '';
      socket.on('data', (received: string) => {
        text += received;
        if (received.includes('100 Continue')) socket.write(body);
      });
      const head = [
        ...bearer(token),
        'Host: localhost',
        'Expect: 100-continue',
        'Connection: close',
        `Content-Length: ${body.length}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      await once(socket, 'close');
      return text;
    }

    it('are asked for when the token is right', async () => {
      assert.match(await converse(job.token), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    });

    it('are not asked for when it is wrong, and the connection ends', async () => {
      assert.match(await converse('job_wrong'), /^HTTP\/1\.1 401 .*\r\nConnection: close\r\n/is);
    });
  });

  it('are taken with a token of the earlier form, which running scripts hold over an update', async () => {
    if (process.env['TEST_ENGINE'] === 'postgresql') return;
    const database = new DatabaseSync(join(server.dataDir, 'predictions.db'), { readOnly: true });
    const row = database.prepare('SELECT incarnation FROM jobs WHERE id = ?').get(JSON.stringify(job.id));
    database.close();
    const secret = readFileSync(join(server.dataDir, 'token-secret'), 'utf8').trim();
    const mac = createHmac('sha256', secret).update(JSON.stringify([job.id, row?.['incarnation']]));
    const earlier = { id: job.id, token: `job_${mac.digest('base64url')}` };
    assert.notEqual(earlier.token, job.token);
    assert.equal((await post(server, earlier, [sample({ step: 77 })])).status, 200);
    assert.equal((await post(server, { ...earlier, id: (await createJob(server)).id }, [sample()])).status, 401);
    assert.equal((await post(server, { ...earlier, id: 'nothing' }, [sample()])).status, 404);
    assert.equal((await readPredictions(server, job.id)).length, 2);
  });
});
