import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** What was told is remembered for so long, in ms. */
const lifetime = 30 * 24 * 3600_000;

/**
 * Who tells a cause: the first that claims it, among all windows of this machine and over their reloads. A claim is a
 * file, since creating one is atomic between processes.
 */
export class Claims {
  readonly #folder: string;
  #tidied = false;

  /** @param folder shared by all windows; made when it is missing */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns whether the cause was free; it is taken now */
  async claim(cause: string): Promise<boolean> {
    await mkdir(this.#folder, { recursive: true });
    await this.#tidy();
    try {
      await (await open(this.#file(cause), 'wx')).close();
      return true;
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false;
      throw error;
    }
  }

  /** The cause is over: when it comes again, that is news. */
  async release(cause: string): Promise<void> {
    await rm(this.#file(cause), { force: true });
  }

  #file(cause: string): string {
    return path.join(this.#folder, createHash('sha256').update(cause).digest('hex'));
  }

  async #tidy(): Promise<void> {
    if (this.#tidied) return;
    this.#tidied = true;
    const oldest = Date.now() - lifetime;
    for (const name of await readdir(this.#folder)) {
      const file = path.join(this.#folder, name);
      try {
        if ((await stat(file)).mtimeMs < oldest) await rm(file, { force: true });
      } catch (error) {
        // Another window tidies too.
        if (!isCode(error, 'ENOENT')) throw error;
      }
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
