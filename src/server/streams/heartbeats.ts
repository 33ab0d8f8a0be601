import { eventName } from '../../wire/events.ts';
import type { Log } from '../reporting/log.ts';
import type { Metrics } from '../reporting/metrics.ts';
import { eventText } from './frames.ts';
import type { StreamClient } from './streamClient.ts';

/**
 * The heartbeats of open streams: one timer and one buffer for all. Of clients, those that took nothing since the last
 * beat are cut, and those that may no longer read are ended.
 */
export class Heartbeats {
  /** With what is asked of each at each beat; undefined where it may read for good. */
  readonly #clients = new Map<StreamClient, (() => Promise<boolean>) | undefined>();
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #timer: NodeJS.Timeout;

  /** @param before done at each beat */
  constructor(log: Log, metrics: Metrics, seconds: number, before: (now: Date) => void = () => {}) {
    this.#log = log;
    this.#metrics = metrics;
    this.#timer = setInterval(() => {
      const now = new Date();
      before(now);
      this.#beat(now);
    }, seconds * 1000);
  }

  /** @param isAllowed false once the reader may no longer read */
  add(client: StreamClient, isAllowed: (() => Promise<boolean>) | undefined): void {
    this.#clients.set(client, isAllowed);
  }

  delete(client: StreamClient): void {
    this.#clients.delete(client);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #beat(now: Date): void {
    const heartbeat = Buffer.from(eventText(eventName.heartbeat, JSON.stringify({ timestamp: now.toISOString() })));
    for (const [client, isAllowed] of this.#clients) {
      if (isAllowed !== undefined) void this.#endUnlessAllowed(client, isAllowed);
      if (client.isStuck()) {
        this.#metrics.cuts.add();
        client.cut();
      } else {
        client.writeAside(heartbeat);
      }
    }
  }

  async #endUnlessAllowed(client: StreamClient, isAllowed: () => Promise<boolean>): Promise<void> {
    try {
      if (!(await isAllowed())) client.end();
    } catch (error) {
      this.#log.warn({ err: error }, 'It could not be asked whether a key is still good');
    }
  }
}
