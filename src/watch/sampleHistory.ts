import type { Prediction } from '../wire/prediction.ts';
import { insert, placeOf } from './sortedList.ts';

/** An answer against the same sample's answer of the epoch before, by character error rate. */
export type Mark = 'better' | 'worse' | 'same';

/** Rates that differ by less are the same: servers round them differently. */
const tolerance = 1e-9;

/** Null where one of the two has no rate. */
export function compareAnswers(answer: Prediction, before: Prediction | undefined): Mark | null {
  const now = answer.char_error_rate;
  const then = before?.char_error_rate;
  if (now == null || then == null) return null;
  if (Math.abs(now - then) < tolerance) return 'same';
  return now < then ? 'better' : 'worse';
}

/** All answers to one sample, newest first. An epoch's answer is the newest that it has. */
export class SampleHistory {
  readonly #answers: Prediction[] = [];
  readonly #newestFirst: (a: Prediction, b: Prediction) => number;

  constructor(newestFirst: (a: Prediction, b: Prediction) => number) {
    this.#newestFirst = newestFirst;
  }

  get answers(): readonly Prediction[] {
    return this.#answers;
  }

  add(row: Prediction): void {
    insert(this.#answers, row, this.#newestFirst);
  }

  /** The answer of the epoch before that of `row`; undefined for the first epoch. */
  before(row: Prediction): Prediction | undefined {
    for (let index = placeOf(this.#answers, row, this.#newestFirst); index < this.#answers.length; index += 1) {
      const answer = this.#answers[index];
      if (answer !== undefined && answer.epoch < row.epoch) return answer;
    }
    return undefined;
  }

  /** The answer of an epoch; undefined where it has none. */
  ofEpoch(epoch: number): Prediction | undefined {
    const answer = this.#answers[this.#startOf(epoch)];
    return answer?.epoch === epoch ? answer : undefined;
  }

  /** The next epoch after this one that has an answer. */
  epochAfter(epoch: number): number | undefined {
    return this.#answers[this.#startOf(epoch) - 1]?.epoch;
  }

  mark(row: Prediction): Mark | null {
    return compareAnswers(row, this.before(row));
  }

  /** Where the answers of an epoch begin, or would. */
  #startOf(epoch: number): number {
    let low = 0;
    let high = this.#answers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#answers[middle]?.epoch ?? 0) > epoch) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
