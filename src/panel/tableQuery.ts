/** Which rows the table shows, and in which order. Pure. */
import { newestFirst, type PredictionStore } from '../watch/predictionStore.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { ColumnKey, ViewState } from './protocol.ts';

export type TableQuery = Pick<ViewState, 'epoch' | 'search' | 'invalidOnly' | 'regressedOnly' | 'sort'>;

/** True for a query that the store answers by itself: newest first, all rows or those of one epoch. */
export function isPlain({ search, invalidOnly, regressedOnly, sort }: TableQuery): boolean {
  return search === '' && !invalidOnly && !regressedOnly && sort === null;
}

export function isSameQuery(a: TableQuery, b: TableQuery): boolean {
  return (
    a.epoch === b.epoch &&
    a.search === b.search &&
    a.invalidOnly === b.invalidOnly &&
    a.regressedOnly === b.regressedOnly &&
    a.sort?.column === b.sort?.column &&
    a.sort?.descending === b.sort?.descending
  );
}

/** Whether a held row passes the filters. */
export function matcher(query: TableQuery, store: PredictionStore): (row: Prediction) => boolean {
  const text = query.search === '' ? null : new RegExp(escapePattern(query.search), 'iu');
  return (row) =>
    (query.epoch === null || row.epoch === query.epoch) &&
    (!query.invalidOnly || row.validation_pass === false) &&
    (!query.regressedOnly || store.mark(row) === 'worse') &&
    (text === null || text.test(row.prediction) || text.test(row.prompt) || text.test(row.ground_truth ?? ''));
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

type Value = number | string | null;

const cellValues: { [C in ColumnKey]: (row: Prediction) => Value } = {
  epoch: (row) => row.epoch,
  step: (row) => row.step,
  sample: (row) => row.sample_index,
  prompt: (row) => row.prompt,
  groundTruth: (row) => row.ground_truth ?? null,
  prediction: (row) => row.prediction,
  charErrorRate: (row) => row.char_error_rate ?? null,
  exactMatch: (row) => row.exact_match ?? null,
  validation: (row) => (row.validation_pass == null ? null : Number(row.validation_pass)),
};

/** The order of a query. Rows without a value come last either way; equal ones are newest first. */
export function comparator({ sort }: TableQuery): (a: Prediction, b: Prediction) => number {
  if (sort === null) return newestFirst;
  const value = cellValues[sort.column];
  const direction = sort.descending ? -1 : 1;
  return (a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === right) return newestFirst(a, b);
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -direction : direction;
  };
}
