/** Where a slider stands that goes over the checkpoints of a sample, the oldest being 0. Pure. */
import type { HistoryEntry } from '../../src/panel/protocol/comparison.ts';

/** The newest answers of so many, newest first. */
export interface ToldAnswers {
  history: readonly HistoryEntry[];
  answers: number;
}

/** A list of fewer answers is seen at a glance. */
const fewest = 5;

export function offersScrubber({ answers }: Pick<ToldAnswers, 'answers'>): boolean {
  return answers >= fewest;
}

/** Undefined where the answer is older than those that were told. */
export function entryAt({ history, answers }: ToldAnswers, place: number): HistoryEntry | undefined {
  return history[answers - 1 - place];
}

/** Where an answer is, by its key; undefined where it is not among those that were told. */
export function placeOf({ history, answers }: ToldAnswers, key: string): number | undefined {
  const index = history.findIndex((entry) => entry.key === key);
  return index < 0 ? undefined : answers - 1 - index;
}
