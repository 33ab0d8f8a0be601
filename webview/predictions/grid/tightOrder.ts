import type { ColumnKey } from '../../../src/panel/protocol/view.ts';

const places: readonly ColumnKey[] = ['epoch', 'step', 'sample'];
const readFirst: readonly ColumnKey[] = ['prediction', 'groundTruth', 'prompt'];

/**
 * The columns of a table where there is little room: what one reads comes first, behind one column that epoch, step and
 * sample share. Pure.
 *
 * @param shown those that the reader did not hide, in their order
 * @param share makes that column of the first of the three
 */
export function tightOrder<C extends { key: ColumnKey }>(shown: readonly C[], share: (first: C) => C): C[] {
  const of = shown.filter(({ key }) => places.includes(key));
  const [first] = of;
  const shared = first === undefined || of.length === 1 ? of : [share(first)];
  const texts = readFirst.flatMap((key) => shown.filter((column) => column.key === key));
  const others = shown.filter(({ key }) => !places.includes(key) && !readFirst.includes(key));
  return [...shared, ...texts, ...others];
}
