import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { makeTables, versionOf } from './sqliteSchema.ts';
import { StorageFullError } from './storage.ts';

/**
 * SQLite's result codes for a full disk, and for a write that the system refused or cut short: a quota or a limit on
 * file sizes ends that way.
 */
const fullCodes = new Set([13, 778]);

/**
 * An open SQLite file (WAL, synchronous=FULL: what was committed survives a power cut; `SqliteCommits` alone waits for
 * that in its own way).
 */
export class SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws Error when the file is damaged, of a newer version or not to be opened; it is left as it is then. */
  constructor(file: string) {
    const version = versionOf(file);
    this.#database = new DatabaseSync(file);
    try {
      // The `keys` command writes beside the server, for a moment. What a large batch made of the write-ahead log, which
      // is folded back at 4,000 pages of 4 kB (fewer cost more waits for the disk), is given back.
      this.#database.exec(
        `PRAGMA busy_timeout=5000; PRAGMA synchronous=FULL;
         PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=16777216`,
      );
      makeTables(this.#database, version);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** The statement, prepared once. */
  sql(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs statements that answer nothing. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** All that `work` does, or nothing. @throws StorageFullError or what `work` throws */
  transaction<T>(work: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk may have rolled it back already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      if (!fullCodes.has(Number((error as { errcode?: unknown }).errcode))) throw error;
      throw new StorageFullError('There is no room left for the database', { cause: error });
    }
  }

  /** Like `transaction`, but what it commits is safe only when the write-ahead log was brought to the disk. */
  transactionWithoutWait<T>(work: () => T): T {
    this.#database.exec('PRAGMA synchronous=NORMAL');
    try {
      return this.transaction(work);
    } finally {
      this.#database.exec('PRAGMA synchronous=FULL');
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}
