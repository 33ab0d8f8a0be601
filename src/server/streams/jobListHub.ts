import type { ServerResponse } from 'node:http';
import { eventName } from '../../wire/events.ts';
import type { Log } from '../reporting/log.ts';
import type { Metrics } from '../reporting/metrics.ts';
import type { Storage } from '../storage/storage.ts';
import { eventText } from './frames.ts';
import { Heartbeats } from './heartbeats.ts';
import { JobListRoom } from './jobListRoom.ts';
import { StreamClient } from './streamClient.ts';
import { eventStreamHeaders } from './streamHub.ts';

/** All open streams of lists of jobs, of this process. */
export class JobListHub {
  readonly #storage: Storage;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #heartbeatSeconds: number;
  /** By user. */
  readonly #rooms = new Map<string, JobListRoom>();
  readonly #heartbeats: Heartbeats;
  readonly #stopListening: () => void;
  #closed = false;

  constructor(storage: Storage, log: Log, metrics: Metrics, heartbeatSeconds: number) {
    this.#storage = storage;
    this.#log = log;
    this.#metrics = metrics;
    this.#heartbeatSeconds = heartbeatSeconds;
    this.#heartbeats = new Heartbeats(log, metrics, heartbeatSeconds, (now) => {
      for (const room of this.#rooms.values()) room.tellStale(now.getTime());
    });
    this.#stopListening = storage.onChange((job) => {
      for (const room of this.#rooms.values()) room.changed(job);
    });
  }

  streamsOf(userId: string): number {
    return this.#rooms.get(userId)?.clients.size ?? 0;
  }

  /**
   * Takes over `response` and sends what changes in the user's list of jobs until either side ends it.
   *
   * @param isAllowed false once the reader may no longer read
   */
  open(userId: string, response: ServerResponse, isAllowed: () => Promise<boolean>): void {
    response.writeHead(200, eventStreamHeaders);
    const room = this.#room(userId);
    const client = new StreamClient(response, 0, undefined, () => {
      this.#heartbeats.delete(client);
      room.leave(client);
      if (room.isEmpty && this.#rooms.get(userId) === room) this.#rooms.delete(userId);
    });
    this.#heartbeats.add(client, isAllowed);
    const connected = { timestamp: new Date().toISOString(), heartbeat_seconds: this.#heartbeatSeconds };
    if (this.#closed) client.end();
    else void room.join(client, eventText(eventName.connected, JSON.stringify(connected)));
  }

  /** Ends all streams cleanly, those that are opened later too. */
  close(): void {
    this.#closed = true;
    this.#heartbeats.close();
    this.#stopListening();
    for (const room of this.#rooms.values()) room.end();
  }

  #room(userId: string): JobListRoom {
    let room = this.#rooms.get(userId);
    if (room === undefined) {
      room = new JobListRoom(this.#storage, this.#log, this.#metrics, userId);
      this.#rooms.set(userId, room);
    }
    return room;
  }
}
