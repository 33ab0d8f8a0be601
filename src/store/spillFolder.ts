import { readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

const ending = '.texts';

/**
 * Where the files of texts lie. Several windows, even of several machines with one home folder, share it: a file's name
 * says whose it is.
 */
export class SpillFolder {
  readonly #folder: string;
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of a new file. */
  file(): string {
    this.#made += 1;
    return path.join(this.#folder, `${process.pid}-${Date.now()}-${this.#made}@${hostname()}${ending}`);
  }

  /** Removes the files of processes of this machine that ended without doing so. @returns how many */
  removeLeftovers(): number {
    const leftovers = this.#names().filter((name) => {
      const [, pid, host] = /^(\d+)-\d+-\d+@(.*)\.texts$/.exec(name) ?? [];
      return host === hostname() && Number(pid) !== process.pid && !runs(Number(pid));
    });
    for (const name of leftovers) rmSync(path.join(this.#folder, name), { force: true });
    return leftovers.length;
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one that runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
