import type { ServerResponse } from 'node:http';
import { isActive } from '../../wire/job.ts';
import type { Storage } from '../storage/storage.ts';

/** How long a job that claims to run is waited for after its script was heard last, in ms: an epoch may take hours. */
const scriptPatience = 24 * 3_600_000;

/**
 * Knows whether anybody needs this server: who holds a connection open (a window's lease, a stream), who asked lately,
 * which scripts are in the middle of a run. Nobody has to sign off: a process that dies drops its connections.
 */
export class Usage {
  readonly #storage: Storage;
  /** Jobs that were not heard of since belong to scripts of another time. */
  readonly #startedAt = Date.now();
  #open = 0;
  #lastUse = performance.now();
  /** Said by the window that spoke last: the server is to outlive all windows. */
  keepRunning = false;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Counts a request as use, from now until its response is closed. */
  track(response: ServerResponse): void {
    this.#open += 1;
    response.once('close', () => {
      this.#open -= 1;
      // Who is turned away at the door does not use it.
      if (response.statusCode !== 401 && response.statusCode !== 403) this.#lastUse = performance.now();
    });
  }

  /**
   * True when nobody has been there for `patience` ms and no running job's script is expected back.
   */
  async isUnused(patience: number): Promise<boolean> {
    const isIdle = () => !this.keepRunning && this.#open === 0 && performance.now() - this.#lastUse >= patience;
    return isIdle() && !(await this.#expectsScripts()) && isIdle();
  }

  async #expectsScripts(): Promise<boolean> {
    const since = Math.max(this.#startedAt, Date.now() - scriptPatience);
    return (await this.#storage.jobSizes()).some((job) => isActive(job.status) && Date.parse(job.aliveAt) >= since);
  }
}

/** Calls `stop` once when the server has been unused for so many seconds. @returns the way to end the watch */
export function stopWhenUnused(usage: Usage, seconds: number, stop: () => void): () => void {
  const patience = seconds * 1000;
  let asking = false;
  const timer = setInterval(
    () => {
      if (asking) return;
      asking = true;
      void usage
        .isUnused(patience)
        // A storage that cannot be asked is no reason to stop.
        .catch(() => false)
        .then((unused) => {
          asking = false;
          if (!unused) return;
          clearInterval(timer);
          stop();
        });
    },
    Math.min(5000, patience / 4),
  );
  return () => clearInterval(timer);
}
