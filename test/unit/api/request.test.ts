import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener } from 'node:http';
import { ApiClient } from '../../../src/api/client.ts';
import {
  type ApiError,
  NotFoundError,
  RedirectedError,
  RejectedError,
  UnauthorizedError,
  UnavailableError,
  UnreachableError,
  UnreadableAnswerError,
} from '../../../src/api/errors.ts';
import { parseRetryAfter } from '../../../src/api/retryAfter.ts';
import { parseServerAddress } from '../../../src/api/serverAddress.ts';
import { listen } from '../../support/listen.ts';

const key = `wak_${'k'.repeat(28)}`;

/** Asks a server with this handler for the epochs of a job. */
async function ask(handler: RequestListener, withKey = key): Promise<unknown> {
  const server = await listen(handler);
  try {
    return await new ApiClient({ address: parseServerAddress(server.url), key: withKey }).epochs(
      'a job/with ünusual id',
    );
  } finally {
    await server.close();
  }
}

function answer(status: number, body: string, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

describe('a request', () => {
  it('carries an API key as X-API-Key and a session token as Authorization', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const handler: RequestListener = (request, response) => {
      seen.push(request.headers);
      response.end('{"epochs":[]}');
    };
    await ask(handler);
    await ask(handler, 'eyJ.session.token');
    assert.equal(seen[0]?.['x-api-key'], key);
    assert.equal(seen[0]?.authorization, undefined);
    assert.equal(seen[1]?.authorization, 'Bearer eyJ.session.token');
    assert.equal(seen[1]?.['x-api-key'], undefined);
  });

  it('encodes a job id into the path', async () => {
    let url = '';
    await ask((request, response) => {
      url = request.url ?? '';
      response.end('{"epochs":[]}');
    });
    assert.equal(url, '/api/training/predictions/a%20job%2Fwith%20%C3%BCnusual%20id/epochs');
  });

  it('fails by a class for each kind of status, with the server’s own words', async () => {
    const cases: [number, new (...args: never[]) => Error][] = [
      [401, UnauthorizedError],
      [403, UnauthorizedError],
      [404, NotFoundError],
      [400, RejectedError],
      [408, UnavailableError],
      [425, UnavailableError],
      [429, UnavailableError],
      [500, UnavailableError],
      [503, UnavailableError],
    ];
    for (const [status, kind] of cases) {
      for (const body of ['{"error":"because"}', '{"error":{"message":"because","type":"x"}}', 'because']) {
        await assert.rejects(ask(answer(status, body)), (error: Error) => {
          assert.ok(error instanceof kind, `${status} gave ${error.name}`);
          assert.match(error.message, /because/);
          assert.doesNotMatch(error.message, /wak_/);
          return true;
        });
      }
    }
  });

  it('has what cannot be seen in the server’s words as marks in its message, and the words themselves apart', async () => {
    const words = 'because\u202e of\u200bthis';
    await assert.rejects(ask(answer(400, JSON.stringify({ error: words }))), (error: ApiError) => {
      assert.match(error.message, /\(status 400: because⟨U\+202E⟩ of⟨U\+200B⟩this\)/);
      assert.equal(error.said, words);
      return true;
    });
    await assert.rejects(ask(answer(200, '\u202e')), /Unexpected token '⟨U\+202E⟩'/);
    await assert.rejects(ask(answer(502, '<html></html>')), { said: '' });
  });

  it('keeps what the server asked to wait', async () => {
    await assert.rejects(ask(answer(503, '', { 'Retry-After': '7' })), { retryAfter: 7000 });
  });

  it('does not repeat a proxy’s page', async () => {
    await assert.rejects(ask(answer(502, '<html><body>Bad gateway</body></html>')), /\(status 502\)/);
  });

  it('says of an answer that is cut, not JSON or of another shape that it cannot be read', async () => {
    for (const body of ['', '{"epochs":[', '<html></html>', '{"epochs":{}}', 'null']) {
      await assert.rejects(ask(answer(200, body)), UnreadableAnswerError, body);
    }
  });

  it('says of a connection that is cut or refused that the server cannot be reached', async () => {
    await assert.rejects(
      ask((request) => request.socket.destroy()),
      UnreachableError,
    );
    await assert.rejects(
      ask((_request, response) => {
        response.writeHead(200, { 'Content-Length': '1000' });
        response.write('{"epochs":');
        setTimeout(() => response.destroy(), 20);
      }),
      UnreachableError,
    );
    const gone = await listen(answer(200, ''));
    await gone.close();
    await assert.rejects(new ApiClient({ address: parseServerAddress(gone.url), key }).epochs('j'), /ECONNREFUSED/);
  });

  it('never carries the key to where a redirect points', async () => {
    let asked = 0;
    const other = await listen((_request, response) => {
      asked += 1;
      response.end('{"epochs":[]}');
    });
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        await assert.rejects(ask(answer(status, '', { Location: `${other.url}/steal` })), RedirectedError);
      }
      assert.equal(asked, 0);
    } finally {
      await other.close();
    }
  });

  it('ends with the reason of the signal that aborted it', async () => {
    const server = await listen(() => {});
    const aborted = new AbortController();
    const client = new ApiClient({ address: parseServerAddress(server.url), key });
    const asked = client.epochs('j', aborted.signal);
    aborted.abort(new Error('enough'));
    await assert.rejects(asked, /enough/);
    await server.close();
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it('reads seconds and dates', () => {
    assert.equal(parseRetryAfter('120', now), 120_000);
    assert.equal(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000);
    assert.equal(parseRetryAfter('Thu, 01 Jan 2020 00:00:30 GMT', now), 0);
  });

  it('takes nothing else', () => {
    assert.equal(parseRetryAfter(null, now), null);
    assert.equal(parseRetryAfter('soon', now), null);
  });
});
