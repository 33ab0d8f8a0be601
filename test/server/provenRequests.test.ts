import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../../src/api/client.ts';
import { RejectedError, UnauthorizedError, UnavailableError, UnreachableError } from '../../src/api/errors.ts';
import { send } from '../../src/api/request.ts';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { endpointOf, findServer } from '../../src/localServer/discovery.ts';
import { holdLease } from '../../src/localServer/lease.ts';
import { ServerStartError, startServer as startAsWindow } from '../../src/localServer/serverProcess.ts';
import { proofMessage } from '../../src/wire/proof.ts';
import { eventually } from '../support/eventually.ts';
import { listen } from '../support/listen.ts';
import { runServer, serverEntry, startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, post, readPredictions, request, sample } from '../support/serverClient.ts';

const patterns = { nonce: 'n'.repeat(32) };
const never = () => new AbortController().signal;

/** A server that proves itself, and is as good or bad as its handler beyond that. */
async function provingServer(handler: RequestListener) {
  const proofKey = randomBytes(32).toString('hex');
  const told = { url: '', instance: 'this-one', proofKey };
  let proofs = 0;
  const server = createServer((asked, response) => {
    const { pathname, searchParams } = new URL(asked.url ?? '', told.url);
    if (pathname !== '/health') {
      handler(asked, response);
      return;
    }
    proofs += 1;
    const message = proofMessage(searchParams.get('challenge') ?? '', told);
    const proof = createHmac('sha256', Buffer.from(proofKey, 'hex')).update(message).digest('hex');
    response.end(JSON.stringify({ status: 'ok', version: '1', engine: 'sqlite', instance: told.instance, proof }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  told.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new ApiClient({ address: parseServerAddress(told.url), key: 'wak_x', proof: told });
  return {
    client,
    proofs: () => proofs,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function withServer<T>(
  handler: RequestListener,
  work: (server: Awaited<ReturnType<typeof provingServer>>) => Promise<T>,
): Promise<T> {
  const server = await provingServer(handler);
  try {
    return await work(server);
  } finally {
    server.close();
  }
}

describe('a request to a server that proves itself', function () {
  this.timeout(30_000);

  it('asks for one proof a connection, and uses a connection again', async () => {
    await withServer(
      (_asked, response) => response.end('{"epochs":[]}'),
      async ({ client, proofs }) => {
        for (let count = 0; count < 5; count += 1) await client.epochs('j');
        assert.equal(proofs(), 1);
        await Promise.all([1, 2, 3].map(() => client.epochs('j')));
        assert.ok(proofs() <= 3, `${proofs()} proofs`);
      },
    );
  });

  it('fails as any other does: by status, cut, refused, aborted before an answer', async () => {
    const explained = (status: number): RequestListener => {
      return (_asked, response) => response.writeHead(status, { 'Retry-After': '7' }).end('{"error":"because"}');
    };
    for (const [status, kind] of [
      [401, UnauthorizedError],
      [400, RejectedError],
      [503, UnavailableError],
    ] as const) {
      await withServer(explained(status), ({ client }) => assert.rejects(client.epochs('j'), kind));
    }
    await withServer(explained(503), ({ client }) => assert.rejects(client.epochs('j'), { retryAfter: 7000 }));
    await withServer(
      (asked) => asked.socket.destroy(),
      ({ client }) => assert.rejects(client.epochs('j'), UnreachableError),
    );
    await withServer(
      (_asked, response) => {
        response.writeHead(200, { 'Content-Length': '1000' }).write('{"epochs":');
        setTimeout(() => response.destroy(), 20);
      },
      ({ client }) => assert.rejects(client.epochs('j'), UnreachableError),
    );
    await withServer(
      () => {},
      async ({ client }) => {
        const aborted = new AbortController();
        const asked = client.epochs('j', aborted.signal);
        setTimeout(() => aborted.abort(new Error('enough')), 100);
        await assert.rejects(asked, /enough/);
      },
    );
    const { client, close } = await provingServer(() => {});
    close();
    await assert.rejects(client.epochs('j'), /ECONNREFUSED/);
  });

  it('fails when what comes is no answer: another protocol, a status beyond all', async () => {
    for (const status of ['101 Switching Protocols', '700 Beyond']) {
      await withServer(
        (asked) => asked.socket.write(`HTTP/1.1 ${status}\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n`),
        ({ client }) => assert.rejects(client.openStream('j', null, AbortSignal.timeout(5000)), UnreachableError),
      );
    }
  });

  it('ends at once when it is aborted while whoever is there is silent', async () => {
    const silent = await listen(() => {});
    try {
      const proof = { url: silent.url, instance: 'x', proofKey: '0'.repeat(64) };
      const client = new ApiClient({ address: parseServerAddress(silent.url), key: 'wak_x', proof });
      const begun = Date.now();
      await assert.rejects(client.openStream('j', null, AbortSignal.timeout(200)));
      assert.ok(Date.now() - begun < 5000);
      await assert.rejects(client.deleteJob('j'), /did not answer within 10 s/);
    } finally {
      await silent.close();
    }
  });

  it('believes none that answers something else: no JSON, no HTTP, a page, an endless text, a redirect', async () => {
    const answers: RequestListener[] = [
      (_asked, response) => response.end('ok'),
      (_asked, response) => response.writeHead(404).end('<html></html>'),
      (asked) => asked.socket.end('SSH-2.0-OpenSSH\r\n'),
      (_asked, response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
      (_asked, response) => {
        const more = setInterval(() => response.write('x'.repeat(5000)), 10);
        response.once('close', () => clearInterval(more));
      },
    ];
    for (const answer of answers) {
      const seen: unknown[] = [];
      const other = await listen((asked, response) => {
        seen.push(asked.headers['x-api-key']);
        answer(asked, response);
      });
      const proof = { url: other.url, instance: 'x', proofKey: '0'.repeat(64) };
      const client = new ApiClient({ address: parseServerAddress(other.url), key: 'wak_x', proof });
      await assert.rejects(client.jobs(), { name: 'UnprovenServerError' });
      assert.deepEqual(seen, [undefined]);
      await other.close();
    }
  });

  it('is read as fast as it is taken, and let go when it is not wanted any more', async () => {
    let written = 0;
    let closed = false;
    const endless: RequestListener = (_asked, response) => {
      const write = () => {
        while (!closed && response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.on('drain', write).once('close', () => {
        closed = true;
      });
      write();
    };
    await withServer(endless, async ({ client }) => {
      const response = await send(client.endpoint, '/endless');
      await sleep(500);
      assert.ok(written < 20_000_000, `${written} bytes were taken though nobody reads`);
      await response.body?.cancel();
      await eventually('the server sees its end', () => closed || undefined);
    });
  });
});

describe('a local server that proves itself', function () {
  this.timeout(60_000);
  let server: TestServer;
  let client: ApiClient;

  before(async () => {
    server = await startServer({ args: ['--heartbeat-seconds', '0.3'] });
    const found = await findServer(server.dataDir);
    assert.ok(found);
    client = new ApiClient(found.endpoint);
  });
  after(() => server.stop());

  it('answers a challenge with what only server.json lets one compute, and refuses what is none', async () => {
    const told = JSON.parse(readFileSync(path.join(server.dataDir, 'server.json'), 'utf8')) as Record<string, string>;
    const key = Buffer.from(told['proofKey'] ?? '', 'hex');
    for (const nonce of ['n'.repeat(32), '1'.repeat(128), '-_'.repeat(20)]) {
      const { status, json } = await request(server, `/health?challenge=${nonce}`, { headers: {} });
      const message = `training-predictions-proof\n${nonce}\n${told['url']}\n${told['instance']}`;
      const expected = createHmac('sha256', key).update(message).digest('hex');
      assert.deepEqual([status, json['proof']], [200, expected]);
      assert.deepEqual(Object.keys(json).sort(), ['edition', 'engine', 'instance', 'proof', 'status', 'version']);
    }
    for (const wrong of ['', 'n'.repeat(31), 'n'.repeat(129), `${'n'.repeat(40)}%0A`, 'ü'.repeat(40)]) {
      assert.equal((await request(server, `/health?challenge=${wrong}`, { headers: {} })).status, 400, wrong);
    }
    assert.equal((await request(server, `/health?challenge=${patterns.nonce}&challenge=x`)).status, 400);
    const { json } = await request(server, '/health?other=1', { headers: {} });
    assert.deepEqual(Object.keys(json).sort(), ['edition', 'engine', 'instance', 'status', 'version']);
  });

  it('streams, imports and is leased by those who asked it for a proof', async () => {
    const job = await createJob(server);
    const aborted = new AbortController();
    const stream = await client.openStream(job.id, null, aborted.signal);
    await post(server, job, [sample({ prediction: 'streamed ü' })]);
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of stream.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes('streamed ü')) break;
    }
    aborted.abort();
    const rows = 3000;
    const lines = (async function* () {
      for (let index = 0; index < rows; index += 1) {
        yield Buffer.from(`${JSON.stringify(sample({ sample_index: index, prompt: 'x'.repeat(500) }))}\n`);
      }
    })();
    await client.importJob('imported', lines);
    assert.equal((await readPredictions(server, 'imported', '?limit=1000')).length, 1000);
    const broken = (async function* () {
      yield Buffer.from('no JSON\n');
      for (;;) yield Buffer.from(`${JSON.stringify(sample({ prompt: 'x'.repeat(5000) }))}\n`);
    })();
    await assert.rejects(client.importJob('broken', broken));
    const failing = (async function* () {
      yield Buffer.from(`${JSON.stringify(sample())}\n`);
      throw new Error('no more');
    })();
    await assert.rejects(client.importJob('failing', failing), /no more/);
    const { json } = await request(server, '/api/training/local/jobs');
    const ids = (json['jobs'] as Fields[]).map(({ id }) => id);
    assert.ok(ids.includes('imported') && !ids.includes('broken') && !ids.includes('failing'), String(ids));
  });

  it('hears its answer while it sends what is taken faster than it is made', async () => {
    const line = Buffer.from(`${JSON.stringify(sample({ prompt: 'x'.repeat(500) }))}\n`);
    const all = 60_000;
    for (const { endpoint } of [client, new ApiClient({ ...client.endpoint, proof: undefined })]) {
      let made = 0;
      const slow = (async function* () {
        yield Buffer.from('no JSON\n');
        for (; made < all; made += 1) {
          const end = performance.now() + 0.05;
          while (performance.now() < end);
          yield line;
        }
      })();
      await assert.rejects(new ApiClient(endpoint).importJob('slow', slow), RejectedError);
      assert.ok(made < all, 'all of it was sent before the answer was read');
    }
  });

  it('tells those who hold its lease whether it stops or dies', async () => {
    for (const [signal, end] of [
      ['SIGTERM', 'stopped'],
      ['SIGKILL', 'lost'],
    ] as const) {
      const one = await startServer();
      const found = await findServer(one.dataDir);
      assert.ok(found);
      const ended = new Promise((resolve) => holdLease(found.endpoint, false, resolve));
      // Nothing tells that it is held but that what was asked for after it is.
      const other = await new ApiClient(found.endpoint).openLease(false, never());
      await sleep(500);
      await other.body?.cancel();
      await one.kill(signal);
      assert.equal(await ended, end);
      await one.stop();
    }
  });

  describe('at an address that the user named', () => {
    const other = 'wak_of_another_server';
    const at = (url: string, key: string) => endpointOf(server.dataDir, parseServerAddress(url), key);

    it('has to prove itself for whatever key, by its name too', async () => {
      for (const url of [server.url, server.url.replace('127.0.0.1', 'localhost')]) {
        const own = await at(url, server.apiKey);
        assert.ok(own.proof);
        assert.ok(Array.isArray(await new ApiClient(own).jobs()));
        await assert.rejects(new ApiClient(await at(url, other)).jobs(), UnauthorizedError);
      }
    });

    it('is the only one on this machine that its key is sent to', async () => {
      await assert.rejects(at('http://127.0.0.1:9', server.apiKey), UnreachableError);
      assert.equal((await at('http://127.0.0.1:9', other)).proof, undefined);
      assert.equal((await at('https://finetunelab.ai', server.apiKey)).proof, undefined);
    });
  });

  describe('of an older version', () => {
    let dataDir: string;
    let older: TestServer;

    beforeEach(async () => {
      dataDir = mkdtempSync(path.join(tmpdir(), 'training-predictions-'));
      older = await startServer({ dataDir });
      // As such a one wrote it.
      const file = path.join(dataDir, 'server.json');
      const { proofKey: _, ...told } = JSON.parse(readFileSync(file, 'utf8')) as Fields;
      writeFileSync(file, JSON.stringify(told));
    });
    afterEach(async () => {
      await older.stop();
      rmSync(dataDir, { recursive: true, maxRetries: 5 });
    });

    it('is not believed, but named with its process to who starts another', async () => {
      assert.equal(await findServer(dataDir), null);
      const { code, stderr } = await runServer(['--data-dir', dataDir, '--port', '0']);
      assert.equal(code, 3);
      assert.match(stderr, new RegExp(`older version still runs .*process ${older.process.pid}, .*Stop it`));
      await assert.rejects(
        startAsWindow({ program: serverEntry, dataDirectory: dataDir, port: 0, signal: never() }),
        (error) => {
          assert.ok(error instanceof ServerStartError);
          assert.match(error.message, new RegExp(`older version still runs .*process ${older.process.pid}, .*Stop it`));
          return true;
        },
      );
      const address = parseServerAddress(older.url);
      await assert.rejects(endpointOf(dataDir, address, 'wak_x'), new RegExp(`process ${older.process.pid}`));
    });

    it('does not stand in the way once it is gone', async () => {
      await older.kill('SIGKILL');
      const started = await startAsWindow({
        program: serverEntry,
        dataDirectory: dataDir,
        port: 0,
        signal: never(),
      });
      assert.notEqual(started.pid, older.process.pid);
      process.kill(started.pid);
      await eventually('it ended', async () => ((await findServer(dataDir)) === null ? true : undefined));
    });
  });
});
