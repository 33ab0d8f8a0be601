import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawRequest } from '../fuzz/rawRequest.ts';
import { startServer, type TestServer } from '../support/server.ts';

describe('what is no HTTP', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  const body = Buffer.alloc(12_000_000, 'x');
  for (const [what, head, status] of [
    ['a method that is none', '" /api/training/local/predictions HTTP/1.1\r\nHost: localhost', 400],
    ['a length that is none', 'POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: many', 400],
    ['headers without end', `POST /health HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(40_000)}`, 431],
    ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com', 405],
  ] as const) {
    it(`is answered ${status}, which its client reads though it is still sending: ${what}`, async () => {
      const bytes = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
      const ask = () => rawRequest(server.url, bytes, { whole: true, method: 'POST', patience: 20_000 });
      for (let time = 0; time < 10; time += 1) {
        const answers = await Promise.all([ask(), ask(), ask()]);
        assert.deepEqual(
          answers.map((answer) => answer?.status),
          [status, status, status],
        );
      }
    });
  }

  it('may be reset by its client at any moment, and harms nobody else', async () => {
    const { hostname, port } = new URL(server.url);
    for (const text of ['CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 'no request\r\n\r\n']) {
      for (let time = 0; time < 20; time += 1) {
        const socket = connect(Number(port), hostname).on('error', () => {});
        socket.write(text);
        if (time % 4 > 0) await once(socket, 'data');
        await sleep(10 * (time % 3));
        socket.resetAndDestroy();
      }
    }
    await sleep(200);
    assert.equal((await fetch(`${server.url}/health`)).status, 200);
  });

  it('holds no connection for longer than its client may go on', async () => {
    const began = performance.now();
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname).on('error', () => {});
    const sending = setInterval(() => socket.write('no request\r\n'), 50);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(sending);
    assert.ok(performance.now() - began < 10_000);
  });
});
