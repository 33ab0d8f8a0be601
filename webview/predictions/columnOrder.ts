import { columnOfScore } from '../../src/panel/initialView.ts';
import type { ColumnKey, ViewState } from '../../src/panel/protocol/view.ts';
import type { Scores } from '../scores.ts';

/** The columns of every job, in their usual order. */
const ownColumns = [
  ...(['epoch', 'step', 'sample', 'prompt', 'groundTruth', 'prediction'] as const),
  ...(['charErrorRate', 'exactMatch', 'validation'] as const),
];

/** All columns that a view has a place for, whether the job has them or not. */
export function fullOrder(columnOrder: readonly ColumnKey[]): ColumnKey[] {
  const placed = new Set(columnOrder);
  return [...ownColumns.filter((key) => !placed.has(key)), ...columnOrder];
}

/** Those that need a ground truth or a validator. */
const mayBeEmpty = ['groundTruth', 'charErrorRate', 'exactMatch', 'validation'] as const;

/** Of a job in which no row has a ground truth: the columns that have nothing in any row. */
export function emptyColumns({ scores, truths }: Pick<Scores, 'scores' | 'truths'>): ColumnKey[] {
  if (truths !== false) return [];
  const filled = new Set<ColumnKey>(scores.map(({ name }) => columnOfScore(name)));
  return mayBeEmpty.filter((key) => !filled.has(key));
}

/** The columns that are out of sight: those that the reader hid, and the empty ones that nobody asked for. */
export function columnsOutOfSight(
  view: Pick<ViewState, 'hiddenColumns' | 'emptyColumns'>,
  scores: Pick<Scores, 'scores' | 'truths'>,
): ColumnKey[] {
  const empty = emptyColumns(scores).filter((key) => !view.emptyColumns.includes(key));
  return empty.length === 0 ? view.hiddenColumns : [...new Set([...view.hiddenColumns, ...empty])];
}

/** The order with a column in the place of another one. */
export function movedColumn(order: readonly ColumnKey[], key: ColumnKey, to: ColumnKey): ColumnKey[] {
  const place = order.indexOf(to);
  const others = order.filter((other) => other !== key);
  others.splice(place, 0, key);
  return others;
}
