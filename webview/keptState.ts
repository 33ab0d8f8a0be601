import { initialView } from '../src/panel/initialView.ts';
import type { ColumnKey, Condition, Tab, ViewState } from '../src/panel/protocol/view.ts';
import type { KeptState } from '../src/panel/protocol.ts';

const tabs: Record<Tab, true> = { predictions: true, comparison: true, trends: true };
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isIndexOrNull = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);

const isName = (value: unknown): value is string => typeof value === 'string';
const isList = <T>(value: unknown, most: number, fits: (item: unknown) => item is T): value is T[] =>
  Array.isArray(value) && value.length <= most && value.every(fits);

const columns: Record<Exclude<ColumnKey, `score:${string}`>, true> = {
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
const isColumn = (value: unknown): value is ColumnKey =>
  typeof value === 'string' && (Object.hasOwn(columns, value) || (value.startsWith('score:') && value.length <= 300));
const isSort = (value: unknown): value is ViewState['sort'] =>
  value === null || (isRecord(value) && isColumn(value['column']) && typeof value['descending'] === 'boolean');

const signs: Record<Condition['comparison'], true> = {
  '<': true,
  '≤': true,
  '=': true,
  '≥': true,
  '>': true,
  none: true,
};
const isCondition = (value: unknown): value is Condition =>
  isRecord(value) &&
  typeof value['score'] === 'string' &&
  value['score'].length <= 200 &&
  typeof value['comparison'] === 'string' &&
  Object.hasOwn(signs, value['comparison']) &&
  (value['comparison'] === 'none' || Number.isFinite(value['value']));

const comparedWith: Record<ViewState['compareWith'], true> = {
  truth: true,
  previous: true,
  first: true,
  best: true,
  nothing: true,
};

const isChartList = (value: unknown): value is string[] | null =>
  value === null || isList(value, 200, (name): name is string => typeof name === 'string' && name.length <= 200);

const fields: { [K in keyof ViewState]: (value: unknown) => value is ViewState[K] } = {
  tab: (value): value is Tab => typeof value === 'string' && Object.hasOwn(tabs, value),
  epoch: isIndexOrNull,
  step: isIndexOrNull,
  source: (value): value is string | null => value === null || (typeof value === 'string' && value.length <= 1000),
  conditions: (value): value is Condition[] => isList(value, 20, isCondition),
  search: (value): value is string => typeof value === 'string' && value.length <= 1000,
  invalidOnly: (value) => typeof value === 'boolean',
  regressedOnly: (value) => typeof value === 'boolean',
  group: (value): value is boolean | null => value === null || typeof value === 'boolean',
  superseded: (value) => typeof value === 'boolean',
  sort: isSort,
  hiddenColumns: (value): value is ColumnKey[] => isList(value, 1000, isColumn),
  emptyColumns: (value): value is ColumnKey[] => isList(value, 1000, isColumn),
  columnOrder: (value): value is ColumnKey[] => isList(value, 1000, isColumn),
  wrap: (value) => typeof value === 'boolean',
  textForm: (value): value is ViewState['textForm'] => value === 'raw' || value === 'rendered',
  offset: isCount,
  pageSize: (value): value is number => isCount(value) && value >= 1 && value <= 1000,
  fit: (value) => typeof value === 'boolean',
  hold: (value) => typeof value === 'boolean',
  expanded: (value): value is string[] =>
    Array.isArray(value) && value.length <= 1000 && value.every((id) => typeof id === 'string'),
  sample: (value): value is ViewState['sample'] =>
    isIndexOrNull(value) || (typeof value === 'string' && value.length <= 100_000),
  sampleSearch: (value): value is string => typeof value === 'string' && value.length <= 1000,
  answers: (value): value is number => isCount(value) && value >= 1 && value <= 2000,
  finalAnswerOnly: (value) => typeof value === 'boolean',
  compareJson: (value): value is ViewState['compareJson'] => value === 'text' || value === 'keys',
  openAnswers: (value): value is string[] =>
    isList(value, 2000, (key): key is string => typeof key === 'string' && key.length <= 100),
  compareWith: (value): value is ViewState['compareWith'] =>
    typeof value === 'string' && Object.hasOwn(comparedWith, value),
  overlay: (value): value is string | null => value === null || typeof value === 'string',
  trendScores: isChartList,
  trendMetrics: isChartList,
  trendAxis: (value): value is ViewState['trendAxis'] => value === null || value === 'epoch' || value === 'step',
  trendBand: (value): value is ViewState['trendBand'] => value === null || value === 'percentiles' || value === 'range',
  smoothing: (value): value is number => typeof value === 'number' && value >= 0 && value <= 0.99,
  logScale: (value) => typeof value === 'boolean',
};

const { step, source, conditions, columnOrder, group, superseded, finalAnswerOnly, openAnswers, fit, ...first } =
  initialView(1);
const { emptyColumns, sampleSearch, compareJson, textForm, ...charts } = first;
const { trendScores, trendMetrics, trendAxis, trendBand, smoothing, logScale } = charts;
/** What views of older versions do not have. */
const addedLater = {
  ...{ step, source, conditions, columnOrder, group, superseded, finalAnswerOnly, openAnswers, fit },
  ...{ emptyColumns, sampleSearch, compareJson, textForm },
  ...{ trendScores, trendMetrics, trendAxis, trendBand, smoothing, logScale },
};

/** How the parts lie on the screen. The host has no use for it. */
export interface Layout {
  /** Columns whose width the reader chose, in px. */
  widths: Partial<Record<ColumnKey, number>>;
  /** How far the table is scrolled, in px. */
  scroll: { top: number; left: number };
  /** Charts whose data table is in sight, by their key. */
  tables: readonly string[];
  /** Groups of charts that the reader folded, by their names; layouts of older versions have none. */
  folded?: readonly string[];
  /** How the texts above the comparison are folded, as `createFoldedText` names it. */
  texts?: readonly string[];
}

export const initialLayout: Layout = { widths: {}, scroll: { top: 0, left: 0 }, tables: [] };

export type Kept = KeptState & { layout: Layout };

/**
 * What an earlier webview kept, which may have been of another version: null unless all of it still fits. Checked by
 * hand, since the schemas would more than double the bundle.
 */
export function readKeptState(kept: unknown): Kept | null {
  if (!isRecord(kept) || typeof kept['restore'] !== 'string' || !isRecord(kept['view'])) return null;
  const view = { ...addedLater, ...kept['view'] };
  if (!isViewState(view)) return null;
  return {
    restore: kept['restore'],
    view,
    layout: isLayout(kept['layout']) ? kept['layout'] : initialLayout,
  };
}

function isLayout(value: unknown): value is Layout {
  if (!isRecord(value)) return false;
  const { widths, scroll, tables, folded, texts } = value;
  return (
    isRecord(widths) &&
    Object.entries(widths).every(([column, width]) => isColumn(column) && isCount(width)) &&
    isRecord(scroll) &&
    isCount(scroll['top']) &&
    isCount(scroll['left']) &&
    Array.isArray(tables) &&
    tables.every((key) => typeof key === 'string') &&
    (folded === undefined || isList(folded, 1000, isName)) &&
    (texts === undefined || isList(texts, 1000, isName))
  );
}

function isViewState(value: Record<string, unknown>): value is ViewState {
  return Object.entries(fields).every(([name, fits]) => fits(value[name]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
