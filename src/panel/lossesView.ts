import { lossKeys } from '../watch/lossCurves.ts';
import type { LossReader } from '../watch/lossReader.ts';
import { Pace } from '../watch/pace.ts';
import { isActive, type Job } from '../wire/job.ts';
import { chartedMetrics } from './initialView.ts';
import { lineOf } from './lossLines.ts';
import type { LossLine } from './protocol/trends.ts';
import type { ViewState } from './protocol/view.ts';
import type { HostMessage, HostMessageOf } from './protocol.ts';

/** The part of a view that decides what is told of the trainer's figures. */
type FiguresView = Pick<ViewState, 'trendMetrics' | 'smoothing'>;

export interface LossesOptions {
  /** What the trainer logged, as far as it was read. */
  losses: LossReader;
  /** What the listing says of the job now. */
  job(): Job | undefined;
  /** Somebody looks at the charts. */
  isSeen(): boolean;
  view(): FiguresView;
  post(message: HostMessage): void;
  /** Between two messages, in ms. */
  interval: number;
}

/** What one job's trainer logs: read while somebody sees it, and told as it comes. */
export class LossesView {
  readonly #options: LossesOptions;
  readonly #pace: Pace;
  readonly #subscription: { dispose(): void };
  /** What the listing said of the job when its losses were asked for last. */
  #saidOfJob = '';
  /** The names that the reader was told of; null before it was. */
  #toldNames: readonly string[] | null = null;
  /** The lines of figures that the reader has, each with what it was made of. */
  #toldLines = new Map<string, string>();

  constructor(options: LossesOptions) {
    this.#options = options;
    this.#pace = new Pace(
      () => options.interval,
      () => this.#post(),
    );
    this.#subscription = options.losses.onDidChange(() => this.#pace.request());
  }

  /** The reader knows nothing any more. */
  forgetReader(): void {
    this.#toldNames = null;
    this.#toldLines.clear();
  }

  /** The reader turned to the charts: tells what is there, and reads all. */
  show(): void {
    this.#post();
    this.#saidOfJob = '';
    this.read('all');
  }

  /** The reader chose others, or to see them otherwise. */
  retell(): void {
    this.#pace.request();
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
    if (this.#options.isSeen()) this.#options.post(this.#message());
  }

  #message(): HostMessageOf<'losses'> {
    const { losses, view } = this.#options;
    const { curves } = losses;
    const { trendMetrics, smoothing } = view();
    const lines = lossKeys.map((key) => [key, lineOf(curves.loss(key), smoothing)] as const);
    const { names, leftOut } = curves;
    const allFigures = names !== this.#toldNames;
    this.#toldNames = names;
    return {
      type: 'losses',
      lines: Object.fromEntries(lines) as HostMessageOf<'losses'>['lines'],
      names: allFigures ? [...names] : null,
      leftOut,
      figures: this.#figures(chartedMetrics(trendMetrics, names), smoothing),
    };
  }

  /** The lines of these figures that the reader does not have as they are now. */
  #figures(names: readonly string[], smoothing: number): [string, LossLine][] {
    const { curves } = this.#options.losses;
    const told = this.#toldLines;
    // The reader keeps none that has no chart.
    this.#toldLines = new Map();
    return names.flatMap((name): [string, LossLine][] => {
      const curve = curves.figure(name);
      const made = JSON.stringify([curve?.version, smoothing]);
      this.#toldLines.set(name, made);
      return told.get(name) === made ? [] : [[name, lineOf(curve, smoothing)]];
    });
  }
}
