import { type AddOutcome, bytesOf, keptBatchKeys } from './storage.ts';
import { numberOf, type SqlRow, textOf } from './storedRows.ts';

/** What rows add to their job. */
export interface JobGrowth {
  /** As many sequence numbers are taken. */
  readonly predictions: number;
  readonly bytes: number;
  /** ISO 8601: its script lives. */
  readonly aliveAt: string;
}

/** @param predictions how many of the rows are predictions; metrics take no number */
export function growthBy(rows: readonly { readonly content: string }[], predictions: number): JobGrowth {
  return { predictions, bytes: bytesOf(rows), aliveAt: new Date().toISOString() };
}

/** What a batch is answered whose key was kept: `row` of the table `batches`. */
export function repeatedOutcome(row: SqlRow): AddOutcome {
  return { kind: 'repeated', digest: textOf(row, 'digest'), count: numberOf(row, 'row_count') };
}

/** The newest key that is to be forgotten, once the one of this number within its job is kept. */
export function forgottenKey(newest: number): number {
  return newest - keptBatchKeys;
}
