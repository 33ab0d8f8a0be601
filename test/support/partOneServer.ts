/**
 * A server that offers part 1 of the wire contract alone, the way FineTune Lab does: no ids, whatever is inserted while
 * a client is away is never sent again, clean ends at any time, counts of a query of their own, bytes cut anywhere.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PartOneStore, type StoredRow } from './partOneStore.ts';
import { type Random, randomOf } from './random.ts';
import { RawJson } from './rawJson.ts';

/** One request for the stream of a job. */
export interface Visit {
  readonly jobId: string;
  /** How many visits this job had before. */
  readonly number: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: PartOneServer;
}

/** What a server does with a visit. */
export type Behaviour = (visit: Visit) => void | Promise<void>;

export interface PartOneOptions {
  seed?: number;
  /** Between two heartbeats, in ms. */
  heartbeat?: number;
  /** How its streams behave, until `behaviour` is changed. */
  behaviour: Behaviour;
}

/** What it saw of a request, and answered. */
export interface Seen {
  readonly path: string;
  /** Parameters of the address. */
  readonly query: URLSearchParams;
  /** Of the answer's body, where that came from the store. */
  bytes: number;
  /** ms since 1970 */
  readonly at: number;
  readonly headers: IncomingMessage['headers'];
}

export interface PartOneServer {
  readonly url: string;
  readonly apiKey: string;
  readonly store: PartOneStore;
  readonly random: Random;
  readonly heartbeat: number;
  readonly seen: Seen[];
  behaviour: Behaviour;
  /** Answers a request that is none for a stream, instead of the store; false leaves it to the store. */
  rest: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Texts in the JSON that it sends. */
  readonly raw: RawJson;
  /** Connections that are open now, streams or not. */
  readonly sockets: ReadonlySet<Socket>;
  /** Requests for streams so far. */
  streams(): Seen[];
  close(): Promise<void>;
}

export async function startPartOneServer(options: PartOneOptions): Promise<PartOneServer> {
  const random = randomOf(options.seed ?? 1);
  const http = createServer((request, response) => void answer(server, visits, request, response));
  const sockets = new Set<Socket>();
  const visits = new Map<string, number>();
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: PartOneServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    apiKey: `wak_${'p'.repeat(28)}`,
    store: new PartOneStore(random),
    random,
    heartbeat: options.heartbeat ?? 15_000,
    seen: [],
    behaviour: options.behaviour,
    rest: undefined,
    raw: new RawJson(),
    sockets,
    streams: () => server.seen.filter(({ path }) => path.endsWith('/stream')),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

async function answer(
  server: PartOneServer,
  visits: Map<string, number>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', server.url);
  const seen: Seen = {
    path: url.pathname,
    query: url.searchParams,
    bytes: 0,
    at: Date.now(),
    headers: request.headers,
  };
  server.seen.push(seen);
  response.on('error', () => response.destroy());
  const [, jobId, route] = /^\/api\/training\/predictions\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
  if (route === 'stream' && jobId !== undefined) {
    const number = visits.get(jobId) ?? 0;
    visits.set(jobId, number + 1);
    await server.behaviour({ jobId: decodeURIComponent(jobId), number, request, response, server });
    return;
  }
  if (server.rest?.(request, response)) return;
  const json = (body: unknown, status = 200) => {
    const bytes = Buffer.from(server.raw.written(JSON.stringify(body)));
    seen.bytes = bytes.length;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(bytes);
  };
  if (url.pathname.endsWith('/jobs')) {
    const jobs = server.store.jobs();
    json({ jobs, total: jobs.length });
  } else if (jobId === undefined || !server.store.has(decodeURIComponent(jobId)) || !routes.includes(route)) {
    json({ error: 'Job not found' }, 404);
  } else {
    json(read(server.store, decodeURIComponent(jobId), route, url.searchParams));
  }
}

/** What it has below a job's predictions, beside the stream. */
const routes: readonly (string | undefined)[] = [undefined, 'epochs'];

function read(store: PartOneStore, jobId: string, route: string | undefined, query: URLSearchParams): unknown {
  if (route === 'epochs') return { job_id: jobId, epochs: store.epochs(jobId) };
  const epoch = query.get('epoch');
  return store.page(jobId, {
    ...(epoch === null ? {} : { epoch: Number(epoch) }),
    limit: Number(query.get('limit') ?? 50),
    offset: Number(query.get('offset') ?? 0),
  });
}

export interface Lifetime {
  /** The response ends cleanly after so many ms … */
  ms?: readonly [number, number];
  /** … or so many predictions, whatever comes first. */
  events?: readonly [number, number];
  /** ms until its own subscription works, after `connected` was sent. */
  subscribes?: number;
  /** Says how many predictions there are, after its own delay in ms; 0 where the query failed. */
  count?: (total: number, random: Random) => { delay: number; count: number };
}

/** The ordinary life of a stream of part 1. */
export function partOne(lifetime: Lifetime = {}): Behaviour {
  return async (visit) => {
    const { server, jobId } = visit;
    const { random, store } = server;
    if (!store.has(jobId)) return void visit.response.writeHead(404).end('Job not found');
    const stream = new EventWriter(visit);
    await stream.begin();
    if (lifetime.subscribes !== undefined) await sleep(lifetime.subscribes);
    if (visit.response.closed) return;
    let left = lifetime.events === undefined ? Number.POSITIVE_INFINITY : random.between(...lifetime.events);
    const tell = async (row: StoredRow): Promise<void> => {
      const total = store.count(jobId);
      const { delay, count } = lifetime.count?.(total, random) ?? { delay: 0, count: total };
      if (delay > 0) await sleep(delay);
      if (left <= 0 || !store.has(jobId)) return;
      left -= 1;
      await stream.event('prediction', { prediction: row, total_count: count });
      if (left === 0) stream.end();
    };
    const leave = store.onInsert((row) => {
      if (row.job_id === jobId) void tell(row);
    });
    const beat = setInterval(() => void stream.event('heartbeat', {}), server.heartbeat);
    const end = lifetime.ms === undefined ? undefined : setTimeout(() => stream.end(), random.between(...lifetime.ms));
    visit.response.once('close', () => {
      leave();
      clearInterval(beat);
      clearTimeout(end);
    });
  };
}

/** Writes events in order, the bytes of some of them cut anywhere. */
export class EventWriter {
  readonly #visit: Visit;
  #last: Promise<void> = Promise.resolve();

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  /** Sends the head and `connected`. */
  async begin(data: Record<string, unknown> = {}): Promise<void> {
    const { response, jobId } = this.#visit;
    response.socket?.setNoDelay(true);
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' });
    await this.event('connected', { jobId, ...data });
  }

  event(name: string, data: Record<string, unknown>): Promise<void> {
    return this.write(this.#visit.server.raw.written(frame(name, data)));
  }

  /** Text goes as UTF-8. */
  write(bytes: string | Uint8Array): Promise<void> {
    this.#last = this.#last.then(() => this.#send(typeof bytes === 'string' ? Buffer.from(bytes) : bytes));
    return this.#last;
  }

  /** Ends cleanly, once all is written. */
  end(): void {
    void this.#last.then(() => this.#visit.response.end());
  }

  /** Destroys the socket, once all is written. */
  destroy(): void {
    void this.#last.then(() => this.#visit.response.socket?.destroy());
  }

  async #send(bytes: Uint8Array): Promise<void> {
    const { response, server } = this.#visit;
    const cut = server.random.chance(0.3) ? server.random.between(0, bytes.length) : bytes.length;
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      if (part.length === 0 || response.writableEnded || response.destroyed) continue;
      await new Promise<void>((resolve) => response.write(part, () => resolve()));
    }
  }
}

export function frame(name: string, data: Record<string, unknown>): string {
  return `event: ${name}\ndata: ${JSON.stringify({ ...data, timestamp: new Date().toISOString() })}\n\n`;
}
