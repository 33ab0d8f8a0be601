import type { ColumnKey } from '../../../src/panel/protocol.ts';

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

/** Lays out the columns that are shown. */
export function tableWidths(shown: readonly ColumnWidth[], chosen: ChosenWidths): TableWidths {
  const columns = shown.map(({ key, width }) => ({ key, width: chosen[key] ?? width }));
  const minimum = columns.reduce((sum, { width }) => sum + (width ?? sharedMinimum), openerWidth);
  const shares = columns.some(({ width }) => width === null);
  return { columns, table: shares ? null : minimum, minimum };
}

/** A width in px that a column can have. */
export function fittingWidth(width: number): number {
  return Math.round(Math.min(widest, Math.max(narrowest, width)));
}
