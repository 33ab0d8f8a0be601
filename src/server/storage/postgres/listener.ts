import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connectionConfig } from './database.ts';
import { storageError } from './errors.ts';

export const channel = 'training_predictions';

/** Time between two looks whether the connection is still there, in ms: what the network lost says nothing. */
const lookInterval = 15_000;
const lookTimeout = 10_000;
/** Wait before a new attempt, in ms. */
const firstWait = 200;
const longestWait = 10_000;

/** Hears notifications over a connection of its own, which it opens again for as long as it takes. */
export class PostgresListener {
  readonly #url: string;
  readonly #onPayload: (payload: string) => void;
  readonly #onGap: () => void;
  readonly #report: (error: unknown) => void;
  readonly #closing = new AbortController();
  #client: pg.Client | undefined;

  /**
   * @param onGap called when notifications may have been missed: once when the connection is lost and cannot be
   *   opened again at once, and when there is a new one
   * @param report hears of lost connections
   */
  constructor(
    url: string,
    handlers: { onPayload: (payload: string) => void; onGap: () => void; report: (error: unknown) => void },
  ) {
    this.#url = url;
    this.#onPayload = handlers.onPayload;
    this.#onGap = handlers.onGap;
    this.#report = handlers.report;
  }

  /** Resolves when notifications are heard. Rejects when the database cannot be reached. */
  async start(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      throw storageError(error);
    }
  }

  /** The process on the database's side that serves this connection at the moment. */
  async backend(): Promise<number> {
    try {
      return Number((await this.#client?.query('SELECT pg_backend_pid() AS pid'))?.rows[0]?.pid);
    } catch (error) {
      throw storageError(error);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ ...connectionConfig(this.#url), query_timeout: lookTimeout });
    const ended = new Promise<unknown>((resolve) => {
      client.on('error', resolve);
      client.on('end', () => resolve(new Error('the connection ended')));
    });
    client.on('notification', ({ payload }) => this.#onPayload(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      drop(client);
      throw error;
    }
    if (this.#closing.signal.aborted) return drop(client);
    this.#client = client;
    const look = setInterval(() => {
      // A time-out leaves the connection as it is.
      client.query('SELECT 1').catch(() => drop(client));
    }, lookInterval);
    void ended.then((error) => {
      clearInterval(look);
      this.#client = undefined;
      drop(client);
      if (!this.#closing.signal.aborted) void this.#reconnect(error);
    });
  }

  async #reconnect(lost: unknown): Promise<void> {
    this.#report(storageError(lost));
    const { signal } = this.#closing;
    for (let wait = firstWait; !signal.aborted; wait = Math.min(2 * wait, longestWait)) {
      try {
        await this.#connect();
        this.#onGap();
        return;
      } catch {
        // The loss is told already; whoever asks the database meanwhile learns that it is away.
        if (wait === firstWait) this.#onGap();
      }
      // Nothing but the end cuts a wait short.
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }
}

/** Gives a connection up without waiting for the other side, which may be gone. */
function drop(client: pg.Client): void {
  client.on('error', () => {});
  client.connection.stream.destroy();
}
