/** Small file systems for tests, which can be filled without harm to anybody else. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type DiskKind = 'tmpfs' | 'ext4';

/** Whether this process may mount file systems. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A mounted file system of its own, empty at first. */
export class SmallDisk {
  /** A folder on it that does not exist yet, for a server's data. */
  readonly dataDir: string;
  readonly #folder: string;
  readonly #mountPoint: string;
  readonly #other: string;
  readonly #unmountAtExit = () => this.unmount();

  constructor(kind: DiskKind, megabytes: number) {
    this.#folder = mkdtempSync(join(tmpdir(), 'training-predictions-disk-'));
    this.#mountPoint = join(this.#folder, 'mounted');
    mkdirSync(this.#mountPoint);
    const image = join(this.#folder, 'image');
    if (kind === 'tmpfs') {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.#mountPoint]);
    } else {
      execFileSync('truncate', ['-s', `${megabytes}M`, image]);
      // No blocks are kept for root, who runs these tests.
      execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
      execFileSync('mount', ['-o', 'loop', image, this.#mountPoint]);
    }
    process.once('exit', this.#unmountAtExit);
    this.dataDir = join(this.#mountPoint, 'data');
    this.#other = join(this.#mountPoint, 'other');
  }

  /** Bytes that nobody uses. */
  get free(): number {
    const { bavail, bsize } = statfsSync(this.#mountPoint);
    return bavail * bsize;
  }

  /** Bytes of another program's file, by which it fills the disk. */
  get othersBytes(): number {
    return statSync(this.#other, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Another program takes what is free, to the last byte or but for `left` bytes. */
  fill(left = 0): void {
    const file = openSync(this.#other, 'a');
    try {
      for (let size = 1024 * 1024; size >= 512; size /= 2) {
        const zeros = Buffer.alloc(size, 1);
        while (this.free >= left + size && wrote(file, zeros));
        if (left === 0) while (wrote(file, zeros));
      }
    } finally {
      closeSync(file);
    }
  }

  /** That program's file is removed. */
  clear(): void {
    rmSync(this.#other, { force: true });
  }

  unmount(): void {
    process.off('exit', this.#unmountAtExit);
    execFileSync('umount', ['--lazy', this.#mountPoint]);
    rmSync(this.#folder, { recursive: true });
  }
}

function wrote(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) === bytes.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
