import type { ColumnKey, KeptState, Tab, ViewState } from '../src/panel/protocol.ts';

const tabs: Record<Tab, true> = { predictions: true, comparison: true, trends: true };
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isIndexOrNull = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);

const columns: Record<ColumnKey, true> = {
  epoch: true,
  step: true,
  sample: true,
  prompt: true,
  groundTruth: true,
  prediction: true,
  charErrorRate: true,
  exactMatch: true,
  validation: true,
};
const isColumn = (value: unknown): value is ColumnKey => typeof value === 'string' && Object.hasOwn(columns, value);
const isSort = (value: unknown): value is ViewState['sort'] =>
  value === null || (isRecord(value) && isColumn(value['column']) && typeof value['descending'] === 'boolean');

const fields: { [K in keyof ViewState]: (value: unknown) => value is ViewState[K] } = {
  tab: (value): value is Tab => typeof value === 'string' && Object.hasOwn(tabs, value),
  epoch: isIndexOrNull,
  search: (value): value is string => typeof value === 'string' && value.length <= 1000,
  invalidOnly: (value) => typeof value === 'boolean',
  regressedOnly: (value) => typeof value === 'boolean',
  sort: isSort,
  hiddenColumns: (value): value is ColumnKey[] => Array.isArray(value) && value.every(isColumn),
  wrap: (value) => typeof value === 'boolean',
  offset: isCount,
  pageSize: (value): value is number => isCount(value) && value >= 1 && value <= 1000,
  hold: (value) => typeof value === 'boolean',
  expanded: (value): value is string[] =>
    Array.isArray(value) && value.length <= 1000 && value.every((id) => typeof id === 'string'),
  sample: (value): value is ViewState['sample'] =>
    isIndexOrNull(value) || (typeof value === 'string' && value.length <= 2000),
  answers: (value): value is number => isCount(value) && value >= 1 && value <= 2000,
  compareWith: (value): value is ViewState['compareWith'] =>
    value === 'truth' || value === 'previous' || value === 'nothing',
  overlay: (value): value is string | null => value === null || typeof value === 'string',
};

/** How the parts lie on the screen. The host has no use for it. */
export interface Layout {
  /** Columns whose width the reader chose, in px. */
  widths: Partial<Record<ColumnKey, number>>;
  /** How far the table is scrolled, in px. */
  scroll: { top: number; left: number };
  /** Charts whose data table is in sight, by their key. */
  tables: readonly string[];
}

export const initialLayout: Layout = { widths: {}, scroll: { top: 0, left: 0 }, tables: [] };

export type Kept = KeptState & { layout: Layout };

/**
 * What an earlier webview kept, which may have been of another version: null unless all of it still fits. Checked by
 * hand, since the schemas would more than double the bundle.
 */
export function readKeptState(kept: unknown): Kept | null {
  if (!isRecord(kept) || typeof kept['restore'] !== 'string' || !isViewState(kept['view'])) return null;
  return {
    restore: kept['restore'],
    view: kept['view'],
    layout: isLayout(kept['layout']) ? kept['layout'] : initialLayout,
  };
}

function isLayout(value: unknown): value is Layout {
  if (!isRecord(value)) return false;
  const { widths, scroll, tables } = value;
  return (
    isRecord(widths) &&
    Object.entries(widths).every(([column, width]) => isColumn(column) && isCount(width)) &&
    isRecord(scroll) &&
    isCount(scroll['top']) &&
    isCount(scroll['left']) &&
    Array.isArray(tables) &&
    tables.every((key) => typeof key === 'string')
  );
}

function isViewState(value: unknown): value is ViewState {
  return isRecord(value) && Object.entries(fields).every(([name, fits]) => fits(value[name]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
