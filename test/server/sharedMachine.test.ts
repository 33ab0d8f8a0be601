import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServer } from '../../src/localServer/discovery.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { runServer, type StartOptions, startServer, type TestServer } from '../support/server.ts';
import { createJob, request } from '../support/serverClient.ts';

/** Made for these tests alone, for `localhost`, `gpu.example` and 127.0.0.1; valid until 2126. */
const tls = {
  certificate: join(import.meta.dirname, '../support/tls/certificate.pem'),
  key: join(import.meta.dirname, '../support/tls/key.pem'),
};
const tlsFlags = ['--tls-cert', tls.certificate, '--tls-key', tls.key];

describe('a server on a shared machine', () => {
  let server: TestServer | undefined;
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'training-predictions-'));
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    rmSync(directory, { recursive: true });
  });

  async function start(args: string[], options: StartOptions = {}): Promise<TestServer> {
    server = await startServer({ args, ...options });
    return server;
  }

  /** A request that trusts the test certificate alone; `host` is what the address bar would say. */
  function get(target: TestServer, path: string, host: string): Promise<{ status: number | undefined; body: string }> {
    const { port, protocol } = new URL(target.url);
    const options = {
      host: '127.0.0.1',
      port,
      path,
      servername: host,
      ca: readFileSync(tls.certificate),
      headers: { Host: `${host}:${port}`, 'X-API-Key': target.apiKey },
    };
    return new Promise((resolve, reject) => {
      const client = protocol === 'https:' ? https : http;
      client
        .get(options, (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (text: string) => {
            body += text;
            // The first event of a stream is enough.
            if (response.headers['content-type'] === 'text/event-stream') response.destroy();
          });
          response.on('close', () => resolve({ status: response.statusCode, body }));
        })
        .on('error', reject);
    });
  }

  it('speaks TLS under its allowed names, streams too, and no plain HTTP', async () => {
    const secure = await start([...tlsFlags, '--host', '0.0.0.0', '--allowed-host', 'GPU.example']);
    assert.equal(secure.url, `https://gpu.example:${new URL(secure.url).port}`);
    assert.equal((await get(secure, '/health', 'gpu.example')).status, 200);
    assert.equal((await get(secure, '/api/training/jobs', 'localhost')).status, 200);
    assert.match((await get(secure, '/api/training/predictions/x/stream', 'gpu.example')).body, /Job not found/);
    const { port } = new URL(secure.url);
    await assert.rejects(request({ url: `http://127.0.0.1:${port}`, apiKey: '' }, '/health'));
    assert.ok(!secure.output.stderr.includes('WARNING'), secure.output.stderr);
  });

  it('streams over TLS, and ends cleanly', async () => {
    const secure = await start(tlsFlags);
    assert.match(secure.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    const body = JSON.stringify({ job_id: 'x' });
    const status = await new Promise((resolve, reject) => {
      const headers = { 'X-API-Key': secure.apiKey };
      https
        .request(`${secure.url}/api/training/local/jobs`, {
          method: 'POST',
          headers,
          ca: readFileSync(tls.certificate),
        })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end(body);
    });
    assert.equal(status, 200);
    assert.match((await get(secure, '/api/training/predictions/x/stream', 'localhost')).body, /^event: connected\n/);
    assert.equal(await secure.stop(), 0);
  });

  it('warns loudly when it listens beyond the machine without TLS, and answers allowed names alone', async () => {
    const open = await start(['--host', '0.0.0.0', '--allowed-host', 'gpu.example']);
    // Beside its first line, in another pipe.
    await becomes(() => open.output.stderr, /WARNING: listening on 0\.0\.0\.0 without TLS/, undefined, 10_000);
    await becomes(() => open.output.stderr, /--tls-cert/, undefined, 10_000);
    assert.equal((await get(open, '/health', 'gpu.example')).status, 200);
    assert.equal((await get(open, '/health', 'evil.example')).status, 403);
    assert.equal((await get(open, '/health', 'evil.gpu.example')).status, 403);
  });

  it('says nothing of TLS on loopback', async () => {
    const plain = await start([]);
    await plain.kill();
    assert.ok(!plain.output.stderr.includes('WARNING'));
  });

  it('names the file that it cannot use for TLS', async () => {
    const nonsense = join(directory, 'nonsense.pem');
    writeFileSync(nonsense, 'nonsense');
    for (const flags of [
      ['--tls-cert', join(directory, 'none.pem'), '--tls-key', tls.key],
      ['--tls-cert', nonsense, '--tls-key', tls.key],
      ['--tls-cert', tls.certificate, '--tls-key', nonsense],
    ]) {
      const { code, stderr } = await runServer(['--data-dir', directory, '--port', '0', ...flags]);
      assert.equal(code, 1, stderr);
      assert.ok(stderr.includes(directory), stderr);
    }
  });

  describe('limits', () => {
    it('lets a user open so many streams, then answers 429 in plain text until one ends', async () => {
      const limited = await start(['--max-streams', '2']);
      const job = await createJob(limited);
      const address = `${limited.url}/api/training/predictions/${job.id}/stream`;
      const headers = { 'X-API-Key': limited.apiKey };
      const [first, second] = [await fetch(address, { headers }), await fetch(address, { headers })];
      const third = await fetch(address, { headers });
      assert.equal(third.status, 429);
      assert.equal(third.headers.get('retry-after'), '5');
      assert.match(third.headers.get('content-type') ?? '', /^text\/plain/);
      assert.equal(await third.text(), 'More than 2 open streams');
      await first.body?.cancel();
      let status = 429;
      while (status === 429) {
        const again = await fetch(address, { headers });
        status = again.status;
        await again.body?.cancel();
      }
      assert.equal(status, 200);
      await second.body?.cancel();
    });

    it('answers 429 with Retry-After above the rate, to that key alone', async () => {
      const limited = await start(['--rate-limit', '2']);
      const job = await createJob(limited);
      const statuses: number[] = [];
      let last: Awaited<ReturnType<typeof request>> | undefined;
      for (let count = 0; count < 25; count += 1) {
        last = await request(limited, '/api/training/jobs');
        statuses.push(last.status);
      }
      assert.equal(statuses.filter((status) => status === 200).length, 19);
      assert.equal(last?.status, 429);
      assert.deepEqual(last?.json, { error: 'More than 2 requests a second' });
      const retryAfter = Number(last?.headers.get('retry-after'));
      assert.ok(retryAfter >= 1 && retryAfter <= 10, `${retryAfter}`);
      const token = { headers: { Authorization: `Bearer ${job.token}` } };
      assert.equal(
        (await request(limited, '/api/training/local/predictions', { method: 'POST', ...token })).status,
        400,
      );
      assert.equal((await request(limited, '/health', { headers: {} })).status, 200);
    });

    it('proves itself, however much others at the same address ask without a key', async () => {
      const limited = await start(['--rate-limit', '2'], { dataDir: directory });
      for (const path of ['/health', '/nothing']) {
        for (let count = 0; count < 25; count += 1) await request(limited, path, { headers: {} });
      }
      assert.equal((await request(limited, '/nothing', { headers: {} })).status, 429);
      assert.equal((await findServer(directory))?.endpoint.key, limited.apiKey);
    });

    it('answers 429 to an address that tries keys, while the right key goes on', async () => {
      const guarded = await start([]);
      const statuses = new Map<number, number>();
      for (let count = 0; count < 250; count += 1) {
        const { status } = await request(guarded, '/api/training/jobs', { headers: { 'X-API-Key': `wak_${count}` } });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      assert.deepEqual([statuses.get(401), statuses.get(429)], [200, 50]);
      assert.equal((await request(guarded, '/api/training/jobs')).status, 200);
    });

    it('ends connections above the limit, from one address above half of it, and leaves open ones alone', async () => {
      const limited = await start(['--max-connections', '10']);
      const { hostname, port } = new URL(limited.url);
      const open = new Set<net.Socket>();
      const connect = async (localAddress: string, count: number) => {
        for (let made = 0; made < count; made += 1) {
          const socket = net.connect({ port: Number(port), host: hostname, localAddress });
          socket.on('error', () => {}).on('close', () => open.delete(socket));
          open.add(socket.resume());
          await once(socket, 'connect');
        }
      };
      const from = (address: string) => [...open].filter(({ localAddress }) => localAddress === address).length;
      await connect('127.0.0.1', 8);
      await eventually('five are left', () => (from('127.0.0.1') === 5 ? true : undefined));
      await connect('127.0.0.2', 4);
      await connect('127.0.0.3', 3);
      await eventually('ten are left', () => (open.size === 10 ? true : undefined));
      assert.deepEqual([from('127.0.0.1'), from('127.0.0.2'), from('127.0.0.3')], [5, 4, 1]);
      await assert.rejects(request(limited, '/health'));
      for (const socket of open) socket.destroy();
      await eventually('there is room again', () =>
        request(limited, '/health').then(
          ({ status }) => (status === 200 ? true : undefined),
          () => undefined,
        ),
      );
      const said = /"msg":"too many connections: new ones are refused"/;
      await becomes(() => limited.output.stderr, said, undefined, 10_000);
    });

    it('refuses a body above the limit with 413, and takes one below', async () => {
      const limited = await start(['--body-limit-mb', '1']);
      const send = (size: number) =>
        request(limited, '/api/training/local/jobs', {
          method: 'POST',
          headers: { 'X-API-Key': limited.apiKey },
          body: JSON.stringify({ job_id: 'large', config: 'x'.repeat(size) }),
        });
      const { status, json } = await send(1024 * 1024);
      assert.deepEqual([status, json], [413, { error: 'The body is larger than 1 MB: send fewer at once' }]);
      assert.equal((await request(limited, '/api/training/local/jobs')).json['total'], 0);
      assert.equal((await send(1024 * 1024 - 100)).status, 200);
    });
  });
});
