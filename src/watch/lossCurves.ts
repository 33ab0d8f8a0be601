import type { Metric } from '../wire/metric.ts';

/** What a trainer logs that is drawn. */
export const lossKeys = ['train', 'eval', 'learningRate'] as const;
export type LossKey = (typeof lossKeys)[number];

/** A value at a step. */
export type LossPoint = readonly [step: number, value: number];

const fieldOf = { train: 'train_loss', eval: 'eval_loss', learningRate: 'learning_rate' } as const;

/** Losses and learning rate of one job by step. A step that is told again counts with its newest value. */
export class LossCurves {
  readonly #values: Record<LossKey, Map<number, number>> = {
    train: new Map(),
    eval: new Map(),
    learningRate: new Map(),
  };
  #lastStep: number | null = null;

  /** Null while there is none. */
  get lastStep(): number | null {
    return this.#lastStep;
  }

  /** @returns whether anything is new */
  add(metrics: readonly Metric[]): boolean {
    let changed = false;
    for (const metric of metrics) {
      this.#lastStep = Math.max(this.#lastStep ?? 0, metric.step);
      for (const key of lossKeys) {
        const value = metric[fieldOf[key]];
        // Trainers send train and eval losses apart: what a later one leaves out stays.
        if (value == null || this.#values[key].get(metric.step) === value) continue;
        this.#values[key].set(metric.step, value);
        changed = true;
      }
    }
    return changed;
  }

  clear(): void {
    this.#lastStep = null;
    for (const key of lossKeys) this.#values[key].clear();
  }

  /** Ascending by step. */
  line(key: LossKey): LossPoint[] {
    return [...this.#values[key]].sort(([one], [other]) => one - other);
  }
}
