import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  openStream,
  post,
  readPredictions,
  request,
  sample,
  type TestJob,
} from '../support/serverClient.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

describe('a client that takes too long to ask', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer({ args: ['--request-timeout-seconds', '0.5', '--heartbeat-seconds', '0.2'] });
    job = await createJob(server);
  });
  after(() => server.stop());

  /** Sends `text` byte by byte, slowly, until the server ends the connection; resolves to what it answered. */
  async function drip(text: string): Promise<string> {
    const { hostname, port } = new URL(server.url);
    const socket = net.connect(Number(port), hostname).setNoDelay().setEncoding('latin1');
    let answer = '';
    let open = true;
    socket.on('data', (received: string) => {
      answer += received;
    });
    // Bytes that meet a closed connection.
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        open = false;
        resolve();
      });
    });
    for (const byte of text) {
      if (!open) break;
      socket.write(byte);
      await sleep(20);
    }
    await closed;
    return answer;
  }

  const headers = () => [
    'Host: localhost',
    `Authorization: Bearer ${job.token}`,
    'Content-Type: application/json',
    `X-Filler: ${'x'.repeat(1000)}`,
  ];

  it('is let go when it says nothing', async () => {
    assert.match(await drip(''), /^(HTTP\/1\.1 408 |$)/);
  });

  it('is answered 408 while it drips headers', async () => {
    const answer = await drip(`POST /api/training/local/predictions HTTP/1.1\r\n${headers().join('\r\n')}`);
    assert.match(answer, /^HTTP\/1\.1 408 .*\{"error":"The request took too long to arrive"\}$/s);
  });

  it('is answered 408 while it drips a body, and nothing of it is stored', async () => {
    const body = JSON.stringify({ job_id: job.id, predictions: [sample({ prediction: 'x'.repeat(1000) })] });
    const head = ['POST /api/training/local/predictions HTTP/1.1', ...headers().slice(0, 3)];
    const { hostname, port } = new URL(server.url);
    const socket = net.connect(Number(port), hostname).setEncoding('latin1');
    let answer = '';
    socket.on('data', (received: string) => {
      answer += received;
    });
    socket.on('error', () => {});
    socket.write(`${[...head, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body.slice(0, -100)}`);
    await once(socket, 'close');
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.deepEqual(await readPredictions(server, job.id), []);
  });

  it('may leave in the middle of its body: nothing is stored, and it is no failure of the server', async () => {
    const body = JSON.stringify({ job_id: job.id, predictions: [sample()] });
    const head = ['POST /api/training/local/predictions HTTP/1.1', ...headers(), `Content-Length: ${body.length + 1}`];
    for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const)
      await sendAndLeave(server, head, body, 50, leave);
    assert.deepEqual(await readPredictions(server, job.id), []);
    await assertNoFailure(server);
  });

  it('may leave while the database works for it', async () => {
    const databaseUrl = await (await sharedPostgres()).createDatabase();
    const waiting = await startServer({ env: { TRAINING_PREDICTIONS_DATABASE_URL: databaseUrl } });
    const rows = `${JSON.stringify(sample())}\n`.repeat(2);
    for (let index = 0; index < 30; index += 1) {
      const head = [`POST /api/training/local/jobs/left-${index}/import HTTP/1.1`, 'Host: localhost'];
      head.push(`X-API-Key: ${waiting.apiKey}`, `Content-Length: ${rows.length}`);
      await sendAndLeave(waiting, head, rows, index % 6, 'destroy');
    }
    try {
      await assertNoFailure(waiting);
    } finally {
      await waiting.stop();
    }
  });

  it('harms nobody else, and no stream that lives longer', async () => {
    const stream = await openStream(server, job.id);
    const slow = Promise.all(Array.from({ length: 50 }, () => drip('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')));
    assert.equal((await post(server, job, [sample()])).status, 200);
    await slow;
    await sleep(1500);
    assert.equal((await post(server, job, [sample()])).status, 200);
    await stream.until(({ predictions }) => predictions.length === 2);
    stream.close();
  });

  it('may take its time to import a whole job', async () => {
    const lines = Array.from({ length: 5 }, (_, index) => `${JSON.stringify(sample({ sample_index: index }))}\n`);
    async function* slowly() {
      for (const line of lines) {
        yield Buffer.from(line);
        await sleep(400);
      }
    }
    const answer = await request(server, '/api/training/local/jobs/slow/import', {
      method: 'POST',
      headers: { 'X-API-Key': server.apiKey, 'Content-Type': 'application/x-ndjson' },
      body: ReadableStream.from(slowly()),
      duplex: 'half',
    });
    assert.deepEqual([answer.status, answer.json['count']], [200, 5]);
  });
});

/** Sends a request, waits so many ms, and goes. */
async function sendAndLeave(
  { url }: TestServer,
  head: readonly string[],
  body: string,
  after: number,
  leave: 'end' | 'destroy' | 'resetAndDestroy',
): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname).resume();
  socket.on('error', () => {});
  await new Promise<void>((resolve) => {
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => resolve());
  });
  await sleep(after);
  socket[leave]();
  await once(socket, 'close');
}

async function assertNoFailure(server: TestServer): Promise<void> {
  assert.match((await request(server, '/metrics')).text, /^training_predictions_errors_total 0$/m);
  assert.ok(!server.output.stderr.includes('"level":50'), server.output.stderr);
}
