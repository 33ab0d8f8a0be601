import type { Mapping } from './columns.ts';
import type { Imported } from './rows.ts';

/**
 * Numbers what a table does not number: samples by their prompts, in the order in which these come; epochs by the rank of
 * their steps, or by how often a prompt came. A table is read twice, and the second reading gives the same numbers.
 */
export class Numbering {
  readonly #hasEpoch: boolean;
  readonly #hasStep: boolean;
  readonly #hasSample: boolean;
  /** By name, or by prompt. */
  readonly #samples = new Map<string, number>();
  readonly #steps = new Set<number>();
  /** How often each sample came, in this reading. */
  #occurrences = new Map<number, number>();
  #epochOfStep: Map<number, number> | undefined;

  constructor({ roles }: Mapping) {
    this.#hasEpoch = roles.epoch !== undefined;
    this.#hasStep = roles.step !== undefined;
    this.#hasSample = roles.sample_index !== undefined;
  }

  /** The number of a sample that has a name. */
  sampleOfName(name: string): number {
    return this.#sampleOf(name);
  }

  /** Fills in the numbers that a row lacks. In the first reading an epoch by step is preliminary. */
  number(row: Imported): void {
    if (!this.#hasSample) row['sample_index'] = this.#sampleOf(String(row['prompt']));
    if (!this.#hasEpoch) row['epoch'] = this.#epochOf(row);
    if (!this.#hasStep) row['step'] = row['epoch'];
  }

  /** The first reading came to its end: all steps are known now. */
  beginSecondReading(): void {
    this.#occurrences = new Map();
    const ascending = [...this.#steps].sort((a, b) => a - b);
    // Step 0 is the model before its training, which people call epoch 0.
    const first = ascending[0] === 0 ? 0 : 1;
    this.#epochOfStep = new Map(ascending.map((step, index) => [step, first + index]));
  }

  #epochOf(row: Imported): number {
    if (this.#hasStep) {
      const step = Number(row['step']);
      if (this.#epochOfStep === undefined) this.#steps.add(step);
      return this.#epochOfStep?.get(step) ?? 0;
    }
    // A file of numbered samples is one evaluation.
    if (this.#hasSample) return 1;
    const sample = Number(row['sample_index']);
    const times = (this.#occurrences.get(sample) ?? 0) + 1;
    this.#occurrences.set(sample, times);
    return times;
  }

  #sampleOf(name: string): number {
    const known = this.#samples.get(name);
    if (known !== undefined) return known;
    const next = this.#samples.size;
    this.#samples.set(name, next);
    return next;
  }
}
