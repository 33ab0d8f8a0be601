import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import type { SqliteDatabase } from './sqliteDatabase.ts';
import { StorageUnavailableError } from './storage.ts';

/** Time after which answers go out before more batches are stored, in ms. */
const turn = 10;

interface Waiting {
  /** Commits or rolls back; gives the way to tell its caller. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Transactions of several callers that wait for the disk together. Each is one of its own, but those that came while
 * the disk was busy are committed without a wait, and one `fsync` of the write-ahead log, in which their pages stand in
 * order, makes all of them safe. Nobody is told before, and nothing else runs on this thread in between.
 */
export class SqliteCommits {
  readonly #database: SqliteDatabase;
  readonly #log: string;
  #descriptor: number | undefined;
  #closed = false;
  #waiting: Waiting[] = [];

  /** @param file of `database` */
  constructor(database: SqliteDatabase, file: string) {
    this.#database = database;
    this.#log = `${file}-wal`;
  }

  /** All that `work` does, or nothing; resolves when it is safe on disk. Rejects as `SqliteDatabase.transaction` throws. */
  transaction<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        try {
          const result = this.#database.transaction(work);
          return () => resolve(result);
        } catch (error) {
          return () => reject(error);
        }
      };
      // By the second turn of the event loop those are here too who asked while this thread read the first one's batch.
      if (this.#waiting.push({ run, reject }) === 1) setImmediate(() => setImmediate(() => this.#commit()));
    });
  }

  /** Commits what is still waiting; to be called before the database closes. */
  close(): void {
    while (this.#waiting.length > 0) this.#commit();
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #commit(): void {
    const end = performance.now() + turn;
    const group: Waiting[] = [];
    const answers: (() => void)[] = [];
    // Alone, SQLite waits for the disk by itself. A database in memory has no log.
    const together = this.#waiting.length > 1 && !this.#closed && existsSync(this.#log);
    try {
      if (together) this.#database.exec('PRAGMA synchronous=NORMAL');
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        group.push(next);
        answers.push(next.run());
        if (performance.now() >= end) break;
      }
      if (together) this.#sync();
      for (const answer of answers) answer();
    } catch (error) {
      const cause = new StorageUnavailableError('The disk does not say whether it has what was stored', {
        cause: error,
      });
      for (const { reject } of group) reject(cause);
    } finally {
      if (together) this.#database.exec('PRAGMA synchronous=FULL');
      if (this.#waiting.length > 0) setImmediate(() => this.#commit());
    }
  }

  #sync(): void {
    // SQLite holds no locks on this file that closing it would lose, and keeps it while the database is open.
    this.#descriptor ??= openSync(this.#log, 'r+');
    fsyncSync(this.#descriptor);
  }
}
