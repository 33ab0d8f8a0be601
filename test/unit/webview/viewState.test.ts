import assert from 'node:assert/strict';
import { initialView as initialViewOf } from '../../../src/panel/initialView.ts';
import { initialLayout, readKeptState } from '../../../webview/keptState.ts';
import { fullOrder, movedColumn } from '../../../webview/predictions/columnOrder.ts';
import {
  addCondition,
  compareSample,
  filterBy,
  holdFor,
  orderColumns,
  queryOf,
  removeCondition,
  showCheckpointInTable,
  showColumn,
  showOffset,
  showPageSize,
  showSample,
  sortBy,
  toggleAnswer,
  toggleColumn,
  toggleRow,
  wrapTexts,
} from '../../../webview/viewState.ts';

const initialView = initialViewOf(10);
const reading = { rows: ['a', 'b'], textSelected: false, scrolled: false, settled: true };

describe('the hold rule', () => {
  it('lets rows in on the first page while nothing is read closely', () => {
    assert.equal(holdFor(reading)(initialView).hold, false);
  });

  it('holds while a row on the screen is open', () => {
    const open = toggleRow('a')(initialView);
    assert.equal(holdFor(reading)(open).hold, true);
    assert.equal(holdFor(reading)(toggleRow('a')(open)).hold, false);
  });

  it('does not hold for an open row that is not on the screen', () => {
    assert.equal(holdFor(reading)(toggleRow('gone')(initialView)).hold, false);
  });

  it('holds while text is selected', () => {
    assert.equal(holdFor({ ...reading, textSelected: true })(initialView).hold, true);
  });

  it('holds while the top of the table is out of sight', () => {
    assert.equal(holdFor({ ...reading, scrolled: true })(initialView).hold, true);
  });

  it('holds on every page but the first', () => {
    const second = showOffset(10)(initialView);
    assert.equal(holdFor(reading)(second).hold, true);
    assert.equal(holdFor(reading)(showOffset(0)(second)).hold, false);
  });

  it('holds every order but newest first', () => {
    const sorted = sortBy('charErrorRate')(initialView);
    assert.equal(holdFor(reading)(sorted).hold, true);
  });

  it('lets rows in that the filters show', () => {
    assert.equal(holdFor(reading)(filterBy({ epoch: 1, search: 'x', invalidOnly: true })(initialView)).hold, false);
  });

  it('holds nothing while no row is on the screen', () => {
    const view = showOffset(10)(initialView);
    assert.equal(holdFor({ rows: [], textSelected: true, scrolled: true, settled: true })(view).hold, false);
  });

  it('holds nothing before the first snapshot is over, since its rows are not new', () => {
    const view = toggleRow('a')(showOffset(10)(initialView));
    assert.equal(holdFor({ ...reading, settled: false })(view).hold, false);
  });

  it('gives the same state back when nothing changes', () => {
    assert.equal(holdFor(reading)(initialView), initialView);
  });
});

describe('what a panel shows', () => {
  const view = { ...initialView, offset: 30, expanded: ['a'] };

  it('starts at the first row and closes rows when a filter changes', () => {
    assert.deepEqual(filterBy({ epoch: 3 })(view), { ...initialView, epoch: 3 });
    assert.deepEqual(filterBy({ search: 'x' })({ ...view, epoch: 3 }), { ...initialView, epoch: 3, search: 'x' });
  });

  it('sorts upwards, then downwards, then newest first again', () => {
    const orders = [1, 2, 3].reduce((views) => [...views, sortBy('step')(views.at(-1) ?? view)], [] as (typeof view)[]);
    assert.deepEqual(
      orders.map(({ sort }) => sort),
      [{ column: 'step', descending: false }, { column: 'step', descending: true }, null],
    );
    assert.deepEqual(orders[2], initialView);
    const other = sortBy('epoch')(orders[1] ?? view);
    assert.deepEqual(other.sort, { column: 'epoch', descending: false });
  });

  it('hides columns, and ends an order whose column is hidden', () => {
    const hidden = toggleColumn('step')(toggleColumn('prompt')(view));
    assert.deepEqual(hidden.hiddenColumns, ['prompt', 'step']);
    assert.deepEqual(hidden.expanded, ['a']);
    assert.deepEqual(toggleColumn('prompt')(hidden).hiddenColumns, ['step']);
    assert.equal(toggleColumn('step')(sortBy('step')(view)).sort, null);
    assert.deepEqual(toggleColumn('step')(sortBy('epoch')(view)).sort, { column: 'epoch', descending: false });
  });

  it('wraps texts where one reads', () => {
    assert.deepEqual(wrapTexts(true)(view), { ...view, wrap: true });
  });

  it('turns to a checkpoint in the table, of the source that the charts show', () => {
    const filtered = {
      ...view,
      search: 'Leeds',
      source: 'val',
      conditions: [{ score: 'a', comparison: 'none' as const }],
    };
    const shown = { ...initialView, epoch: 0, step: 1200, source: 'val' };
    assert.deepEqual(showCheckpointInTable({ epoch: 0, step: 1200 })({ ...filtered, tab: 'trends' }), shown);
  });

  it('turns to a sample, and to an epoch in the table', () => {
    assert.deepEqual(compareSample(7)(view), { ...view, tab: 'comparison', sample: 7 });
    const filtered = { search: 'Leeds', invalidOnly: true, regressedOnly: true };
    assert.deepEqual(showCheckpointInTable({ epoch: 2, step: null })({ ...view, ...filtered, tab: 'trends' }), {
      ...initialView,
      epoch: 2,
    });
  });

  it('begins at its top again with another query, and with nothing else', () => {
    assert.equal(queryOf(view), queryOf({ ...toggleColumn('step')(toggleRow('b')(view)), wrap: true }));
    for (const other of [filterBy({ search: 'x' }), sortBy('step'), showOffset(10), showPageSize(25)]) {
      assert.notEqual(queryOf(view), queryOf(other(view)));
    }
  });

  it('closes rows when the page is turned, and never goes before the first row', () => {
    assert.deepEqual(showOffset(-10)(view), initialView);
  });

  it('keeps the first row of the page in sight when the page size changes', () => {
    const { offset, pageSize } = showPageSize(25)(view);
    assert.deepEqual({ offset, pageSize }, { offset: 25, pageSize: 25 });
  });

  it('is read back from what was kept', () => {
    const kept = {
      restore: 'job',
      view: {
        ...sortBy('step')(toggleColumn('prompt')(filterBy({ search: 'x', epoch: 2 })(view))),
        tab: 'trends',
        sample: 7,
      },
      layout: { widths: { prompt: 300 }, scroll: { top: 10, left: 0 }, tables: ['cer'] },
    };
    assert.deepEqual(readKeptState(JSON.parse(JSON.stringify(kept))), kept);
  });

  it('is filtered by several conditions on scores, each of which can be taken away', () => {
    const [low, none] = [
      { score: 'reward', comparison: '<' as const, value: 0.5 },
      { score: 'judge', comparison: 'none' as const },
    ];
    const both = addCondition({ ...low })(addCondition(none)(addCondition(low)(view)));
    assert.deepEqual(both, { ...initialView, conditions: [none, low] });
    assert.deepEqual(removeCondition({ ...none })(both).conditions, [low]);
    assert.notEqual(queryOf(both), queryOf(initialView));
    const most = Array.from({ length: 30 }, (_, value) => addCondition({ ...low, value })).reduce(
      (all, add) => add(all),
      view,
    );
    assert.equal(most.conditions.length, 20);
    assert.equal(most.conditions.at(-1)?.comparison === '<' && most.conditions.length, 20);
  });

  it('puts a column into the place of another one, and shows one that is hidden', () => {
    const order = fullOrder(['score:a', 'score:b']);
    assert.deepEqual(order.slice(-3), ['validation', 'score:a', 'score:b']);
    const moved = movedColumn(order, 'score:b', 'step');
    assert.deepEqual(moved.slice(0, 3), ['epoch', 'score:b', 'step']);
    assert.deepEqual(movedColumn(moved, 'score:b', 'step').slice(0, 3), ['epoch', 'step', 'score:b']);
    assert.deepEqual(fullOrder(orderColumns(moved)(view).columnOrder), moved);
    const hidden = toggleColumn('score:a')(view);
    assert.deepEqual([showColumn('score:a')(hidden).hiddenColumns, showColumn('score:a')(view)], [[], view]);
  });

  it('is read back from what a version without checkpoints and scores kept', () => {
    const { step, source, conditions, columnOrder, ...old } = filterBy({ epoch: 2 })(toggleColumn('prompt')(view));
    const kept = readKeptState({ restore: 'job', view: old, layout: { ...initialLayout, widths: { epoch: 90 } } });
    assert.deepEqual(kept?.view, { ...old, step: null, source: null, conditions: [], columnOrder: [] });
    assert.deepEqual(kept?.layout.widths, { epoch: 90 });
    assert.deepEqual([step, source, conditions, columnOrder], [null, null, [], []]);
  });

  it('is read back from what a version without choices for the charts kept', () => {
    const { trendScores, trendMetrics, trendAxis, trendBand, smoothing, logScale, ...old } = view;
    const kept = readKeptState({ restore: 'job', view: old, layout: { ...initialLayout, tables: ['cer'] } });
    assert.deepEqual(kept?.view, view);
    assert.deepEqual(kept?.layout.tables, ['cer']);
    assert.deepEqual(
      [trendScores, trendMetrics, trendAxis, trendBand, smoothing, logScale],
      [null, null, null, null, 0, false],
    );
  });

  it('is read back with what was chosen for the charts', () => {
    const charts = {
      ...{ trendScores: ['reward', '__proto__'], trendMetrics: ['train/loss'], trendAxis: 'epoch' },
      ...{ trendBand: 'range', smoothing: 0.99, logScale: true },
    };
    const layout = { ...initialLayout, folded: ['train', '__proto__'] };
    const kept = JSON.parse(JSON.stringify({ restore: 'job', view: { ...view, ...charts }, layout })) as unknown;
    assert.deepEqual(readKeptState(kept), kept);
  });

  it('is read back from what a version without groups of completions kept', () => {
    const { group, superseded, finalAnswerOnly, openAnswers, ...old } = filterBy({ epoch: 2 })(view);
    assert.deepEqual([group, superseded, finalAnswerOnly, openAnswers], [null, false, true, []]);
    assert.deepEqual(readKeptState({ restore: 'job', view: old, layout: initialLayout })?.view, {
      ...old,
      group: null,
      superseded: false,
      finalAnswerOnly: true,
      openAnswers: [],
    });
    for (const unfit of [{ group: 1 }, { superseded: null }, { openAnswers: [1] }, { finalAnswerOnly: 0 }]) {
      assert.equal(readKeptState({ restore: 'job', view: { ...view, ...unfit } }), null);
    }
  });

  it('opens and closes the completions of an answer, as long as its sample is shown', () => {
    const open = toggleAnswer('0 1')(showSample('a')(view));
    assert.deepEqual(open.openAnswers, ['0 1']);
    assert.deepEqual(toggleAnswer('0 1')(open).openAnswers, []);
    assert.deepEqual(showSample('a')(open).openAnswers, ['0 1']);
    assert.deepEqual(showSample('b')(open).openAnswers, []);
  });

  it('closes rows when lines become groups or superseded rows are shown', () => {
    for (const lines of [{ group: true }, { superseded: true }]) {
      assert.deepEqual(filterBy(lines)(view), { ...initialView, ...lines });
      assert.notEqual(queryOf(filterBy(lines)(initialView)), queryOf(initialView));
    }
  });

  it('is read back with scores of any name', () => {
    const scored = {
      ...sortBy('score:__proto__')(addCondition({ score: 'a', comparison: '≥', value: -1 })(view)),
      ...{ epoch: 1, step: 50, source: 'val', columnOrder: ['score:__proto__', 'epoch'], hiddenColumns: ['score:'] },
    };
    const layout = { ...initialLayout, widths: { 'score:__proto__': 80 } };
    const kept = JSON.parse(JSON.stringify({ restore: 'job', view: scored, layout })) as unknown;
    assert.deepEqual(readKeptState(kept), kept);
  });

  it('is read back without a layout that does not fit', () => {
    const scroll = { top: 0, left: 0 };
    const unfit = [
      undefined,
      {},
      { ...initialLayout, widths: { prompt: '3' } },
      { widths: {} },
      { widths: {}, scroll },
    ];
    for (const layout of [...unfit, { ...initialLayout, tables: [1] }]) {
      const kept = readKeptState({ restore: 'job', view, layout });
      assert.deepEqual(kept, { restore: 'job', view, layout: initialLayout });
    }
  });

  for (const [what, kept] of [
    ['nothing', undefined],
    ['a text', 'text'],
    ['a view without what leads to the job', { view: initialView }],
    ['no view', { restore: 'job' }],
    ['a tab that does not exist', { restore: 'job', view: { ...initialView, tab: 'toString' } }],
    ['an offset below 0', { restore: 'job', view: { ...initialView, offset: -1 } }],
    ['an offset that is no whole number', { restore: 'job', view: { ...initialView, offset: 0.5 } }],
    ['a page size of 0', { restore: 'job', view: { ...initialView, pageSize: 0 } }],
    ['an order by no column', { restore: 'job', view: { ...initialView, sort: { column: 'id', descending: true } } }],
    ['a hidden column that does not exist', { restore: 'job', view: { ...initialView, hiddenColumns: ['id'] } }],
    ['a search that is no text', { restore: 'job', view: { ...initialView, search: null } }],
    ['open rows that are no texts', { restore: 'job', view: { ...initialView, expanded: [1] } }],
    ['a step that is no number', { restore: 'job', view: { ...initialView, step: '5' } }],
    ['a source that is no text', { restore: 'job', view: { ...initialView, source: 5 } }],
    ['a place of no column', { restore: 'job', view: { ...initialView, columnOrder: ['id'] } }],
    ...[
      { score: 'a', comparison: '<', value: null },
      { score: 'a', comparison: 'toString', value: 1 },
      { score: 1, comparison: 'none' },
    ].map(
      (condition) =>
        ['a condition that cannot be', { restore: 'job', view: { ...initialView, conditions: [condition] } }] as const,
    ),
    ['a smoothing that would hide all', { restore: 'job', view: { ...initialView, smoothing: 1 } }],
    ['an axis of nothing', { restore: 'job', view: { ...initialView, trendAxis: 'time' } }],
    ['charts of no names', { restore: 'job', view: { ...initialView, trendScores: [1] } }],
    ['a field too few', { restore: 'job', view: { tab: 'trends' } }],
  ] as const) {
    it(`starts afresh where ${what} was kept`, () => {
      assert.equal(readKeptState(kept), null);
    });
  }
});
