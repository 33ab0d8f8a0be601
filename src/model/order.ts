import type { Prediction } from '../wire/prediction.ts';
import { completionOf } from './restarts.ts';

/** What the order of rows looks at; a row may be a prediction, or its number in a table. */
export interface OrderedRows<Row> {
  epoch(row: Row): number;
  step(row: Row): number;
  /** The sample's index. */
  sample(row: Row): number;
  /** The completion's index; `lastCompletion` where it has none. */
  completion(row: Row): number;
  /** The order of the texts of `created_at`, ascending. */
  compareCreated(a: Row, b: Row): number;
  compareIds(a: Row, b: Row): number;
}

/**
 * The reverse of `(epoch, step, sample_index, completion_index, created_at, id)`, those without an index last: the order of arrival plays no part in it, and no two rows
 * are equal.
 */
export function newestFirst<Row>(rows: OrderedRows<Row>, a: Row, b: Row): number {
  return (
    rows.epoch(b) - rows.epoch(a) ||
    rows.step(b) - rows.step(a) ||
    rows.sample(b) - rows.sample(a) ||
    rows.completion(b) - rows.completion(a) ||
    rows.compareCreated(b, a) ||
    rows.compareIds(b, a)
  );
}

/** Comes after every index. */
export const lastCompletion = Number.MAX_SAFE_INTEGER;

/** Predictions of the wire, in that order. */
export const predictionOrder: OrderedRows<Prediction> = {
  epoch: (row) => row.epoch,
  step: (row) => row.step,
  sample: (row) => row.sample_index,
  completion: (row) => completionOf(row) ?? lastCompletion,
  compareCreated: (a, b) => compareTexts(a.created_at, b.created_at),
  compareIds: (a, b) => compareTexts(a.id, b.id),
};

/** By code units, as `<` has it: the same in every language. */
export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
