import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqliteDatabase } from './sqliteDatabase.ts';
import { numberOf } from './storedRows.ts';

/** Removed in one step of this thread: few enough that nobody waits long. */
const rowsAtOnce = 200;
const pagesAtOnce = 200;

/** Time after which a sweep that failed, for want of room perhaps, is tried again, in ms. */
const retryDelay = 60_000;

/** Removes a job at once, within the caller's transaction, and lets its rows be swept. */
export function discardJob(database: SqliteDatabase, job: number): void {
  for (const table of ['epochs', 'batches']) database.sql(`DELETE FROM ${table} WHERE job = ?`).run(job);
  database.sql('DELETE FROM jobs WHERE number = ?').run(job);
  database.sql('INSERT INTO discarded VALUES (?)').run(job);
}

/** Removes the rows of discarded jobs and gives their space back to the system, in small steps beside other work. */
export class SqliteSweeper {
  readonly #database: SqliteDatabase;
  readonly #report: (error: unknown) => void;
  readonly #onSwept: () => void;
  /** Jobs that nobody waits for and that are still to be discarded. */
  readonly #abandoned = new Set<number>();
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #again = false;
  #closed = false;

  /**
   * @param report hears why a sweep ended early; it is tried again
   * @param onSwept called when all that could be given back is
   */
  constructor(database: SqliteDatabase, report: (error: unknown) => void, onSwept: () => void) {
    this.#database = database;
    this.#report = report;
    this.#onSwept = onSwept;
  }

  /** Discards a job that nobody sees, as soon as that is possible. */
  abandon(job: number): void {
    this.#abandoned.add(job);
    this.start();
  }

  /** Begins to sweep. What a server that was killed left behind is found too. */
  start(): void {
    this.#again = true;
    clearTimeout(this.#retry);
    this.#running ??= this.#sweep()
      .catch((error: unknown) => {
        this.#report(error);
        if (!this.#closed) this.#retry = setTimeout(() => this.start(), retryDelay).unref();
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves when no step is under way, and none follows. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#running;
  }

  async #sweep(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      await nextTurn();
      if (!this.#closed) this.#discardAbandoned();
      while (!this.#closed && this.#removeSome()) await nextTurn();
      while (!this.#closed && this.#returnSome()) await nextTurn();
      if (!this.#closed) this.#onSwept();
    }
  }

  #discardAbandoned(): void {
    for (const job of this.#abandoned) {
      this.#database.transaction(() => discardJob(this.#database, job));
      this.#abandoned.delete(job);
    }
  }

  /** True when there may be more. */
  #removeSome(): boolean {
    const database = this.#database;
    return database.transaction(() => {
      const discarded = database.sql('SELECT job FROM discarded LIMIT 1').get();
      if (discarded === undefined) return false;
      const job = numberOf(discarded, 'job');
      const removed = ['predictions', 'metrics'].map((table) => {
        const some = `SELECT rowid FROM ${table} WHERE job = ? LIMIT ${rowsAtOnce}`;
        return Number(database.sql(`DELETE FROM ${table} WHERE rowid IN (${some})`).run(job).changes);
      });
      if (Math.max(...removed) < rowsAtOnce) database.sql('DELETE FROM discarded WHERE job = ?').run(job);
      return true;
    });
  }

  #returnSome(): boolean {
    const free = this.#database.sql('PRAGMA freelist_count').get() ?? {};
    if (numberOf(free, 'freelist_count') === 0) {
      // The file itself gets shorter when the write-ahead log is folded back.
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return false;
    }
    this.#database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    return true;
  }
}
