import { setImmediate as nextTurn } from 'node:timers/promises';
import { StorageFullError } from '../storage.ts';
import { numberOf } from '../storedRows.ts';
import type { SqliteDatabase } from './database.ts';
import type { DiskRoom } from './diskRoom.ts';

/** Rows, or pages, of one step of this thread: few enough that nobody waits long. */
const atOnce = 200;

/** Time after which a sweep that failed, for want of room perhaps, is tried again, in ms: longer and longer. */
const retryDelay = { first: 1000, longest: 60_000 };

/** Removes a job at once, within the caller's transaction, and lets its rows be swept. */
export function discardJob(database: SqliteDatabase, job: number): void {
  for (const table of ['epochs', 'checkpoints', 'starts', 'batches']) {
    database.sql(`DELETE FROM ${table} WHERE job = ?`).run(job);
  }
  database.sql('DELETE FROM jobs WHERE number = ?').run(job);
  database.sql('INSERT INTO discarded VALUES (?)').run(job);
}

/**
 * Removes the rows of discarded jobs and gives their space back to the system, in small steps beside other work. On a
 * full disk the steps are as small as the room that is left, and make room for the next ones.
 */
export class SqliteSweeper {
  readonly #database: SqliteDatabase;
  readonly #room: DiskRoom;
  readonly #report: (error: unknown) => void;
  /** Jobs that nobody waits for and that are still to be discarded. */
  readonly #abandoned = new Set<number>();
  #running: Promise<void> | undefined;
  /** Rows or pages of the next step. */
  #step = atOnce;
  #retry: NodeJS.Timeout | undefined;
  #delay = retryDelay.first;
  /** Why it failed was told, and it did not succeed since. */
  #reported = false;
  #again = false;
  #closed = false;

  /** @param report hears why a sweep ended early; it is tried again */
  constructor(database: SqliteDatabase, room: DiskRoom, report: (error: unknown) => void) {
    this.#database = database;
    this.#room = room;
    this.#report = report;
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
      .then(
        (isWhole) => {
          this.#reported = false;
          if (isWhole) this.#delay = retryDelay.first;
          else this.#startLater();
        },
        (error: unknown) => {
          if (!this.#reported) this.#report(error);
          this.#reported = true;
          this.#startLater();
        },
      )
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

  #startLater(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => this.start(), this.#delay).unref();
    this.#delay = Math.min(2 * this.#delay, retryDelay.longest);
  }

  /** Resolves to false when the room for the next time is not whole yet. */
  async #sweep(): Promise<boolean> {
    let isWhole = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      await nextTurn();
      if (!this.#closed) this.#discardAbandoned();
      while (!this.#closed && this.#inSteps((step) => this.#removeSome(step))) await nextTurn();
      while (!this.#closed && this.#inSteps((step) => this.#returnSome(step))) await nextTurn();
      if (!this.#closed) isWhole = this.#room.settle();
    }
    return isWhole;
  }

  #discardAbandoned(): void {
    for (const job of this.#abandoned) {
      this.#inSteps(() => discardJob(this.#database, job));
      this.#abandoned.delete(job);
    }
  }

  /** One step in a transaction, as large as there is room for. */
  #inSteps<T>(work: (step: number) => T): T {
    for (;;) {
      try {
        const result = this.#room.freeing(() => this.#database.transaction(() => work(this.#step)));
        this.#step = Math.min(2 * this.#step, atOnce);
        return result;
      } catch (error) {
        if (!(error instanceof StorageFullError) || this.#step === 1) throw error;
        this.#step = Math.ceil(this.#step / 8);
      }
    }
  }

  /** True when there may be more. */
  #removeSome(rows: number): boolean {
    const database = this.#database;
    const discarded = database.sql('SELECT job FROM discarded LIMIT 1').get();
    if (discarded === undefined) return false;
    const job = numberOf(discarded, 'job');
    const removed = (['predictions', 'metrics', 'prompts'] as const).map((table) => {
      const row = table === 'prompts' ? '(job, key)' : 'rowid';
      const some = `SELECT ${table === 'prompts' ? 'job, key' : 'rowid'} FROM ${table} WHERE job = ? LIMIT ?`;
      return Number(database.sql(`DELETE FROM ${table} WHERE ${row} IN (${some})`).run(job, rows).changes);
    });
    if (Math.max(...removed) < rows) database.sql('DELETE FROM discarded WHERE job = ?').run(job);
    return true;
  }

  /** True when there may be more. The file itself gets shorter when the write-ahead log is folded back. */
  #returnSome(pages: number): boolean {
    const free = this.#database.sql('PRAGMA freelist_count').get() ?? {};
    if (numberOf(free, 'freelist_count') === 0) return false;
    this.#database.exec(`PRAGMA incremental_vacuum(${pages})`);
    return true;
  }
}
