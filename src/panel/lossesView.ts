import type { LossReader } from '../watch/lossReader.ts';
import { Pace } from '../watch/pace.ts';
import { isActive, type Job } from '../wire/job.ts';
import { lossesMessage } from './lossLines.ts';
import type { HostMessage } from './protocol.ts';

export interface LossesOptions {
  /** What the trainer logged, as far as it was read. */
  losses: LossReader;
  /** What the listing says of the job now. */
  job(): Job | undefined;
  /** Somebody looks at the charts. */
  isSeen(): boolean;
  post(message: HostMessage): void;
  /** Between two messages, in ms. */
  interval: number;
}

/** The losses of one job: read while somebody sees them, and told as they come. */
export class LossesView {
  readonly #options: LossesOptions;
  readonly #pace: Pace;
  readonly #subscription: { dispose(): void };
  /** What the listing said of the job when its losses were asked for last. */
  #saidOfJob = '';

  constructor(options: LossesOptions) {
    this.#options = options;
    this.#pace = new Pace(
      () => options.interval,
      () => this.#post(),
    );
    this.#subscription = options.losses.onDidChange(() => this.#pace.request());
  }

  /** The reader turned to the charts: tells what is there, and reads all. */
  show(): void {
    this.#post();
    this.#saidOfJob = '';
    this.read('all');
  }

  /** Only for somebody who sees them, and of a job that ended no more than once. */
  read(what: 'new' | 'all'): void {
    if (!this.#options.isSeen()) return;
    const job = this.#options.job();
    const said = JSON.stringify([job?.status, job?.current_step, job?.loss, job?.eval_loss]);
    const mayHaveMore = job === undefined || isActive(job.status) || said !== this.#saidOfJob;
    this.#saidOfJob = said;
    if (mayHaveMore) this.#options.losses.request(what);
  }

  dispose(): void {
    this.#pace.dispose();
    this.#subscription.dispose();
  }

  #post(): void {
    if (this.#options.isSeen()) this.#options.post(lossesMessage(this.#options.losses.curves));
  }
}
