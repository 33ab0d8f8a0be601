import assert from 'node:assert/strict';
import net from 'node:net';
import { eventually } from '../support/eventually.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  openStream,
  post,
  postText,
  predictionsPath,
  request,
  sample,
  type TestJob,
} from '../support/serverClient.ts';

interface LogLine {
  level: number;
  time: string;
  msg: string;
  request?: string;
  path?: string;
  status?: number;
}

describe('the server’s log', () => {
  /** A key of the form that people choose by themselves. */
  const chosenKey = 'correct-horse-battery-staple';
  const sessionToken = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJl';
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer({
      args: ['--log-level', 'trace'],
      env: { TRAINING_PREDICTIONS_API_KEY: chosenKey },
    });
    job = await createJob(server);
  });
  after(() => server.stop());

  const lines = () =>
    server.output.stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);

  /** Sends text as it is and waits for the end of the connection. */
  async function raw(text: string): Promise<string> {
    const { hostname, port } = new URL(server.url);
    const socket = net.connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('latin1').on('data', (received: string) => {
      answer += received;
    });
    await new Promise<void>((resolve) => {
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.end(text);
    });
    return answer;
  }

  it('tells of every request by the id that its answer carries', async () => {
    const path = predictionsPath(job.id);
    for (const [answer, status] of [
      [await request(server, path), 200],
      [await request(server, path, { headers: {} }), 401],
      [await request(server, '/nothing'), 404],
      [await postText(server, job.token, 'not JSON'), 400],
      [await request(server, '/api/training/predictions/%zz'), 400],
    ] as const) {
      const id = answer.headers.get('x-request-id');
      assert.equal(answer.status, status);
      assert.match(id ?? '', /^[\da-f-]{36}$/);
      const line = await eventually(`a line of ${status}`, () => lines().find((candidate) => candidate.request === id));
      assert.equal(line.status, status);
    }
  });

  it('gives every answer an id of its own, a stream too, and never takes the client’s', async () => {
    const stream = await openStream(server, job.id);
    const answers = await Promise.all(
      [1, 2].map(() => request(server, '/health', { headers: { 'X-Request-Id': 'mine' } })),
    );
    const ids = [stream.response, ...answers].map(({ headers }) => headers.get('x-request-id'));
    stream.close();
    assert.equal(new Set(ids).size, 3);
    assert.ok(!ids.includes('mine') && !ids.includes(null));
  });

  it('tells of what never was a request by the id of its answer too', async () => {
    for (const [text, status] of [
      ['GET / HTTP/9.9\r\n\r\n', 400],
      [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
      ['CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', 405],
      ['POST /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: a miracle\r\n\r\n', 404],
    ] as const) {
      const answer = await raw(text);
      const id = /\r\nX-Request-Id: ([\da-f-]{36})\r\n/i.exec(answer)?.[1];
      assert.ok(id, answer);
      const line = await eventually(`a line of ${status}`, () => lines().find((candidate) => candidate.request === id));
      assert.equal(line.status, status);
    }
  });

  it('is not forged by a job id with line feeds: each line is JSON of its own', async () => {
    const id = 'a\n{"level":30,"msg":"forged"}\r\n\u2028\u001b[2K';
    const odd = await createJob(server, { job_id: id });
    await post(server, odd, [sample({ epoch: 'x' })]);
    await request(server, predictionsPath(id));
    const { headers } = await request(server, predictionsPath(`${id}-gone`));
    await eventually('its line', () => lines().find((line) => line.request === headers.get('x-request-id')));
    assert.ok(lines().every(({ msg }) => msg !== 'forged'));
    assert.ok(!server.output.stderr.includes('\u001b'));
  });

  it('never holds a key or token, wherever a client puts it', async () => {
    const key = 'wak_ABCDEFGHIJKLMNOPQRSTUVWXYZ12';
    const secrets = [chosenKey, key, job.token, sessionToken];
    const names = [
      ...['X-API-Key', 'X-Workspace-API-Key', 'Authorization', 'Cookie', 'User-Agent', 'Referer', 'Origin'],
      ...['X-Request-Id', 'X-Forwarded-For', 'Idempotency-Key', 'Last-Event-ID', 'Content-Type', 'Accept', 'X-Odd'],
    ];
    for (const secret of secrets) {
      for (const name of names) {
        for (const value of [secret, `Bearer ${secret}`]) {
          await request(server, predictionsPath(job.id), { headers: { [name]: value } });
          await request(server, '/api/training/local/predictions', {
            method: 'POST',
            headers: { Authorization: `Bearer ${job.token}`, [name]: value },
            body: JSON.stringify({ job_id: job.id, predictions: secret }),
          });
        }
        await raw(`GET /health HTTP/1.1\r\nHost: localhost\r\n${name}: ${secret}\r\n${secret}\0\r\n\r\n`);
        await raw(`GET /health HTTP/1.1\r\nHost: ${secret}\r\n\r\n`);
      }
      const escaped = Array.from(secret, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
      const [twice, thrice] = [escaped.replaceAll('%', '%25'), escaped.toUpperCase().replaceAll('%', '%2525')];
      const partly = secret.replace(/[^a-z\d]/i, (mark) => `%25${mark.charCodeAt(0).toString(16).toUpperCase()}`);
      const often = escaped.replaceAll('%', `%${'25'.repeat(20)}`).slice(0, 3000);
      for (const form of [secret, escaped, twice, thrice, partly, often, `${secret}%zz`, `x${secret}`]) {
        for (const path of [`/${form}`, predictionsPath(job.id, `?key=${form}`), predictionsPath(`job/${form}`)]) {
          await request(server, path);
        }
        await request(server, `/api/training/predictions/${form}/stream?token=${form}`);
        await raw(`GET /${form} HTTP/9.9\r\n\r\n`);
        await raw(`${form} / HTTP/1.1\r\n\r\n`);
      }
      await postText(server, job.token, secret);
      await post(server, job, [sample({ epoch: secret })]);
      await post(server, { id: secret, token: secret }, [sample()]);
    }
    const { headers } = await request(server, '/last');
    const last = headers.get('x-request-id');
    await eventually('the last line', () => lines().find((line) => line.request === last));
    const everything = server.output.stdout + server.output.stderr;
    for (const secret of secrets) {
      // What follows a prefix that says of what kind it is; and the bytes as a buffer is printed.
      const told = secret.replace(/^(wak_|job_|eyJ)/, '');
      assert.ok(!everything.includes(told), told);
      assert.ok(!everything.includes([...Buffer.from(told)].join(',')), told);
      assert.ok(!everything.toLowerCase().includes(Buffer.from(told).toString('hex')), told);
    }
    assert.ok(lines().every(({ level }) => level < 50));
  });
});
