import type { JobMarks } from './jobMarks.ts';
import { type AddOutcome, bytesOf, keptBatchKeys, type NewPrediction } from './storage.ts';
import { numberOf, numberOrNull, type SqlRow, textOf } from './storedRows.ts';

/** What rows add to their job. */
export interface JobGrowth {
  /** As many sequence numbers are taken. */
  readonly predictions: number;
  readonly bytes: number;
  /** ISO 8601: its script lives. */
  readonly aliveAt: string;
  readonly nonfiniteValues: number;
  /** Of the job with these rows. */
  readonly marks: JobMarks;
}

/** Rows of either kind, as far as their job grows by them. */
export type GrowingRow = { readonly content: string; readonly nonfiniteValues?: number };

/** @param predictions how many of the rows are predictions; metrics take no number */
export function growthBy(rows: readonly GrowingRow[], predictions: number, marks: JobMarks): JobGrowth {
  return {
    predictions,
    bytes: bytesOf(rows),
    aliveAt: new Date().toISOString(),
    nonfiniteValues: nonfiniteOf(rows),
    marks,
  };
}

export function nonfiniteOf(rows: readonly GrowingRow[]): number {
  return rows.reduce((sum, { nonfiniteValues = 0 }) => sum + nonfiniteValues, 0);
}

/** What of a batch was stored; as `AddOutcome` has it, beside what its job grew by. */
export interface Added {
  readonly stored: number;
  readonly known: number | null;
  readonly growth: JobGrowth;
}

/** @param unknown those of `rows` that the job had not yet. @param marks of the job with them */
export function addedOf(rows: readonly NewPrediction[], unknown: readonly NewPrediction[], marks: JobMarks): Added {
  const known = rows.some(({ isOwnId }) => isOwnId === true) ? rows.length - unknown.length : null;
  return { stored: unknown.length, known, growth: growthBy(unknown, unknown.length, marks) };
}

/** What a batch is answered whose key was kept: `row` of the table `batches`. */
export function repeatedOutcome(row: SqlRow): AddOutcome {
  return {
    kind: 'repeated',
    digest: textOf(row, 'digest'),
    count: numberOf(row, 'row_count'),
    known: numberOrNull(row, 'known'),
  };
}

/** The newest key that is to be forgotten, once the one of this number within its job is kept. */
export function forgottenKey(newest: number): number {
  return newest - keptBatchKeys;
}
