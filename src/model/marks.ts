import type { Prediction } from '../wire/prediction.ts';

/** An answer against the same sample's answer of the epoch before, by character error rate. */
export type Mark = 'better' | 'worse' | 'same';

/** Rates that differ by less are the same: servers round them differently. */
const tolerance = 1e-9;

/** NaN is no rate; null where one of the two has none. */
export function compareRates(now: number, then: number): Mark | null {
  if (Number.isNaN(now) || Number.isNaN(then)) return null;
  if (Math.abs(now - then) < tolerance) return 'same';
  return now < then ? 'better' : 'worse';
}

/** Null where one of the two has no rate. */
export function compareAnswers(answer: Prediction, before: Prediction | undefined): Mark | null {
  return compareRates(answer.char_error_rate ?? Number.NaN, before?.char_error_rate ?? Number.NaN);
}

/** How many samples of an epoch got better or worse than in the epoch before, or stayed. */
export interface EpochChanges {
  epoch: number;
  improved: number;
  regressed: number;
  unchanged: number;
}

const counterOf = { better: 'improved', worse: 'regressed', same: 'unchanged' } as const;

export function noChanges(epoch: number): EpochChanges {
  return { epoch, improved: 0, regressed: 0, unchanged: 0 };
}

/** Counts a sample's mark in, or out again; a sample without one is not counted. */
export function countMark(changes: EpochChanges, mark: Mark | null, by: 1 | -1): void {
  if (mark !== null) changes[counterOf[mark]] += by;
}
