import { ClientRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServerProof } from '../wire/proof.ts';
import { provenAgent } from './provenAgent.ts';

/** Statuses of answers that have no body. */
const withoutBody = [204, 205, 304];

export interface ProvenRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  /** Whole, or sent while it is made; undefined for none. */
  readonly body: string | AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * As `fetch`, to a local server, on a connection on which it has proved itself. Redirects are not followed.
 *
 * @throws UnprovenServerError, UnreachableError, what the connection failed with, or the signal's reason
 */
export function provenFetch(server: ServerProof, url: URL, request: ProvenRequest): Promise<Response> {
  const { method, body, signal } = request;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const headers = { Host: url.host, ...request.headers };
    const sent = new ClientRequest({
      agent: provenAgent(server),
      method,
      path: url.pathname + url.search,
      headers,
    });
    const abort = (): void => {
      // A request that has no connection yet would say nothing.
      reject(signal?.reason);
      sent.destroy();
    };
    signal?.addEventListener('abort', abort);
    sent.once('close', () => {
      signal?.removeEventListener('abort', abort);
      // As after an answer that changes the protocol, which is told as neither answer nor error.
      reject(new Error('closed without an answer'));
    });
    sent.on('error', reject);
    sent.once('response', (message: IncomingMessage) => {
      // The answer to the beginning of a body: what is left of it is not wanted.
      message.once('end', () => {
        if (!sent.writableFinished) sent.destroy();
      });
      try {
        resolve(responseOf(message));
      } catch (error) {
        // A status that no answer may have.
        reject(error);
        sent.destroy();
      }
    });
    if (body === undefined || typeof body === 'string') sent.end(body);
    else pipeline(Readable.from(body), sent).catch(reject);
  });
}

function responseOf(message: IncomingMessage): Response {
  const { statusCode: status = 500, headersDistinct } = message;
  const headers = new Headers();
  for (const [name, values] of Object.entries(headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  if (!withoutBody.includes(status)) return new Response(bodyOf(message), { status, headers });
  message.resume();
  return new Response(null, { status, headers });
}

/** Read as fast as it is taken. */
function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const end = (tell: () => void) => () => {
        if (!isOver) tell();
        isOver = true;
      };
      message.on('data', (chunk: Buffer) => {
        if (isOver) return;
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) message.pause();
      });
      message.once(
        'end',
        end(() => controller.close()),
      );
      message.once('error', (cause) => end(() => controller.error(new TypeError('terminated', { cause })))());
      message.pause();
    },
    pull() {
      message.resume();
    },
    cancel() {
      isOver = true;
      message.destroy();
    },
  });
}
