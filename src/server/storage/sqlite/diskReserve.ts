import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Room for folding back a log of the usual size and for what removing a job writes, in bytes. */
const wholeSize = 16 * 1024 * 1024;
/** What the small files beside it may need while a server runs, in bytes. */
const margin = 256 * 1024;

/**
 * A file that holds room on the disk for the one thing that makes room: even to delete, SQLite writes first. Random
 * bytes, so that no file system packs them.
 */
export class DiskReserve {
  readonly #database: string;
  readonly #file: string;
  readonly #directory: string;

  /** @param database the file that it stands beside */
  constructor(database: string) {
    this.#database = database;
    this.#file = `${database}-reserve`;
    this.#directory = dirname(this.#file);
  }

  /** Bytes that it should hold and does not. A database in memory needs none. */
  get missing(): number {
    const missing = Math.max(0, wholeSize - this.#size);
    return missing > 0 && existsSync(this.#database) ? missing : 0;
  }

  /** Bytes that are free on its disk; infinite where the file system does not tell. */
  get freeBytes(): number {
    try {
      const { bavail, bsize, blocks } = statfsSync(this.#directory);
      return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
    } catch (error) {
      // Asking first would cost each batch as much again.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  /**
   * Takes what is missing of the room, or what there is of it.
   *
   * @param left what it leaves to the small files beside it, in bytes
   */
  fill(left = margin): void {
    const more = Math.min(this.missing, this.freeBytes - left);
    if (more <= 0) return;
    try {
      writeFileSync(this.#file, randomBytes(more), { mode: 0o600, flag: 'a' });
    } catch {
      // Others were faster, or a quota is used up: what was written stays, but for the margin.
      if (existsSync(this.#file)) truncateSync(this.#file, Math.max(0, this.#size - margin));
    }
  }

  /**
   * Gives room to whoever writes next.
   *
   * @param bytes how much of it, about
   * @returns false when there was none
   */
  release(bytes = Number.POSITIVE_INFINITY): boolean {
    const size = this.#size;
    if (size > bytes) truncateSync(this.#file, size - Math.ceil(bytes));
    else rmSync(this.#file, { force: true });
    return size > 0;
  }

  get #size(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }
}
