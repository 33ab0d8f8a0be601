import type { KeptState, Tab, ViewState } from '../src/panel/protocol.ts';

/** What a panel shows before anything else is known. */
export const initialView: ViewState = {
  tab: 'predictions',
  epoch: null,
  offset: 0,
  pageSize: 10,
  hold: false,
  expanded: [],
  sample: null,
};

const tabs: Record<Tab, true> = { predictions: true, comparison: true, trends: true };
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isIndexOrNull = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);

const fields: { [K in keyof ViewState]: (value: unknown) => value is ViewState[K] } = {
  tab: (value): value is Tab => typeof value === 'string' && Object.hasOwn(tabs, value),
  epoch: isIndexOrNull,
  offset: isCount,
  pageSize: (value): value is number => isCount(value) && value >= 1 && value <= 1000,
  hold: (value) => typeof value === 'boolean',
  expanded: (value): value is string[] =>
    Array.isArray(value) && value.length <= 1000 && value.every((id) => typeof id === 'string'),
  sample: isIndexOrNull,
};

/**
 * What an earlier webview kept, which may have been of another version: null unless all of it still fits. Checked by
 * hand, since the schemas would more than double the bundle.
 */
export function readKeptState(kept: unknown): KeptState | null {
  if (!isRecord(kept) || typeof kept['restore'] !== 'string' || !isViewState(kept['view'])) return null;
  return { restore: kept['restore'], view: kept['view'] };
}

function isViewState(value: unknown): value is ViewState {
  return isRecord(value) && Object.entries(fields).every(([name, fits]) => fits(value[name]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A change of what is shown. Another page or filter closes the open rows: they are out of sight there. */
export type Transition = (view: ViewState) => ViewState;

export const showTab =
  (tab: Tab): Transition =>
  (view) => ({ ...view, tab });

export const showEpoch =
  (epoch: number | null): Transition =>
  (view) => ({ ...view, epoch, offset: 0, expanded: [] });

export const showOffset =
  (offset: number): Transition =>
  (view) => ({ ...view, offset: Math.max(0, offset), expanded: [] });

/** Keeps the first row of the page in sight. */
export const showPageSize =
  (pageSize: number): Transition =>
  (view) => ({ ...view, pageSize, offset: Math.floor(view.offset / pageSize) * pageSize, expanded: [] });

export const toggleRow =
  (id: string): Transition =>
  (view) => ({
    ...view,
    expanded: view.expanded.includes(id) ? view.expanded.filter((open) => open !== id) : [...view.expanded, id],
  });

export const showSample =
  (sample: number): Transition =>
  (view) => ({ ...view, sample });

/** What the reader does in the table, as far as new rows could disturb it. */
export interface Reading {
  /** The ids of the rows on the screen. */
  rows: readonly string[];
  textSelected: boolean;
  /** The first snapshot is over. */
  settled: boolean;
}

/**
 * The hold rule: new rows must not move the table while a row is open, text is selected or the page is not the first.
 * With no row on the screen there is nothing to hold. Nor is there during the first snapshot, which comes from the
 * newest row to the oldest: it adds behind what is on the screen, and what it adds is not new.
 */
export const holdFor =
  (reading: Reading): Transition =>
  (view) => {
    const open = reading.rows.some((id) => view.expanded.includes(id));
    const hold = reading.settled && reading.rows.length > 0 && (open || reading.textSelected || view.offset > 0);
    return hold === view.hold ? view : { ...view, hold };
  };
