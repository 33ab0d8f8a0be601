import { existsSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StorageFullError } from '../storage.ts';
import { numberOf } from '../storedRows.ts';
import { makeFile } from './databaseFile.ts';
import { makeTables, versionOf } from './schema.ts';

/**
 * SQLite's result codes for a full disk, for a write that the system refused or cut short (a quota or a limit on file
 * sizes ends that way), and for memory that is shared by a file for which there is no room.
 */
const fullCodes = new Set([13, 778, 4874]);

/** Pages of 4 kB in the write-ahead log at which it is folded back: fewer cost more waits for the disk. */
const foldedAt = 4000;

/**
 * An open SQLite file (WAL, synchronous=FULL: what was committed survives a power cut; `SqliteCommits` alone waits for
 * that in its own way).
 */
export class SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @throws Error when the file is damaged, of a newer version or not to be opened; it is left as it is then.
   * @throws StorageFullError when there is no room for the small files beside it
   */
  constructor(file: string) {
    this.#file = file;
    let database: DatabaseSync | undefined;
    try {
      const isInMemory = file === ':memory:';
      if (!isInMemory && !existsSync(file)) makeFile(file);
      const version = isInMemory ? 0 : versionOf(file);
      database = new DatabaseSync(file);
      // The `keys` command writes beside the server, for a moment. What a large batch made of the write-ahead log is
      // given back.
      database.exec(
        `PRAGMA busy_timeout=5000; PRAGMA synchronous=FULL;
         PRAGMA wal_autocheckpoint=${foldedAt}; PRAGMA journal_size_limit=16777216`,
      );
      makeTables(database, version);
      // The first read makes what else it needs.
      database.prepare('PRAGMA user_version').get();
    } catch (error) {
      database?.close();
      throw namedFailure(error);
    }
    this.#database = database;
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
      throw namedFailure(error);
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

  /** Bytes by which the file will grow when the write-ahead log is folded back. Counts an open transaction. */
  get growth(): number {
    const pages = numberOf(this.sql('PRAGMA page_count').get() ?? {}, 'page_count');
    const pageSize = numberOf(this.sql('PRAGMA page_size').get() ?? {}, 'page_size');
    const size = statSync(this.#file, { throwIfNoEntry: false })?.size;
    // There is no file of a database in memory.
    return size === undefined ? 0 : Math.max(0, pages * pageSize - size);
  }

  /** Bytes that the write-ahead log takes on the disk. */
  get logBytes(): number {
    return statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * Folds the write-ahead log back into the file, which gets shorter by what was given back; `PASSIVE` keeps the log's
   * own room, for what comes next.
   *
   * @throws StorageFullError
   */
  fold(mode: 'PASSIVE' | 'TRUNCATE'): void {
    try {
      this.#database.exec(`PRAGMA wal_checkpoint(${mode})`);
    } catch (error) {
      throw namedFailure(error);
    }
  }

  /** Runs work after which the write-ahead log is not folded back, however long it is. */
  withoutFolding<T>(work: () => T): T {
    this.#database.exec('PRAGMA wal_autocheckpoint=0');
    try {
      return work();
    } finally {
      this.#database.exec(`PRAGMA wal_autocheckpoint=${foldedAt}`);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

function namedFailure(error: unknown): unknown {
  if (!fullCodes.has(Number((error as { errcode?: unknown }).errcode))) return error;
  return new StorageFullError('There is no room left for the database', { cause: error });
}
