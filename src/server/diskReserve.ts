import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Room for folding back a log of the usual size and for what removing a job writes, in bytes. */
const size = 16 * 1024 * 1024;

/**
 * A file that holds room on the disk for the one thing that makes room: even to delete, SQLite writes first. Random
 * bytes, so that no file system packs them.
 */
export class DiskReserve {
  readonly #database: string;
  readonly #file: string;

  /** @param database the file that it stands beside */
  constructor(database: string) {
    this.#database = database;
    this.#file = `${database}-reserve`;
  }

  /** Takes the room, if there is any. A database in memory needs none. */
  fill(): void {
    if (existsSync(this.#file) || !existsSync(this.#database)) return;
    try {
      writeFileSync(this.#file, randomBytes(size), { mode: 0o600 });
    } catch {
      // Still no room: what was written of it is given back, and the next time may do.
      this.release();
    }
  }

  /** Gives the room to whoever writes next. @returns false when there was none */
  release(): boolean {
    const isThere = existsSync(this.#file);
    rmSync(this.#file, { force: true });
    return isThere;
  }
}
