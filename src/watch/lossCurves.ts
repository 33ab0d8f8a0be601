import { placeIn } from '../model/ascending.ts';
import { compareMetricNames } from '../model/metricNames.ts';
import { type Metric, metricFields } from '../wire/metric.ts';

/** What a trainer logs that is drawn in charts of its own. */
export const lossKeys = ['train', 'eval', 'learningRate'] as const;
export type LossKey = (typeof lossKeys)[number];

/** A value at a step; null where what was logged is no finite number. */
export type LossPoint = readonly [step: number, value: number | null];

const fieldOf = { train: 'train_loss', eval: 'eval_loss', learningRate: 'learning_rate' } as const;
const lossFields: ReadonlySet<string> = new Set(Object.values(fieldOf));

/** Fields that say where a metric belongs. */
const places: ReadonlySet<string> = new Set([
  ...['step', 'epoch', 'epoch_exact', 'timestamp', 'job_id', 'restart', 'restart_from'],
]);
/** A server tells them as null where nothing was logged. */
const toldAlways: ReadonlySet<string> = new Set(metricFields);

/** Other figures than losses that are held, at most: a script may make up names without end. */
const mostFigures = 500;
/** A longer name cannot be asked for. */
const longestName = 200;

/** Values by step, ascending, however they came; a few bytes each, since a trainer logs for days. */
export class Curve {
  readonly #steps: number[] = [];
  /** NaN where what was logged is no number. */
  readonly #values: number[] = [];
  #gaps = 0;
  #version = 0;

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  /** Steps that have a number. */
  get count(): number {
    return this.#steps.length - this.#gaps;
  }

  /** Steps at which something else than a finite number was logged. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Ascending; not to be changed. */
  get steps(): readonly number[] {
    return this.#steps;
  }

  /** Of the steps, in their order. */
  get values(): readonly number[] {
    return this.#values;
  }

  /** A step that is told again counts with its newest number. @param value NaN for a gap @returns whether that is new */
  set(step: number, value: number): boolean {
    const last = this.#steps.at(-1);
    // Trainers count upwards.
    const place =
      last === undefined || last < step ? this.#steps.length : placeIn(this.#steps, (other) => other < step);
    const isHeld = this.#steps[place] === step;
    const held = this.#values[place] ?? Number.NaN;
    // Some write null for what they do not log at a step that another line tells of.
    if (isHeld && (Number.isNaN(value) || held === value)) return false;
    if (isHeld && Number.isNaN(held)) this.#gaps -= 1;
    if (Number.isNaN(value)) this.#gaps += 1;
    this.#steps.splice(place, isHeld ? 1 : 0, step);
    this.#values.splice(place, isHeld ? 1 : 0, value);
    this.#version += 1;
    return true;
  }
}

/** What one job's trainer logs, by step. A step that is told again counts with its newest value. */
export class LossCurves {
  readonly #curves = new Map<string, Curve>();
  #names: string[] | undefined;
  #figures = 0;
  readonly #leftOut = new Set<string>();
  #lastStep: number | null = null;

  /** Null while there is none. */
  get lastStep(): number | null {
    return this.#lastStep;
  }

  /** Figures that have a number somewhere, but for losses and learning rate; another list whenever one was added. */
  get names(): readonly string[] {
    this.#names ??= [...this.#curves]
      .filter(([name, { count }]) => count > 0 && !lossFields.has(name))
      .map(([name]) => name)
      .sort(compareMetricNames);
    return this.#names;
  }

  /** How many figures are not held because there are too many. */
  get leftOut(): number {
    return this.#leftOut.size;
  }

  /** @returns whether anything is new */
  add(metrics: readonly Metric[]): boolean {
    let changed = false;
    for (const metric of metrics) {
      this.#lastStep = Math.max(this.#lastStep ?? 0, metric.step);
      for (const [name, value] of Object.entries(metric)) {
        if (!places.has(name) && this.#set(name, metric.step, value)) changed = true;
      }
    }
    return changed;
  }

  clear(): void {
    this.#lastStep = null;
    this.#curves.clear();
    this.#names = undefined;
    this.#figures = 0;
    this.#leftOut.clear();
  }

  /** Of a loss, or of the learning rate. */
  loss(key: LossKey): Curve | undefined {
    return this.#curves.get(fieldOf[key]);
  }

  /** Of one of the names. */
  figure(name: string): Curve | undefined {
    return this.#curves.get(name);
  }

  /** Ascending by step. */
  line(key: LossKey): LossPoint[] {
    const { steps = [], values = [] } = this.loss(key) ?? {};
    return steps.map((step, place) => [step, values[place] ?? null]);
  }

  #set(name: string, step: number, value: unknown): boolean {
    // Trainers send train and eval losses apart: what a later one leaves out stays.
    if (typeof value !== 'number' && (value !== null || toldAlways.has(name))) return false;
    const curve = this.#curves.get(name) ?? this.#add(name);
    if (curve === undefined) return false;
    const isFirst = curve.count === 0;
    const isNew = curve.set(step, typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN);
    if (isFirst && curve.count > 0) this.#names = undefined;
    return isNew;
  }

  #add(name: string): Curve | undefined {
    if (!lossFields.has(name)) {
      if (this.#figures >= mostFigures || name.length > longestName) {
        if (this.#leftOut.size < mostFigures) this.#leftOut.add(name.slice(0, longestName));
        return undefined;
      }
      this.#figures += 1;
    }
    const curve = new Curve();
    this.#curves.set(name, curve);
    return curve;
  }
}
