import { NoRoomToDeleteError, StorageFullError } from '../storage.ts';
import type { SqliteDatabase } from './database.ts';
import { DiskReserve } from './diskReserve.ts';

/** What a transaction may still write when it is asked whether there is room: its pages in memory and their index. */
const unwritten = 4 * 1024 * 1024;
/** While less is free, the write-ahead log is folded back after each step, in bytes. */
const plenty = 64 * 1024 * 1024;
/** Lent first of the room that is kept: what others take of it, while a server is killed say, is lost. In bytes. */
const lentAtFirst = 2 * 1024 * 1024;
/** With less, a server starts on the room that is kept, in bytes. */
const neededToStart = 1024 * 1024;

/**
 * Opens a database, on a full disk with the room that is kept there.
 *
 * @throws as `open` does
 */
export function openWithRoom<T>(file: string, open: () => T): T {
  const reserve = new DiskReserve(file);
  if (reserve.freeBytes < neededToStart) reserve.release(neededToStart);
  try {
    return open();
  } catch (error) {
    if (!(error instanceof StorageFullError && reserve.release())) throw error;
    return open();
  }
}

/**
 * The room on the disk that a database has. One rule keeps a full disk one that can be left: what is stored leaves room
 * for folding back the write-ahead log and for the whole reserve. So deletions, which may use both, always have room,
 * unless others took it.
 */
export class DiskRoom {
  readonly #database: SqliteDatabase;
  readonly #reserve: DiskReserve;

  /** @param file of `database` */
  constructor(database: SqliteDatabase, file: string) {
    this.#database = database;
    this.#reserve = new DiskReserve(file);
  }

  /**
   * Work of a transaction that stores.
   *
   * @returns the work, which throws StorageFullError when its result would not leave the room that has to be left
   */
  leavingRoom<T>(work: () => T): () => T {
    return () => {
      const result = work();
      const left = this.#reserve.freeBytes - this.#database.growth - this.#reserve.missing;
      if (left < unwritten) throw new StorageFullError('What has to stay free for deleting would not');
      return result;
    };
  }

  /**
   * After something was stored: while there is little room, the log is folded back at once. So it is empty when others
   * take the last room, and what it takes itself is room for deleting.
   */
  stored(): void {
    if (this.#reserve.freeBytes <= plenty) this.#fold('PASSIVE');
  }

  /** After a write failed: gives back what it left in the write-ahead log. @returns whether that made room */
  tidy(): boolean {
    const before = this.#reserve.freeBytes;
    // A log that stands is room of its own, for whoever has no other.
    if (this.#reserve.missing === 0) this.#fold('TRUNCATE');
    return this.#reserve.freeBytes > before;
  }

  /**
   * Runs work that makes room, if need be in the room that is kept for it.
   *
   * @throws NoRoomToDeleteError
   */
  freeing<T>(work: () => T): T {
    try {
      return this.#runAndFold(work);
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
    }
    let failure: unknown;
    for (const portion of [this.#database.growth + lentAtFirst, Number.POSITIVE_INFINITY]) {
      this.#reserve.release(portion);
      this.#fold('PASSIVE');
      try {
        return this.#runAndFold(work);
      } catch (error) {
        if (!(error instanceof StorageFullError)) throw error;
        failure = error;
      }
    }
    throw new NoRoomToDeleteError('The room that is kept for deleting is used up', { cause: failure });
  }

  /** Gives back all that can be, and keeps room for the next time. @returns whether that is whole */
  settle(): boolean {
    this.#fold('PASSIVE');
    this.#reserve.fill();
    if (this.#reserve.missing > this.#database.logBytes) return false;
    this.#fold('TRUNCATE');
    this.#reserve.fill();
    return this.#reserve.missing === 0;
  }

  /** Takes what closing the database gave back: the next start needs it. */
  keep(): void {
    this.#reserve.fill(0);
  }

  /** The log must not grow where nothing else can; and what got free is anybody's only when it is folded back. */
  #runAndFold<T>(work: () => T): T {
    if (this.#reserve.freeBytes > plenty) return work();
    const result = this.#database.withoutFolding(work);
    this.#fold('PASSIVE');
    return result;
  }

  /** A log that does not fit is left as it is: to begin to fold it back would eat the last room, for nothing. */
  #fold(mode: 'PASSIVE' | 'TRUNCATE'): void {
    if (this.#database.growth > this.#reserve.freeBytes) return;
    try {
      this.#database.fold(mode);
    } catch (error) {
      // Others were faster. Whoever needs the room is told so by the next write.
      if (!(error instanceof StorageFullError)) throw error;
    }
  }
}
