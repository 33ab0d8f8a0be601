import type { Row } from '../../src/panel/protocol/table.ts';
import type { ColumnKey, ViewState } from '../../src/panel/protocol/view.ts';
import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { element, setAttribute } from '../dom.ts';
import type { Panel } from '../panel.ts';
import type { Scores } from '../scores.ts';
import { createAbsence } from '../texts/absenceView.ts';
import { remembered } from '../trends/remembered.ts';
import type { Transition } from '../viewState.ts';
import {
  compareFinalAnswers,
  compareJsonBy,
  compareSample,
  filterBy,
  holdFor,
  noFilters,
  orderColumns,
  queryOf,
  showOffset,
  sortBy,
  toggleRow,
} from '../viewState.ts';
import { columnsOutOfSight, fullOrder, movedColumn } from './columnOrder.ts';
import { createFit } from './fit.ts';
import { type Column, columnsOf } from './grid/columns.ts';
import { createGrid } from './grid/grid.ts';
import { createPager } from './pager.ts';
import { lastOffset, nextPage, type Page, pageAbsence, wholePage } from './pageTexts.ts';
import { followScroll } from './scroll.ts';
import { clearSelectionIn, hasSelectionIn } from './selection.ts';
import { createToolbar } from './toolbar.ts';

export interface PredictionsTab {
  readonly element: HTMLElement;
  showPage(message: HostMessageOf<'page'>): void;
  showDetail(answer: HostMessageOf<'detail'>): void;
  showGroup(answer: HostMessageOf<'group'>): void;
  showWhole(answer: HostMessageOf<'whole'>): void;
  /** Draws the present view state again. */
  refresh(): void;
  /** The version of the page on the screen; null before the first. */
  version(): number | null;
  /** Looks anew at what is on the screen: whether to hold it, and whether there is such a page. */
  settle(): void;
  /** Holds the table still, or lets it go, as the reader's doings ask for. */
  readonly hold: Transition;
}

/** The table of predictions with its filters and pages. */
export function createPredictionsTab(panel: Panel): PredictionsTab {
  const { formats } = panel;
  let page: Page | null = null;
  /** The rows that the host last told of, shown or not. */
  let told: readonly Row[] = [];
  /** When the search that is under way was first heard of, in ms of the page's life. */
  let searchBegan: number | null = null;
  /** Kept, since asking the document makes it lay out the page: too dear for every arrival. */
  let textSelected = false;
  /** Open rows whose full texts were asked for. */
  let asked = new Set<string>();

  /** Made anew only with what they are made of. */
  let columns: readonly Column[] = [];
  let columnsFrom: readonly unknown[] = [];
  const outOfSight = remembered((hiddenColumns: ViewState['hiddenColumns'], asked: ColumnKey[], scores: Scores) =>
    columnsOutOfSight({ hiddenColumns, emptyColumns: asked }, scores),
  );

  const grid = createGrid(formats, {
    toggle: (id) => panel.change(toggleRow(id)),
    sort: (column) => panel.change(sortBy(column)),
    resize: (column, width) => {
      const { [column]: _, ...others } = panel.layout().widths;
      panel.keepLayout({ widths: width === null ? others : { ...others, [column]: width } });
      refresh();
    },
    move: (column, to) =>
      panel.change((view) => orderColumns(movedColumn(fullOrder(view.columnOrder), column, to))(view)),
    copy: (id, what) => {
      panel.post({ type: 'copy', id, what });
      panel.say('Copied');
    },
    compareFinalAnswers: (finalOnly) => panel.change(compareFinalAnswers(finalOnly)),
    compareJson: (by) => panel.change(compareJsonBy(by)),
    ask: (id) => panel.post({ type: 'open', id }),
    askWhole: (id) => panel.post({ type: 'whole', id, finalOnly: true }),
    openDiff: (id) =>
      panel.post({ type: 'openDiff', left: { id, field: 'groundTruth' }, right: { id, field: 'prediction' } }),
    compare: (key) => panel.change(compareSample(key)),
  });
  const toolbar = createToolbar(panel, () => {
    clearSelectionIn(grid.element);
    textSelected = false;
    scroll.toTop();
    panel.change(showOffset(0));
    panel.post({ type: 'showNew' });
  });
  document.addEventListener('keydown', (event) => {
    // The editor's habit; a webview has no find of its own.
    const asksToFind = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === 'f';
    if (!asksToFind || panel.view().tab !== 'predictions') return;
    event.preventDefault();
    toolbar.focus();
  });
  const pager = createPager(panel);
  const whole = element('div', { class: 'predictions' });
  const fit = createFit(
    panel,
    { whole, scroller: grid.element, table: grid.table },
    () => !textSelected,
    grid.setLines,
  );
  const nothing = createAbsence(() => {
    toolbar.focus();
    panel.change(filterBy(noFilters));
  });
  const scroll = followScroll(grid.element, panel, settle);
  document.addEventListener('selectionchange', () => {
    textSelected = hasSelectionIn(grid.element);
    settle();
  });

  const hold: Transition = (view) =>
    holdFor({
      rows: page?.rows.map(({ id }) => id) ?? [],
      textSelected,
      scrolled: scroll.away(),
      settled: panel.status().settled,
    })(view);

  function settle() {
    panel.change((view) => {
      // Before the first snapshot or a search is over, a kept page may lie behind rows that are still to come.
      if (page === null || page.searching || !panel.status().settled) return view;
      const last = lastOffset(page.total, view.pageSize);
      return view.offset > last ? showOffset(last)(view) : view;
    });
  }

  function allColumns(): readonly Column[] {
    const [view, scores] = [panel.view(), panel.scores()];
    const from = [view.columnOrder, scores];
    if (from.some((part, index) => part !== columnsFrom[index])) columns = columnsOf(view, scores);
    columnsFrom = from;
    return columns;
  }

  function refresh() {
    const view = panel.view();
    const scores = panel.scores();
    toolbar.show(page, allColumns());
    const rows = page?.rows ?? [];
    grid.show({
      rows,
      offset: page?.offset ?? 0,
      total: page?.total ?? 0,
      busy: page?.searching ?? false,
      view: { ...view, hiddenColumns: outOfSight(view.hiddenColumns, view.emptyColumns, scores) },
      columns: allColumns(),
      scores,
      widths: panel.layout().widths,
    });
    setAttribute(grid.element, 'hidden', rows.length === 0);
    nothing.show(pageAbsence(page, view, panel.status(), formats, scores.scores));
    pager.show(page);
    scroll.follow(queryOf(view), rows.length > 0, panel.status().settled && page?.searching !== true);
    fit.follow(page);
    askForDetails();
  }

  function askForDetails() {
    const open = (page?.rows ?? []).map(({ id }) => id).filter((id) => panel.view().expanded.includes(id));
    for (const id of open) if (!asked.has(id)) panel.post({ type: 'open', id });
    asked = new Set(open);
  }

  whole.append(toolbar.element, grid.element, nothing.element, pager.element);
  refresh();
  return {
    element: whole,
    showPage: (message) => {
      searchBegan = message.searching ? (searchBegan ?? performance.now()) : null;
      const whole = wholePage(message, told);
      told = whole.rows;
      const arrived = nextPage(page, whole, searchBegan === null ? 0 : performance.now() - searchBegan);
      const { epochs, checkpoints, stored } = arrived;
      const parts = { epochs, checkpoints, stored };
      // Made before the host heard of the hold: its rows would move what is held, its epochs are told but once.
      page = page !== null && panel.view().hold && !message.held ? { ...page, ...parts } : arrived;
      refresh();
      settle();
    },
    showDetail: ({ id, detail }) => grid.showDetail(id, detail),
    showGroup: ({ id, group }) => grid.showGroup(id, group),
    showWhole: ({ id, texts }) => grid.showWhole(id, texts),
    refresh,
    version: () => page?.version ?? null,
    settle,
    hold,
  };
}
