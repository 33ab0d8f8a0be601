import assert from 'node:assert/strict';
import type { RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import type { AnswerLimits } from '../../src/api/answerText.ts';
import { ApiClient } from '../../src/api/client.ts';
import { OversizedAnswerError, UnreachableError } from '../../src/api/errors.ts';
import { type Endpoint, sendForJson } from '../../src/api/request.ts';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { epochsAnswer, predictionsPage } from '../../src/wire/responses.ts';
import { listen } from '../support/listen.ts';
import { nested } from '../support/nested.ts';

const megabyte = Buffer.alloc(1024 * 1024, ' ');

async function withServer<T>(handler: RequestListener, use: (endpoint: Endpoint) => Promise<T>): Promise<T> {
  const server = await listen(handler);
  try {
    return await use({ address: parseServerAddress(server.url), key: null });
  } finally {
    await server.close();
  }
}

function ask(handler: RequestListener, limits?: Partial<AnswerLimits>): Promise<unknown> {
  return withServer(handler, (endpoint) => sendForJson(endpoint, '/', epochsAnswer, limits ? { limits } : {}));
}

/** Writes for as long as the reader takes it. @returns how many bytes it took */
async function writeWithoutEnd(response: ServerResponse, bytes: Uint8Array): Promise<number> {
  let written = 0;
  const isClosed = new Promise<void>((resolve) => response.once('close', () => resolve()));
  for (; !response.destroyed && written < 2 ** 30; written += bytes.length) {
    if (response.write(bytes)) continue;
    const isDrained = new Promise<void>((resolve) => response.once('drain', resolve));
    await Promise.race([isDrained, isClosed]);
  }
  return written;
}

describe('an answer that is read', () => {
  it('may have 200 MB, and comes as it was sent', async () => {
    const answer = await ask((_request, response) => {
      response.write('{"epochs":[');
      for (let count = 0; count < 200; count += 1) response.write(megabyte);
      response.end('{"epoch":3,"prediction_count":1}]}');
    });
    assert.deepEqual(answer, { epochs: [{ epoch: 3, prediction_count: 1 }] });
  }).timeout(60_000);

  it('is given up at its bound where it never ends, with the number, what to do and its beginning', async () => {
    let written: Promise<number> | undefined;
    const before = process.memoryUsage().rss;
    await assert.rejects(
      ask((_request, response) => {
        response.write('{"epochs":[');
        written = writeWithoutEnd(response, megabyte);
      }),
      (error: unknown) => {
        assert.ok(error instanceof OversizedAnswerError);
        assert.match(error.message, /of more than 256 MB.*trainingPredictions\.serverUrl/);
        assert.ok(error.beginning.startsWith('{"epochs":[ '));
        return true;
      },
    );
    const taken = Number(await written) / 1024 / 1024;
    assert.ok(taken < 300, `${taken} MB were taken`);
    assert.ok((process.memoryUsage().rss - before) / 1024 / 1024 < 500);
  }).timeout(60_000);

  it('is bounded by what it is unpacked to', async () => {
    await assert.rejects(
      ask((_request, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' });
        const gzip = createGzip({ level: constants.Z_BEST_SPEED });
        gzip.pipe(response);
        response.once('close', () => gzip.destroy());
        for (let count = 0; count < 400; count += 1) gzip.write(megabyte);
        gzip.end();
      }),
      OversizedAnswerError,
    );
  }).timeout(60_000);

  it('is bounded sooner where it is a page of predictions', async () => {
    const handler: RequestListener = (_request, response) => void writeWithoutEnd(response, megabyte);
    const page = withServer(handler, (endpoint) => new ApiClient(endpoint).predictions('job', { limit: 1000 }));
    await assert.rejects(page, /more than 64 MB/);
  }).timeout(60_000);

  it('is given up where it drips for longer than the slowest line would need, with the numbers', async () => {
    let closed = false;
    await assert.rejects(
      ask(
        async (_request, response) => {
          response.once('close', () => {
            closed = true;
          });
          while (!closed) {
            response.write(' ');
            await sleep(50);
          }
        },
        { patience: 1000, bytesPerSecond: 4096 },
      ),
      (error: unknown) => {
        assert.ok(error instanceof UnreachableError);
        assert.match(error.message, /sends too slowly: \d+ bytes of an answer in 1 s\. Check the connection/);
        return true;
      },
    );
  });

  it('may take its time as long as it comes at the least speed', async () => {
    const answer = await ask(
      async (_request, response) => {
        for (let count = 0; count < 20; count += 1) {
          response.write(' '.repeat(1000));
          await sleep(50);
        }
        response.end('{"epochs":[]}');
      },
      { patience: 100, bytesPerSecond: 4096 },
    );
    assert.deepEqual(answer, { epochs: [] });
  });

  it('is given up where it is too deep to be parsed, with the field', async () => {
    for (const value of [nested(1_000_000), nested(20_000, 'mixed'), '['.repeat(20_000)]) {
      const handler: RequestListener = (_request, response) =>
        response.end(`{"total_count":2,"predictions":[{"id":"a"},{"id":"b","extra":${value}}]}`);
      await assert.rejects(
        withServer(handler, (endpoint) => sendForJson(endpoint, '/', predictionsPage)),
        (error: unknown) => {
          assert.ok(error instanceof OversizedAnswerError);
          assert.match(error.message, /predictions\[1\]\.extra: more than 100 levels deep/);
          return true;
        },
      );
    }
  });

  it('may list any number of jobs, of which the newest 500 are taken', async () => {
    const jobs = Array.from({ length: 300_000 }, (_, index) => ({ id: `job ${index}`, status: 'running' }));
    const handler: RequestListener = (_request, response) => response.end(JSON.stringify({ jobs, total: jobs.length }));
    const listed = await withServer(handler, (endpoint) => new ApiClient(endpoint).jobs());
    assert.equal(listed.length, 500);
    assert.equal(listed[499]?.id, 'job 499');
  }).timeout(60_000);
});
