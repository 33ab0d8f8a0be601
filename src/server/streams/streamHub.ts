import type { ServerResponse } from 'node:http';
import { eventName } from '../../wire/events.ts';
import type { Log } from '../reporting/log.ts';
import type { Metrics } from '../reporting/metrics.ts';
import type { JobRecord, Storage } from '../storage/storage.ts';
import { eventText } from './frames.ts';
import { Heartbeats } from './heartbeats.ts';
import { StreamClient } from './streamClient.ts';
import { StreamRoom } from './streamRoom.ts';

export interface StreamRequest {
  /** `Last-Event-ID`. */
  readonly lastEventId: string | undefined;
  readonly epoch: number | undefined;
  /** False once the reader may no longer read; absent where that cannot be. */
  readonly isAllowed?: () => Promise<boolean>;
}

export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  // A stream's end is its connection's end: the server can stop, and no client asks again on a dying connection.
  Connection: 'close',
};

/** All open event streams of jobs, of this process. */
export class StreamHub {
  readonly #storage: Storage;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #heartbeatSeconds: number;
  /** By incarnation. */
  readonly #rooms = new Map<string, StreamRoom>();
  /** Open streams by user. */
  readonly #users = new Map<string, number>();
  readonly #heartbeats: Heartbeats;
  readonly #stopListening: () => void;
  #closed = false;

  constructor(storage: Storage, log: Log, metrics: Metrics, heartbeatSeconds: number) {
    this.#storage = storage;
    this.#log = log;
    this.#metrics = metrics;
    this.#heartbeatSeconds = heartbeatSeconds;
    this.#heartbeats = new Heartbeats(log, metrics, heartbeatSeconds);
    this.#stopListening = storage.onChange((job) => this.#refresh(job));
  }

  get openStreams(): number {
    return [...this.#users.values()].reduce((sum, count) => sum + count, 0);
  }

  streamsOf(userId: string): number {
    return this.#users.get(userId) ?? 0;
  }

  /** Takes over `response` and sends the job's events until either side ends it. */
  open(job: JobRecord, response: ServerResponse, request: StreamRequest): void {
    response.writeHead(200, eventStreamHeaders);
    const room = this.#room(job);
    const { userId } = job;
    this.#users.set(userId, this.streamsOf(userId) + 1);
    const client = new StreamClient(response, startOf(job, request.lastEventId), request.epoch, () => {
      this.#heartbeats.delete(client);
      const others = this.streamsOf(userId) - 1;
      if (others > 0) this.#users.set(userId, others);
      else this.#users.delete(userId);
      room.leave(client);
      if (room.isEmpty) this.#rooms.delete(job.incarnation);
    });
    this.#heartbeats.add(client, request.isAllowed);
    const connected = {
      jobId: job.id,
      timestamp: new Date().toISOString(),
      heartbeat_seconds: this.#heartbeatSeconds,
      incarnation: job.incarnation,
    };
    client.write(eventText(eventName.connected, JSON.stringify(connected)));
    if (this.#closed) client.end();
    else room.join(client);
  }

  /** Ends all streams cleanly, those that are opened later too. */
  close(): void {
    this.#closed = true;
    this.#heartbeats.close();
    this.#stopListening();
    for (const room of this.#rooms.values()) room.end();
  }

  #room(job: JobRecord): StreamRoom {
    let room = this.#rooms.get(job.incarnation);
    if (room === undefined) {
      room = new StreamRoom(this.#storage, this.#log, this.#metrics, job);
      this.#rooms.set(job.incarnation, room);
    }
    return room;
  }

  #refresh(job: number | undefined): void {
    for (const room of this.#rooms.values()) if (job === undefined || room.jobNumber === job) void room.refresh();
  }
}

/** Where a stream starts: after the id that the client names, or from the job's start when the job never gave it. */
function startOf(job: JobRecord, lastEventId: string | undefined): number {
  const start = job.lastSeq - job.predictionCount;
  if (lastEventId === undefined || lastEventId === '') return job.lastSeq;
  const seq = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : start;
  return seq >= start && seq <= job.lastSeq ? seq : start;
}
