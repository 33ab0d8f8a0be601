import { ApiClient } from '../api/client.ts';
import { NotFoundError, RejectedError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import { Listeners } from './listeners.ts';
import { LossCurves } from './lossCurves.ts';

/** Between two readings, in ms; and no more than this share of the time is spent with them. */
const shortestPause = 1000;
const largestShare = 1 / 20;

export interface LossReaderOptions {
  jobId: string;
  /** The server's address and key as they are now; throws ApiError when there is none. */
  endpoint(): Promise<Endpoint>;
  /** Grows when another life of the job, or another server, has begun. */
  life(): number;
  log: { warn(message: string): void };
}

/**
 * Reads the losses of one job whenever somebody says that there may be new ones. A server that has none is left alone.
 */
export class LossReader {
  readonly curves = new LossCurves();
  readonly #options: LossReaderOptions;
  readonly #changes = new Listeners<void>();
  readonly onDidChange = this.#changes.event;
  readonly #aborted = new AbortController();
  #life: number | null = null;
  #isOffered = true;
  #reading = false;
  #wanted: 'nothing' | 'new' | 'all' = 'nothing';
  /** ms of `performance.now()` */
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LossReaderOptions) {
    this.#options = options;
  }

  /**
   * @param what `all` after a gap; otherwise a server that can is asked for the steps after the last one alone
   */
  request(what: 'new' | 'all'): void {
    if (this.#wanted !== 'all') this.#wanted = what;
    this.#next();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changes.clear();
    this.#aborted.abort();
  }

  #next(): void {
    const { signal } = this.#aborted;
    if (this.#wanted === 'nothing' || this.#reading || this.#timer !== undefined || signal.aborted) return;
    const wait = this.#notBefore - performance.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#next();
      }, wait);
      return;
    }
    const what = this.#wanted;
    this.#wanted = 'nothing';
    this.#reading = true;
    void this.#read(what, signal).finally(() => {
      this.#reading = false;
      this.#next();
    });
  }

  async #read(what: 'new' | 'all', signal: AbortSignal): Promise<void> {
    const life = this.#options.life();
    if (life !== this.#life) this.#forget(life);
    if (!this.#isOffered) return;
    const began = performance.now();
    try {
      const client = new ApiClient(await this.#options.endpoint());
      const { lastStep } = this.curves;
      // The last step's eval loss may come after its train loss.
      const after = what === 'all' || lastStep === null || lastStep === 0 ? undefined : lastStep - 1;
      const metrics = await client.metrics(this.#options.jobId, after, signal);
      if (life === this.#options.life() && this.curves.add(metrics)) this.#changes.fire();
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NotFoundError || error instanceof RejectedError) this.#isOffered = false;
      else this.#options.log.warn(`${this.#options.jobId}: losses could not be read (${String(error)})`);
    } finally {
      const now = performance.now();
      this.#notBefore = now + Math.max(shortestPause, (now - began) / largestShare);
    }
  }

  #forget(life: number): void {
    const isFirst = this.#life === null;
    this.#life = life;
    this.#isOffered = true;
    this.curves.clear();
    if (!isFirst) this.#changes.fire();
  }
}
