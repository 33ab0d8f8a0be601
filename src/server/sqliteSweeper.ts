import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqliteDatabase } from './sqliteDatabase.ts';
import { numberOf } from './storedRows.ts';

/** Removed in one step of this thread: few enough that nobody waits long. */
const rowsAtOnce = 200;
const pagesAtOnce = 200;

/** Removes the rows of discarded jobs and gives their space back to the system, in small steps beside other work. */
export class SqliteSweeper {
  readonly #database: SqliteDatabase;
  readonly #report: (error: unknown) => void;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  /** @param report hears why a sweep ended early; the next one goes on with it */
  constructor(database: SqliteDatabase, report: (error: unknown) => void) {
    this.#database = database;
    this.#report = report;
  }

  /** Begins to sweep. What a server that was killed left behind is found too. */
  start(): void {
    this.#again = true;
    this.#running ??= this.#sweep()
      .catch(this.#report)
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves when no step is under way, and none follows. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #sweep(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      await nextTurn();
      while (!this.#closed && this.#removeSome()) await nextTurn();
      while (!this.#closed && this.#returnSome()) await nextTurn();
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
