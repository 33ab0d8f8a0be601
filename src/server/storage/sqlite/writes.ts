import { StorageFullError } from '../storage.ts';
import type { SqliteCommits } from './commits.ts';
import type { SqliteDatabase } from './database.ts';
import type { DiskRoom } from './diskRoom.ts';

/**
 * Transactions that store. Each leaves the room that has to stay free; one that finds too little is tried once more when
 * something could be given back.
 */
export class SqliteWrites {
  readonly #database: SqliteDatabase;
  readonly #commits: SqliteCommits;
  readonly #room: DiskRoom;

  constructor(database: SqliteDatabase, commits: SqliteCommits, room: DiskRoom) {
    this.#database = database;
    this.#commits = commits;
    this.#room = room;
  }

  /** In this very step, in which the disk is waited for. @throws StorageFullError or what `work` throws */
  atOnce<T>(work: () => T): T {
    const run = () => this.#database.transaction(this.#room.leavingRoom(work));
    let result: T;
    try {
      result = run();
    } catch (error) {
      if (!this.#maySucceedNow(error)) throw error;
      result = run();
    }
    this.#room.stored();
    return result;
  }

  /** Resolves when what was stored is safe on disk, together with others. Rejects as `atOnce` throws. */
  async together<T>(work: () => T): Promise<T> {
    const run = () => this.#commits.transaction(this.#room.leavingRoom(work));
    const result = await run().catch((error: unknown) => {
      if (!this.#maySucceedNow(error)) throw error;
      return run();
    });
    this.#room.stored();
    return result;
  }

  #maySucceedNow(error: unknown): boolean {
    return error instanceof StorageFullError && this.#room.tidy();
  }
}
