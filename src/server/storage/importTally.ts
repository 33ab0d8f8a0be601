import { growthBy, type JobGrowth } from './batches.ts';
import { type JobMarks, noMarks } from './jobMarks.ts';
import type { NewPrediction } from './storage.ts';

/** Counts the rows of an import while they are stored, and numbers them on from where a deleted job of the id ended. */
export class ImportTally {
  readonly retiredSeq: number;
  #growth: JobGrowth = growthBy([], 0, noMarks);

  constructor(retiredSeq: number) {
    this.retiredSeq = retiredSeq;
  }

  /** Of all rows so far. */
  get growth(): JobGrowth {
    return this.#growth;
  }

  get marks(): JobMarks {
    return this.#growth.marks;
  }

  get lastSeq(): number {
    return this.retiredSeq + this.#growth.predictions;
  }

  /** @param marks of the job with these rows */
  add(rows: readonly NewPrediction[], marks: JobMarks): void {
    const [before, added] = [this.#growth, growthBy(rows, rows.length, marks)];
    this.#growth = {
      ...added,
      predictions: before.predictions + added.predictions,
      bytes: before.bytes + added.bytes,
      nonfiniteValues: before.nonfiniteValues + added.nonfiniteValues,
    };
  }
}
