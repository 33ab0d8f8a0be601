import type { ColumnKey } from '../../../src/panel/protocol/view.ts';

/** How wide a column is unless the reader chose otherwise, in px; null: it shares what the others leave. */
export interface ColumnWidth {
  key: ColumnKey;
  width: number | null;
}

export type ChosenWidths = Partial<Record<ColumnKey, number>>;

/** All widths in px. */
export interface TableWidths {
  columns: { key: ColumnKey; width: number | null }[];
  /** Of the whole table, where no column takes what is left; null: all there is. */
  table: number | null;
  /** Below it the table is scrolled sideways. */
  minimum: number;
}

/** Of the column that opens a row, in px. */
export const openerWidth = 34;
const sharedMinimum = 110;
const narrowest = 40;
const widest = 2000;

/** What an answer has before it shares alike with the texts beside it. */
const answerMinimum = 220;

/**
 * Lays out the columns that are shown. Texts share alike what the others leave, unless that is too little to read answers
 * in: those come first then.
 *
 * @param inSight of the table, in px
 */
export function tableWidths(
  shown: readonly ColumnWidth[],
  chosen: ChosenWidths,
  inSight = Number.POSITIVE_INFINITY,
): TableWidths {
  const wished = shown.map(({ key, width }) => ({ key, width: chosen[key] ?? width }));
  const sharing = wished.filter(({ width }) => width === null).length;
  const left = wished.reduce((rest, { width }) => rest - (width ?? 0), inSight - openerWidth);
  const isLittle = left < sharing * answerMinimum;
  const leastOf = (key: ColumnKey) => (isLittle && key === 'prediction' ? answerMinimum : sharedMinimum);
  const columns = wished.map(({ key, width }) => ({
    key,
    width: isLittle && sharing > 1 && key === 'prediction' ? (width ?? answerMinimum) : width,
  }));
  const minimum = columns.reduce((sum, { key, width }) => sum + (width ?? leastOf(key)), openerWidth);
  const shares = columns.some(({ width }) => width === null);
  return { columns, table: shares ? null : minimum, minimum };
}

/** In less room than this, one text alone is in sight. */
const narrowRoom = 540;
const firstMinimum = 240;
const otherMinimum = 100;

/**
 * The same where there is little room: the text that is read first has most of it, and in a narrow table all that is in
 * sight beside the columns before it. The others are scrolled to where they have no room.
 *
 * @param inSight of the table, in px
 */
export function tightWidths(shown: readonly ColumnWidth[], inSight: number): TableWidths {
  const first = shown.findIndex(({ width }) => width === null);
  if (first < 0) return tableWidths(shown, {});
  const before = shown.slice(0, first).reduce((sum, { width }) => sum + (width ?? 0), openerWidth);
  const least = inSight < narrowRoom ? Math.max(sharedMinimum, inSight - before) : firstMinimum;
  const others = shown.slice(first + 1);
  const rest = others.reduce((sum, { width }) => sum + (width ?? otherMinimum), 0);
  const minimum = before + least + rest;
  const shares = others.some(({ width }) => width === null);
  const more = Math.floor(Math.max(0, inSight - minimum) / 2);
  const columns = shown.map(({ key, width }, index) => ({
    key,
    width: index === first && shares ? least + more : width,
  }));
  return { columns, table: null, minimum };
}

/** A width in px that a column can have. */
export function fittingWidth(width: number): number {
  return Math.round(Math.min(widest, Math.max(narrowest, width)));
}
