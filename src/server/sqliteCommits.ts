import { closeSync, existsSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { SqliteDatabase } from './sqliteDatabase.ts';
import { StorageUnavailableError } from './storage.ts';

const syncFile = promisify(fdatasync);

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Transactions that wait for the disk beside this thread, which reads the next batch meanwhile. Each is committed at
 * once, without a wait; then the write-ahead log, in which the pages of all of them stand in order, is brought to the
 * disk. Those that are committed while the disk is busy share its next turn. Nobody is told before, and whoever reads
 * what they change awaits `safe` first.
 */
export class SqliteCommits {
  readonly #database: SqliteDatabase;
  readonly #log: string;
  #descriptor: number | undefined;
  /** Their commits are on their way to the disk. */
  #syncing: Waiting[] = [];
  /** Their commits came later. */
  #waiting: Waiting[] = [];

  /** @param file of `database` */
  constructor(database: SqliteDatabase, file: string) {
    this.#database = database;
    this.#log = `${file}-wal`;
  }

  /** All that `work` does, or nothing; resolves when it is safe on disk. Rejects as `SqliteDatabase.transaction` throws. */
  async transaction<T>(work: () => T): Promise<T> {
    // A database in memory has no log.
    if (this.#descriptor === undefined && !existsSync(this.#log)) return this.#database.transaction(work);
    const result = this.#database.transactionWithoutWait(work);
    const safe = joining(this.#waiting);
    if (this.#syncing.length === 0) void this.#sync();
    await safe;
    return result;
  }

  /** Resolves when all that was committed is safe on disk; rejects when that is not known. */
  async safe(): Promise<void> {
    if (this.#waiting.length > 0) await joining(this.#waiting);
    else if (this.#syncing.length > 0) await joining(this.#syncing);
  }

  /** To be called before the database closes, when nothing more is stored. */
  async close(): Promise<void> {
    // Whoever stored it is told of a failure.
    await this.safe().catch(() => undefined);
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  /** Never rejects. */
  async #sync(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#syncing = this.#waiting;
      this.#waiting = [];
      let failure: StorageUnavailableError | undefined;
      try {
        // SQLite holds no locks on this file that closing it would lose, and keeps it while the database is open.
        this.#descriptor ??= openSync(this.#log, 'r+');
        await syncFile(this.#descriptor);
      } catch (error) {
        failure = new StorageUnavailableError('The disk does not say whether it has what was stored', { cause: error });
      }
      const done = this.#syncing;
      this.#syncing = [];
      for (const { resolve, reject } of done) {
        if (failure === undefined) resolve();
        else reject(failure);
      }
    }
  }
}

/** Resolves or rejects with those in `group`. */
function joining(group: Waiting[]): Promise<void> {
  return new Promise((resolve, reject) => group.push({ resolve, reject }));
}
