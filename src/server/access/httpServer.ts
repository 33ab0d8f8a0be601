import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener, STATUS_CODES } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { StartError } from '../reporting/errors.ts';
import type { Log } from '../reporting/log.ts';
import { heedExpectations } from './expectations.ts';

/** Files in PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** What Node's server speaks TLS with. */
export interface TlsContent {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** How long a connection may be silent in both directions, in ms. Event streams are exempt: they have heartbeats. */
const idleTimeout = 120_000;
/** Longest time that the lines and headers of a request may take, in ms. */
const headersTimeout = 30_000;

/** @throws StartError naming the file that cannot be used */
export function readTls(files: TlsFiles): TlsContent {
  const content = { cert: readPem('--tls-cert', files.certificate), key: readPem('--tls-key', files.key) };
  try {
    https.createServer(content);
  } catch (error) {
    const message = `${files.certificate} and ${files.key} cannot be used for TLS, which takes a certificate and its key as PEM files: ${(error as Error).message}`;
    throw new StartError(message, undefined, { cause: error });
  }
  return content;
}

/**
 * Node's server for plain HTTP or TLS, which drops whoever takes too long to ask.
 *
 * @param requestTimeout time in which a whole request must have arrived, in ms
 */
export function createHttpServer(
  listener: RequestListener,
  tls: TlsContent | undefined,
  requestTimeout: number,
  log: Log,
): http.Server {
  const timeouts = {
    requestTimeout,
    headersTimeout: Math.min(headersTimeout, requestTimeout),
    // The time-outs hold to within this.
    connectionsCheckingInterval: Math.min(5000, requestTimeout / 2),
  };
  const server =
    tls === undefined ? http.createServer(timeouts, listener) : https.createServer({ ...timeouts, ...tls }, listener);
  server.setTimeout(idleTimeout);
  heedExpectations(server, listener);
  // Node by itself hangs up without a word.
  server.on('connect', (_request, socket) => answerRaw(log, socket, 405, 'This server is no proxy'));
  return server;
}

/** Connections whose request may take longer than others. */
const patient = new WeakSet<Socket>();

/**
 * Exempts a request from the time in which it must have arrived; never silence from `idleTimeout`, and not what comes
 * after it on its connection.
 */
export function allowLongBody(request: IncomingMessage): void {
  const { socket } = request;
  patient.add(socket);
  request.once('close', () => patient.delete(socket));
}

/** Answers what is not HTTP, or too slow. The error holds the raw bytes, keys too: none of it is logged but its code. */
export function answerClientError(log: Log, error: NodeJS.ErrnoException, socket: Socket): void {
  if (answered.has(socket) || (error.code === requestTimeoutCode && patient.has(socket))) return;
  if (!socket.writable || error.code === 'ECONNRESET') {
    log.debug({ code: error.code }, 'a connection was lost');
    return void socket.destroy();
  }
  const [status, message] = clientErrors[error.code ?? ''] ?? notHttp;
  answerRaw(log.child({ code: error.code }), socket, status, message);
}

/** Connections that are ended as soon as their client has read why. */
const answered = new WeakSet<Duplex>();
/** How long such a client may go on sending, in ms. */
const lingering = 2000;

/**
 * Answers on a bare connection, and ends it. What still comes is dropped for a while: a connection that is closed with
 * bytes unread is reset, and the answer may be lost with it (RFC 9112, 9.6).
 */
function answerRaw(log: Log, socket: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ error: message });
  const request = randomUUID();
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `X-Request-Id: ${request}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  log.info({ request, status }, 'answered');
  answered.add(socket);
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.removeAllListeners('data').on('data', () => {});
  // Nobody else hears the errors of a connection that asked for a tunnel: a reset would end the server.
  socket.on('error', () => {});
  const destroy = () => socket.destroy();
  const end = setTimeout(destroy, lingering).unref();
  socket.once('end', destroy).once('close', () => clearTimeout(end));
}

const requestTimeoutCode = 'ERR_HTTP_REQUEST_TIMEOUT';

const notHttp = [400, 'The request is not valid HTTP'] as const;

const clientErrors: Record<string, [status: number, message: string]> = {
  [requestTimeoutCode]: [408, 'The request took too long to arrive'],
  HPE_HEADER_OVERFLOW: [431, 'The address and headers are too long'],
};

function readPem(flag: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new StartError(`${flag}: ${file} cannot be read: ${(error as Error).message}`, undefined, { cause: error });
  }
}
