import { type FSWatcher, watch } from 'chokidar';

/** Changes that come together are looked at together, in ms. */
const together = 25;

/**
 * Tells when something below a folder changes. The system may tell nothing, as of network drives, or no more than so many
 * folders can be watched: whoever waits looks by itself now and then. With CHOKIDAR_USEPOLLING=1 in the environment files
 * are polled here too.
 */
export class Changes {
  readonly #watcher: FSWatcher;
  #changed = new Set<string>();
  #wake = () => {};

  /** @param failed is told once when the system will not watch */
  constructor(path: string, depth: number, failed: (error: Error) => void) {
    this.#watcher = watch(path, { ignoreInitial: true, followSymlinks: false, depth, ignorePermissionErrors: true });
    this.#watcher.on('all', (_event, changed) => {
      this.#changed.add(changed);
      this.#wake();
    });
    let hasFailed = false;
    this.#watcher.on('error', (error) => {
      if (!hasFailed) failed(error instanceof Error ? error : new Error(String(error)));
      hasFailed = true;
    });
  }

  /** Until something changed, `longest` ms are over, or the signal is aborted. @returns paths that changed */
  async next(longest: number, signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (this.#changed.size === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, longest);
        signal.addEventListener('abort', end);
        this.#wake = end;
      });
    }
    if (this.#changed.size > 0 && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, together));
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  async close(): Promise<void> {
    await this.#watcher.close();
  }
}
