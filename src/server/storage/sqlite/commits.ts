import { closeSync, existsSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { StorageUnavailableError } from '../storage.ts';
import type { SqliteDatabase } from './database.ts';

const syncFile = promisify(fdatasync);

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Transactions that wait for the disk beside this thread, which reads the next batch meanwhile. Each is committed at
 * once, without a wait; then the write-ahead log, in which the pages of all of them stand in order, is brought to the
 * disk. Those that are committed while the disk is busy share its next turn. Nobody is told before, and whoever reads
 * what they change does so by `read`: what was seen by anybody cannot be lost with the power.
 */
export class SqliteCommits {
  readonly #database: SqliteDatabase;
  readonly #log: string;
  #descriptor: number | undefined;
  /** Their commits are on their way to the disk. */
  #syncing: Waiting[] = [];
  /** Their commits came later. */
  #waiting: Waiting[] = [];
  /** Wait until the disk has everything. */
  #reads: (() => void)[] = [];
  /** Transactions that begin after those reads, which would else wait for ever. */
  #held: (() => void)[] = [];

  /** @param file of `database` */
  constructor(database: SqliteDatabase, file: string) {
    this.#database = database;
    this.#log = `${file}-wal`;
  }

  /** All that `work` does, or nothing; resolves when it is safe on disk. Rejects as `SqliteDatabase.transaction` throws. */
  async transaction<T>(work: () => T): Promise<T> {
    while (this.#reads.length > 0) await new Promise<void>((resolve) => this.#held.push(resolve));
    // A database in memory has no log.
    if (this.#descriptor === undefined && !existsSync(this.#log)) return this.#database.transaction(work);
    const result = this.#database.transactionWithoutWait(work);
    const safe = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    if (this.#syncing.length === 0) void this.#sync();
    await safe;
    return result;
  }

  /** Runs `work` in one step at a moment when all that was committed is safe on disk. */
  async read<T>(work: () => T): Promise<T> {
    if (this.#syncing.length === 0) return work();
    return new Promise((resolve, reject) => {
      this.#reads.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** To be called before the database closes, when nothing more is stored. */
  async close(): Promise<void> {
    while (this.#syncing.length > 0 || this.#held.length > 0) await this.read(() => undefined);
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  /** Brings to the disk what is committed, until nothing waits. Never rejects. */
  async #sync(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#syncing = this.#waiting;
      this.#waiting = [];
      const failure = await this.#syncLog();
      for (const { resolve, reject } of this.#syncing) {
        if (failure === undefined) resolve();
        else reject(failure);
      }
    }
    this.#syncing = [];
    for (const read of this.#reads.splice(0)) read();
    for (const begin of this.#held.splice(0)) begin();
  }

  /** @returns what went wrong */
  async #syncLog(): Promise<StorageUnavailableError | undefined> {
    try {
      // SQLite holds no locks on this file that closing it would lose, and keeps it while the database is open.
      this.#descriptor ??= openSync(this.#log, 'r+');
      await syncFile(this.#descriptor);
      return undefined;
    } catch (cause) {
      return new StorageUnavailableError('The disk does not say whether it has what was stored', { cause });
    }
  }
}
