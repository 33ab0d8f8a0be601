import { setImmediate as nextTurn } from 'node:timers/promises';
import { plainLine } from '../plainText.ts';
import { parseJson, stepsToField } from '../wire/depth.ts';
import { parseExactly } from '../wire/exactJson.ts';
import type { ServerProof } from '../wire/proof.ts';
import { errorAnswer } from '../wire/responses.ts';
import { type Schema, SchemaError } from '../wire/schema.ts';
import { type AnswerLimits, oversized, textOf, usualLimits } from './answerText.ts';
import {
  ApiError,
  NotFoundError,
  RedirectedError,
  RejectedError,
  UnauthorizedError,
  UnavailableError,
  UnreachableError,
  UnreadableAnswerError,
} from './errors.ts';
import { provenFetch } from './provenFetch.ts';
import { parseRetryAfter } from './retryAfter.ts';
import type { ServerAddress } from './serverAddress.ts';

/** A server and the key for it. */
export interface Endpoint {
  readonly address: ServerAddress;
  /** An API key (`wak_…`) or a session token; null asks without one. */
  readonly key: string | null;
  /**
   * What the server has to prove itself with on each connection before anything is sent on it. The local server's,
   * where it speaks plain http: anybody on the machine may listen at its address once it is gone.
   */
  readonly proof?: ServerProof | undefined;
}

/** A REST answer has to begin within this, and then to go on, in ms: a large one over a slow line may take its time. */
const answerTimeout = 30_000;
/** Lines are made for so long, in ms, before an answer or an abort gets its turn. */
const turn = 10;
/** An error's explanation is read for so long, in ms, and so far, in bytes: its status says what matters. */
const explanationTimeout = 2000;
const longestExplanation = 16_384;

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  /** How it is written, where not by `JSON.stringify`. */
  write?: (body: unknown) => string;
  /** JSON Lines, sent while they are made; instead of `body`. */
  lines?: AsyncIterable<Uint8Array>;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** What is taken of the answer; where it says nothing, as usual. */
  limits?: Partial<AnswerLimits>;
  /** Numbers of the answer keep their digits, but those of these fields, as in `parseExactly`. */
  plainNumbers?: ReadonlySet<string>;
}

/**
 * Sends one request and returns its answer once the status is good; the body is still unread.
 *
 * Redirects are not followed: Node's fetch would carry `X-API-Key` along to another origin.
 *
 * @throws ApiError; the signal's own reason when it was aborted
 */
export async function send(endpoint: Endpoint, path: string, options: RequestOptions = {}): Promise<Response> {
  const { address } = endpoint;
  const url = new URL(address.baseUrl + path);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value != null) url.searchParams.set(name, String(value));
  }
  let response: Response;
  try {
    response = await carry(endpoint, url, options);
  } catch (cause) {
    throw unreachable(address, cause, options.signal);
  }
  if (response.ok) return response;
  throw await failure(address, response);
}

function carry({ key, proof }: Endpoint, url: URL, options: RequestOptions): Promise<Response> {
  const { method = 'GET', body, write = JSON.stringify, signal } = options;
  const lines = options.lines === undefined ? undefined : inTurns(options.lines);
  const headers = {
    ...keyHeader(key),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(lines === undefined ? {} : { 'Content-Type': 'application/x-ndjson' }),
    ...options.headers,
  };
  const text = body === undefined ? undefined : write(body);
  if (proof !== undefined) return provenFetch(proof, url, { method, headers, body: text ?? lines, signal });
  return fetch(url, {
    method,
    redirect: 'manual',
    headers,
    ...(text === undefined ? {} : { body: text }),
    // Of a request that could be sent again, fetch keeps all that was sent: a file of gigabytes.
    ...(lines === undefined
      ? {}
      : { body: ReadableStream.from(lines), duplex: 'half', redirect: 'error', window: null }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/**
 * The same lines. A connection that takes them faster than they are made never lets its sender wait, so that this thread
 * would do nothing else before the last one: no answer is read, no abort heard.
 */
async function* inTurns(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let end = performance.now() + turn;
  for await (const line of lines) {
    yield line;
    if (performance.now() < end) continue;
    await nextTurn();
    end = performance.now() + turn;
  }
}

/**
 * Sends one request and reads its JSON answer.
 *
 * @throws ApiError; the signal's own reason when it was aborted
 */
export async function sendForJson<T>(
  endpoint: Endpoint,
  path: string,
  answer: Schema<T>,
  options: RequestOptions = {},
): Promise<T> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new DOMException('silence', 'TimeoutError')), answerTimeout);
  const signal = options.signal === undefined ? silence.signal : AbortSignal.any([options.signal, silence.signal]);
  try {
    const response = await send(endpoint, path, { ...options, signal });
    return await readJson(endpoint, response, answer, {
      ...options,
      signal,
      limits: { ...usualLimits, ...options.limits },
      progressed: () => timer.refresh(),
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The body of an answer that `send` gave, for requests that may take hours. @throws ApiError */
export function readAnswer<T>(endpoint: Endpoint, response: Response, answer: Schema<T>): Promise<T> {
  const { signal } = new AbortController();
  return readJson(endpoint, response, answer, { signal, limits: usualLimits, progressed: () => {} });
}

async function readJson<T>(
  endpoint: Endpoint,
  response: Response,
  answer: Schema<T>,
  {
    signal,
    limits,
    plainNumbers,
    progressed,
  }: Pick<RequestOptions, 'plainNumbers'> & { signal: AbortSignal; limits: AnswerLimits; progressed(): void },
): Promise<T> {
  try {
    const text = await textOf(response, endpoint.address, limits, progressed);
    return answer.parse(jsonOf(text, endpoint, response, plainNumbers));
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    if (cause instanceof SyntaxError || cause instanceof SchemaError) {
      throw new UnreadableAnswerError(
        `${endpoint.address.host} sent an answer that this version cannot read (${plainLine(cause.message)}). Check that trainingPredictions.serverUrl is a predictions server.`,
        response.status,
        { cause, said: cause.message },
      );
    }
    throw unreachable(endpoint.address, cause, signal);
  }
}

/** @throws SyntaxError, OversizedAnswerError */
function jsonOf(text: string, { address }: Endpoint, response: Response, plain?: ReadonlySet<string>): unknown {
  try {
    return plain === undefined
      ? parseJson(text, stepsToField.ofListed)
      : parseExactly(text, stepsToField.ofListed, plain);
  } catch (error) {
    if (error instanceof SchemaError)
      throw oversized(address, response, `with a value too deep (${error.message})`, text);
    throw error;
  }
}

/** An API key goes as `X-API-Key`, a session token as `Authorization`. */
function keyHeader(key: string | null): Record<string, string> {
  if (key === null) return {};
  return key.startsWith('wak_') ? { 'X-API-Key': key } : { Authorization: `Bearer ${key}` };
}

function unreachable(address: ServerAddress, cause: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) {
    if (signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError') {
      return new UnreachableError(`${address.host} did not answer within ${answerTimeout / 1000} s.`, { cause });
    }
    return signal.reason;
  }
  if (cause instanceof ApiError) return cause;
  return new UnreachableError(`${address.host} cannot be reached (${reasonOf(cause)}).`, { cause });
}

/** The system's own reason, which `fetch` hides one level down: `fetch failed` ← `ECONNREFUSED`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = error.cause instanceof Error ? error.cause : error;
  return 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.message;
}

async function failure(address: ServerAddress, response: Response): Promise<ApiError> {
  const { status } = response;
  const said = await explanation(response);
  const detail = said === '' ? `status ${status}` : `status ${status}: ${plainLine(said)}`;
  if (status >= 300 && status < 400) {
    return new RedirectedError(
      `${address.host} redirects elsewhere, and the API key is not sent along. Set trainingPredictions.serverUrl to the final address.`,
      status,
    );
  }
  if (status === 401 || status === 403) {
    return new UnauthorizedError(`${address.host} refuses the API key (${detail}).`, status, { said });
  }
  if (status === 404) return new NotFoundError(`${address.host} has no such job (${detail}).`, status, { said });
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return new UnavailableError(
      `${address.host} cannot answer right now (${detail}).`,
      status,
      parseRetryAfter(response.headers.get('Retry-After'), Date.now()),
      { said },
    );
  }
  return new RejectedError(`${address.host} refuses the request (${detail}).`, status, { said });
}

/** What an error body says, in one short line; the body may be JSON, plain text, a proxy's page, empty or cut. */
async function explanation(response: Response): Promise<string> {
  let text: string;
  try {
    text = await beginningOf(response);
  } catch {
    return 'its explanation was cut off';
  }
  try {
    const answer = errorAnswer.parse(JSON.parse(text));
    text = typeof answer.error === 'string' ? answer.error : answer.error.message;
  } catch {
    // Not JSON: plain text is an explanation too, a page of markup is not.
    if (text.trimStart().startsWith('<')) return '';
  }
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** The beginning of a body that may be of any length, or never end. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  // Cancelling a body that broke fails with what broke it, which the reading has told already.
  const cancel = () => void reader.cancel().catch(() => undefined);
  const timer = setTimeout(cancel, explanationTimeout);
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < longestExplanation) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    return text;
  } finally {
    clearTimeout(timer);
    cancel();
  }
}
