import type { Checkpoint } from './checkpoints.ts';
import type { Judge } from './directions.ts';

/** A sample's answers at a checkpoint against those of the checkpoint before, by the deciding score. */
export type Mark = 'better' | 'worse' | 'same';

/** Scores that differ by less are the same: servers round them differently. */
const tolerance = 1e-9;

/** NaN is no score; null where one of the two has none, and where neither direction is better. */
export function compareScores(now: number, then: number, direction: Judge['direction']): Mark | null {
  if (Number.isNaN(now) || Number.isNaN(then)) return null;
  if (Math.abs(now - then) < tolerance) return 'same';
  if (direction === 'none') return null;
  return now < then === (direction === 'lower') ? 'better' : 'worse';
}

/** How many samples of a checkpoint got better or worse than where they were answered before, or stayed. */
export interface Changes {
  improved: number;
  regressed: number;
  unchanged: number;
}

/** The same, of a checkpoint that is named. */
export interface CheckpointChanges extends Checkpoint, Changes {}

const counterOf = { better: 'improved', worse: 'regressed', same: 'unchanged' } as const;

export function noChanges(): Changes {
  return { improved: 0, regressed: 0, unchanged: 0 };
}

/** Counts a sample's mark in, or out again; a sample without one is not counted. */
export function countMark(changes: Changes, mark: Mark | null, by: 1 | -1): void {
  if (mark !== null) changes[counterOf[mark]] += by;
}
