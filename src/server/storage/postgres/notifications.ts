import { randomUUID } from 'node:crypto';
import { ChangeListeners } from '../changeListeners.ts';
import type { Ask, PostgresDatabase } from './database.ts';
import { channel, PostgresListener } from './listener.ts';
import { refusePooler } from './poolers.ts';

/**
 * Tells of changed jobs across processes: the others by a notification that the database sends with the commit, the own
 * listeners at once.
 */
export class PostgresNotifications {
  readonly #listener: PostgresListener;
  readonly #listeners = new ChangeListeners();
  /** Marks this process's own notifications: it tells its listeners itself. */
  readonly #origin = randomUUID();
  #onOwn = () => {};

  constructor(url: string, report: (error: unknown) => void) {
    this.#listener = new PostgresListener(url, {
      onPayload: (payload) => this.#heard(payload),
      onGap: () => this.#listeners.tell(undefined),
      report,
    });
  }

  /**
   * Resolves when notifications are heard.
   *
   * @param database on which they are sent
   * @throws Error when the database cannot be reached, or is behind a pooler over which notifications are lost
   */
  async start(database: PostgresDatabase): Promise<void> {
    await this.#listener.start();
    const heard = new Promise<void>((resolve) => {
      this.#onOwn = resolve;
    });
    await refusePooler(database, this.#listener, { payload: `${this.#origin} probe`, heard });
  }

  add(listener: (job: number | undefined) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Tells this process, once a transaction is committed. */
  tell(job: number): void {
    this.#listeners.tell(job);
  }

  /** Tells the others, once the transaction of `ask` is committed. A job's id may be too long for a payload. */
  async tellOthers(ask: Ask, job: number): Promise<void> {
    await ask('SELECT pg_notify($1, $2)', [channel, `${this.#origin} ${job}`]);
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  #heard(payload: string): void {
    const [origin, job] = payload.split(' ');
    if (origin === this.#origin) this.#onOwn();
    else if (/^\d+$/.test(job ?? '')) this.#listeners.tell(Number(job));
  }
}
