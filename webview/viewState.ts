import type { SampleKey } from '../src/model/samples.ts';
import type { ColumnKey, Condition, Tab, ViewState } from '../src/panel/protocol/view.ts';

/** A change of what is shown. Another page or filter closes the open rows: they are out of sight there. */
export type Transition = (view: ViewState) => ViewState;

export const showTab =
  (tab: Tab): Transition =>
  (view) => ({ ...view, tab });

/** What decides which rows the table shows. */
export type Filters = Pick<
  ViewState,
  'epoch' | 'step' | 'source' | 'search' | 'conditions' | 'invalidOnly' | 'regressedOnly'
>;

export const noFilters: Filters = {
  epoch: null,
  step: null,
  source: null,
  search: '',
  conditions: [],
  invalidOnly: false,
  regressedOnly: false,
};

/** What a line stands for, and which rows are left out unless the reader asks for them. */
export type Lines = Pick<ViewState, 'group' | 'superseded'>;

export const filterBy =
  (filters: Partial<Filters & Lines>): Transition =>
  (view) => ({ ...view, ...filters, offset: 0, expanded: [] });

/** Names what the table shows: another name, and it begins at its top again. */
export function queryOf(view: ViewState): string {
  const { epoch, step, source, search, conditions, invalidOnly, regressedOnly, sort, offset, pageSize } = view;
  const filters = [epoch, step, source, search, conditions, invalidOnly, regressedOnly, view.group, view.superseded];
  return JSON.stringify([...filters, sort, offset, pageSize]);
}

/** As many as a view can hold. */
const mostConditions = 20;

/** Asks for one more; of more than a view can hold the first ones go. */
export const addCondition =
  (condition: Condition): Transition =>
  (view) => {
    const others = view.conditions.filter((other) => !isSameCondition(other, condition));
    return filterBy({ conditions: [...others, condition].slice(-mostConditions) })(view);
  };

export const removeCondition =
  (condition: Condition): Transition =>
  (view) =>
    filterBy({ conditions: view.conditions.filter((other) => !isSameCondition(other, condition)) })(view);

function isSameCondition(a: Condition, b: Condition): boolean {
  return JSON.stringify(conditionParts(a)) === JSON.stringify(conditionParts(b));
}

function conditionParts(condition: Condition): unknown[] {
  const { score, comparison } = condition;
  return [score, comparison, comparison === 'none' ? null : condition.value];
}

/**
 * Turns to the table, with all rows of one checkpoint, or epoch, that the charts show: other filters would hide some of
 * those that were counted.
 *
 * @param step null for the whole epoch
 */
export const showCheckpointInTable =
  ({ epoch, step }: { epoch: number; step: number | null }): Transition =>
  (view) =>
    filterBy({ ...noFilters, source: view.source, epoch, step })(showTab('predictions')(view));

/** Sorts upwards, then downwards; the third time the newest come first again. */
export const sortBy =
  (column: ColumnKey): Transition =>
  (view) => ({ ...view, sort: nextSort(view.sort, column), offset: 0, expanded: [] });

function nextSort(sort: ViewState['sort'], column: ColumnKey): ViewState['sort'] {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? null : { column, descending: true };
}

/** Hides a column or shows it again. An order whose column is out of sight would be a riddle: it ends with it. */
export const toggleColumn =
  (column: ColumnKey): Transition =>
  (view) => {
    if (view.hiddenColumns.includes(column)) {
      return { ...view, hiddenColumns: view.hiddenColumns.filter((hidden) => hidden !== column) };
    }
    const hidden = { ...view, hiddenColumns: [...view.hiddenColumns, column] };
    return view.sort?.column === column ? { ...hidden, sort: null, offset: 0, expanded: [] } : hidden;
  };

/** The same of a column that has nothing in any row: it is out of sight unless the reader asked for it. */
export const toggleEmptyColumn =
  (column: ColumnKey): Transition =>
  (view) => {
    const isAsked = view.emptyColumns.includes(column) && !view.hiddenColumns.includes(column);
    const others = view.emptyColumns.filter((other) => other !== column);
    const shown = { ...view, hiddenColumns: view.hiddenColumns.filter((hidden) => hidden !== column) };
    if (!isAsked) return { ...shown, emptyColumns: [...others, column] };
    const hidden = { ...shown, emptyColumns: others };
    return view.sort?.column === column ? { ...hidden, sort: null, offset: 0, expanded: [] } : hidden;
  };

/** Shows a column, where it is hidden. */
export const showColumn =
  (column: ColumnKey): Transition =>
  (view) =>
    view.hiddenColumns.includes(column) ? toggleColumn(column)(view) : view;

/** @param order of all columns, the hidden ones among them */
export const orderColumns =
  (order: readonly ColumnKey[]): Transition =>
  (view) => ({ ...view, columnOrder: [...order] });

export const wrapTexts =
  (wrap: boolean): Transition =>
  (view) => ({ ...view, wrap });

export const showTexts =
  (textForm: ViewState['textForm']): Transition =>
  (view) =>
    textForm === view.textForm ? view : { ...view, textForm };

export const showOffset =
  (offset: number): Transition =>
  (view) => ({ ...view, offset: Math.max(0, offset), expanded: [] });

/** Keeps the first row of the page in sight. */
export const showPageSize =
  (pageSize: number): Transition =>
  (view) => ({ ...withPageSize(view, pageSize), fit: false, expanded: [] });

/** From now on a page has as many rows as there is room for. */
export const showFit: Transition = (view) => ({ ...view, fit: true });

/** So many rows have room. What is open stays as it is. */
export const fitRows =
  (rows: number): Transition =>
  (view) =>
    !view.fit || view.expanded.length > 0 || rows === view.pageSize ? view : withPageSize(view, rows);

function withPageSize(view: ViewState, pageSize: number): ViewState {
  return { ...view, pageSize, offset: Math.floor(view.offset / pageSize) * pageSize };
}

export const toggleRow =
  (id: string): Transition =>
  (view) => ({
    ...view,
    expanded: view.expanded.includes(id) ? view.expanded.filter((open) => open !== id) : [...view.expanded, id],
  });

export const showSample =
  (sample: SampleKey): Transition =>
  (view) => ({ ...view, sample, openAnswers: sample === view.sample ? view.openAnswers : [] });

export const findSamples =
  (sampleSearch: string): Transition =>
  (view) => ({ ...view, sampleSearch });

/** Shows the completions of an answer, or hides them again. @param key of `HistoryEntry` */
export const toggleAnswer =
  (key: string): Transition =>
  (view) => ({
    ...view,
    openAnswers: view.openAnswers.includes(key)
      ? view.openAnswers.filter((open) => open !== key)
      : [...view.openAnswers, key].slice(-2000),
  });

export const compareFinalAnswers =
  (finalAnswerOnly: boolean): Transition =>
  (view) => ({ ...view, finalAnswerOnly });

export const compareJsonBy =
  (compareJson: ViewState['compareJson']): Transition =>
  (view) => ({ ...view, compareJson });

/** Turns to a sample's answers over the epochs. */
export const compareSample =
  (sample: SampleKey): Transition =>
  (view) =>
    showSample(sample)(showTab('comparison')(view));

/** What the reader does in the table, as far as new rows could disturb it. */
export interface Reading {
  /** The ids of the rows on the screen. */
  rows: readonly string[];
  textSelected: boolean;
  /** The top of the table, where new rows come in, is out of sight. */
  scrolled: boolean;
  /** The first snapshot is over. */
  settled: boolean;
}

/**
 * The hold rule: new rows must not move the table while a row is open, text is selected, the table is scrolled, the
 * page is not the first or the order is not newest first. With no row on the screen there is nothing to hold. Nor is
 * there during the first snapshot, which comes from the newest row to the oldest: it adds behind what is on the screen,
 * and what it adds is not new.
 */
export const holdFor =
  (reading: Reading): Transition =>
  (view) => {
    const open = reading.rows.some((id) => view.expanded.includes(id));
    const reads = open || reading.textSelected || reading.scrolled || view.offset > 0 || view.sort !== null;
    const hold = reading.settled && reading.rows.length > 0 && reads;
    return hold === view.hold ? view : { ...view, hold };
  };

/** Shows more of the sample's older answers. */
export const showMoreAnswers: Transition = (view) => ({ ...view, answers: Math.min(2000, view.answers * 2) });
