import type { ColumnKey } from '../../src/panel/protocol.ts';

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

/** The order with a column in the place of another one. */
export function movedColumn(order: readonly ColumnKey[], key: ColumnKey, to: ColumnKey): ColumnKey[] {
  const place = order.indexOf(to);
  const others = order.filter((other) => other !== key);
  others.splice(place, 0, key);
  return others;
}
