import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { eventually } from '../support/eventually.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, predictionsPath, sample, type TestJob } from '../support/serverClient.ts';

describe('a stream, read by hand', () => {
  let server: TestServer;
  let job: TestJob;
  const running: ChildProcess[] = [];

  before(async () => {
    server = await startServer({ args: ['--heartbeat-seconds', '0.5'] });
    job = await createJob(server);
  });
  after(() => server.stop());
  afterEach(() => {
    for (const process of running.splice(0)) process.kill();
  });

  /** `curl -N` with these arguments; its output grows. */
  function curl(...args: string[]) {
    const child = spawn('curl', ['-sS', '-N', ...args, server.url + predictionsPath(job.id, '/stream')]);
    running.push(child);
    const output = { text: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
    return { child, output };
  }

  const has = (output: { text: string }, part: string | RegExp) =>
    eventually(`${part} in ${output.text}`, () => (output.text.search(part) === -1 ? undefined : true));

  it('shows connected, a heartbeat within the interval, and an event for each insert', async () => {
    const { output } = curl('-H', `X-API-Key: ${server.apiKey}`);
    await has(output, /^event: connected\ndata: \{"jobId":/);
    await has(output, /\n\nevent: heartbeat\ndata: \{"timestamp":"[^"]+"\}\n\n/);
    for (const answer of ['one', 'two', 'three']) {
      await post(server, job, [sample({ prediction: answer })]);
      await has(output, new RegExp(`id: \\d+\nevent: prediction\ndata: .*"prediction":"${answer}".*\n\n`));
    }
    assert.equal(output.text.match(/^event: prediction$/gm)?.length, 3);
  });

  it('is refused without a key, with 401', async () => {
    const { child, output } = curl('-w', ' %{http_code}');
    await once(child, 'close');
    assert.equal(output.text, 'Unauthorized 401');
  });
});

describe('a server that shuts down', () => {
  it('tells who still asks to come again, with 503 and Retry-After', async () => {
    const server = await startServer();
    const { hostname, port } = new URL(server.url);
    const socket = net.connect(Number(port), hostname).setNoDelay().setEncoding('latin1');
    let received = '';
    socket.on('data', (text: string) => {
      received += text;
    });
    const request = 'GET /health HTTP/1.1\r\nHost: localhost\r\n';
    // The second request has begun when the signal comes, and is whole only afterwards.
    socket.write(`${request}\r\n`);
    await eventually('the first answer', () => (received.includes('"status":"ok"') ? true : undefined));
    received = '';
    socket.write(request);
    const exit = server.kill('SIGTERM');
    await eventually('no new connection is taken', async () => {
      const probe = net.connect(Number(port), hostname);
      const refused = await once(probe, 'connect').then(
        () => false,
        () => true,
      );
      probe.destroy();
      return refused ? true : undefined;
    });
    socket.write('\r\n');
    await once(socket, 'close');
    assert.match(received, /^HTTP\/1\.1 503 /);
    assert.match(received, /\r\nretry-after: 1\r\n/i);
    assert.match(received, /\{"error":"The server is shutting down"\}$/);
    assert.equal(await exit, 0);
  });
});
