import type { Judge } from '../model/directions.ts';
import { type Changes, countMark, type Mark } from '../model/marks.ts';
import type { StoredCheckpoint } from './checkpointIndex.ts';
import type { SampleHistory } from './sampleHistory.ts';

/**
 * Adds a row to the history of its sample, and what changes by it to the counts of its checkpoint and of the next one
 * that the sample has. Where it throws, the counts are as they were.
 */
export function addAnswer(
  row: number,
  history: SampleHistory,
  judge: Judge | null,
  checkpointOf: (row: number) => StoredCheckpoint | undefined,
): void {
  const next = history.checkpointAfter(row);
  const own = checkpointOf(row);
  const following = next === undefined ? undefined : checkpointOf(next);
  const [other] = history.completions(row);
  const ownBefore = other === undefined ? null : history.mark(other, judge);
  const nextBefore = next === undefined ? null : history.mark(next, judge);
  history.answers.insert(row);
  const now = history.completions(row)[0];
  const ownAfter = now === undefined ? null : history.mark(now, judge);
  const nextAfter = next === undefined ? null : history.mark(next, judge);
  // From here on nothing can fail.
  if (own !== undefined) count(own.changes, ownBefore, ownAfter);
  if (following !== undefined) count(following.changes, nextBefore, nextAfter);
}

function count(changes: Changes, before: Mark | null, after: Mark | null): void {
  countMark(changes, before, -1);
  countMark(changes, after, 1);
}
