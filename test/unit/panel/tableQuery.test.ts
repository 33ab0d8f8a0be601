import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newestFirst, predictionOrder } from '../../../src/model/order.ts';
import { restartOf, revisionOf } from '../../../src/model/restarts.ts';
import { initialView } from '../../../src/panel/initialView.ts';
import type { Condition, ViewState } from '../../../src/panel/protocol/view.ts';
import { TableView } from '../../../src/panel/tableView.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { plainJudge, plainLive, plainMarks, plainNames, plainSamples, plainScores } from '../../support/plainModel.ts';
import { aPrediction } from '../../support/predictions.ts';
import { randomRows } from '../../support/randomRows.ts';

const names = ['reward', 'judge', 'kl', 'own', 'char_error_rate', 'exact_match', '__proto__', 'absent'];
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    score: fc.constantFrom(...names),
    comparison: fc.constantFrom('<' as const, '≤' as const, '=' as const, '≥' as const, '>' as const),
    value: fc.oneof(
      fc.nat(64).map((n) => n / 64),
      fc.constantFrom(0, 1, -3.5, 0.5 + 1e-12),
    ),
  }),
  fc.record({ score: fc.constantFrom(...names), comparison: fc.constant('none' as const) }),
);
const sort = fc.record({
  column: fc.constantFrom(
    ...(['epoch', 'step', 'charErrorRate', 'exactMatch', 'validation'] as const),
    ...(['score:reward', 'score:kl', 'score:own', 'score:__proto__', 'score:absent'] as const),
  ),
  descending: fc.boolean(),
});
/** Of single rows. */
const asked = fc.record({
  epoch: fc.option(fc.nat(3)),
  step: fc.option(fc.nat(3)),
  source: fc.option(fc.constantFrom('', 'train', 'val')),
  conditions: fc.array(condition, { maxLength: 2 }),
  regressedOnly: fc.boolean(),
  superseded: fc.boolean(),
  sort: fc.option(sort),
});

const seldom = { freq: 1 };
const askedOfGroups = fc.record({
  ...{ epoch: fc.option(fc.nat(3), seldom), step: fc.option(fc.nat(3), seldom), superseded: fc.boolean() },
  ...{
    source: fc.option(fc.constantFrom('', 'train', 'val'), seldom),
    conditions: fc.array(condition, { maxLength: 2 }),
  },
  ...{ regressedOnly: fc.boolean(), invalidOnly: fc.boolean(), sort: fc.option(sort, seldom) },
  search: fc.constantFrom('', '', 'answer 1'),
});

/** Many completions of few samples, in any order; the first has all scores, so that the same one decides throughout. */
const crowdedRows = fc
  .array(
    fc.record({
      step: fc.nat(2),
      sample_index: fc.nat(1),
      sample_source: fc.constantFrom('train', 'val'),
      completion_index: fc.nat(4),
      validation_pass: fc.constantFrom(true, true, false),
      prediction: fc.constantFrom('answer 1', 'answer 2', 'answer 2'),
      reward: fc.nat(4),
      kl: fc.option(fc.nat(4)),
    }),
    { minLength: 4, maxLength: 60 },
  )
  .map((rows) =>
    rows.map(({ reward, kl, ...row }, n) => {
      const scores = { reward: reward / 4, kl: n === 0 ? 0 : kl, char_error_rate: 0, exact_match: n % 2 };
      return aPrediction({ ...row, id: `id ${n}`, scores: { ...scores, judge: 1, own: 1 } });
    }),
  );

const scoreOf: Record<string, string> = {
  charErrorRate: 'char_error_rate',
  exactMatch: 'exact_match',
  validation: 'validation_pass',
};

function plainlyFulfils(value: number | undefined, wanted: Condition): boolean {
  if (wanted.comparison === 'none') return value === undefined;
  if (value === undefined) return false;
  const isEqual = Math.abs(value - wanted.value) < 1e-9;
  const isLess = !isEqual && value < wanted.value;
  return { '<': isLess, '≤': isLess || isEqual, '=': isEqual, '≥': !isLess, '>': !isLess && !isEqual }[
    wanted.comparison
  ];
}

/** The ids that a view shows, from all rows at once. */
function plainIds(rows: readonly Prediction[], view: ViewState, chosen: string | null): string[] {
  const kept = new Set(plainNames(rows));
  const scoreIn = (row: Prediction, name: string) => (kept.has(name) ? plainScores(row).get(name) : undefined);
  const marks = plainMarks(rows, plainJudge(rows, undefined, chosen));
  const live = new Set(plainLive(rows));
  const { sort: order } = view;
  const found = rows.filter(
    (row) =>
      (view.superseded || live.has(row)) &&
      (view.epoch === null || (row.epoch === view.epoch && (view.step === null || row.step === view.step))) &&
      (view.source === null || (row.sample_source ?? '') === view.source) &&
      view.conditions.every((wanted) => plainlyFulfils(scoreIn(row, wanted.score), wanted)) &&
      (!view.regressedOnly || marks.get(row.id) === 'worse'),
  );
  const value = (row: Prediction): number => {
    const column = order?.column ?? 'epoch';
    if (column === 'epoch' || column === 'step') return row[column];
    return scoreIn(row, scoreOf[column] ?? column.slice('score:'.length)) ?? Number.NaN;
  };
  const compare = (a: Prediction, b: Prediction): number => {
    if (order === null) return 0;
    const [left, right] = [value(a), value(b)];
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return (left - right) * (order.descending ? -1 : 1);
  };
  return found.sort((a, b) => compare(a, b) || newestFirst(predictionOrder, a, b)).map(({ id }) => id);
}

/** The rows of each group that a view shows, from all rows at once: those of a line in their order. */
function plainGroups(rows: readonly Prediction[], view: ViewState, chosen: string | null): string[][] {
  const kept = new Set(plainNames(rows));
  const scoreIn = (row: Prediction, name: string) => (kept.has(name) ? plainScores(row).get(name) : undefined);
  const marks = plainMarks(rows, plainJudge(rows, undefined, chosen));
  const live = new Set(plainLive(rows));
  const sampleOf = plainSamples(rows);
  const { sort: order, search } = view;
  const groups = new Map<string, Prediction[]>();
  for (const row of rows.toSorted((a, b) => newestFirst(predictionOrder, b, a))) {
    if (!view.superseded && !live.has(row)) continue;
    const writing = live.has(row) ? '' : `${restartOf(row)} ${revisionOf(row)}`;
    const key = JSON.stringify([sampleOf(row), row.epoch, row.step, live.has(row), writing]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const mean = (group: readonly Prediction[], name: string): number | undefined => {
    const values = group.flatMap((row) => scoreIn(row, name) ?? []);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const last = (group: readonly Prediction[]): Prediction => group.at(-1) ?? aPrediction();
  const found = [...groups.values()].filter((group) => {
    const row = last(group);
    return (
      (view.epoch === null || (row.epoch === view.epoch && (view.step === null || row.step === view.step))) &&
      (view.source === null || (row.sample_source ?? '') === view.source) &&
      view.conditions.every((wanted) => plainlyFulfils(mean(group, wanted.score), wanted)) &&
      (!view.regressedOnly || marks.get(row.id) === 'worse') &&
      (!view.invalidOnly || group.some((one) => scoreIn(one, 'validation_pass') === 0)) &&
      (search === '' || group.some((one) => one.prediction.includes(search)))
    );
  });
  const value = (group: readonly Prediction[]): number => {
    const column = order?.column ?? 'epoch';
    if (column === 'epoch' || column === 'step') return last(group)[column];
    return mean(group, scoreOf[column] ?? column.slice('score:'.length)) ?? Number.NaN;
  };
  const compare = (a: readonly Prediction[], b: readonly Prediction[]): number => {
    if (order === null) return 0;
    const [left, right] = [value(a), value(b)];
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return (left - right) * (order.descending ? -1 : 1);
  };
  const ordered = found.sort((a, b) => compare(a, b) || newestFirst(predictionOrder, last(a), last(b)));
  return ordered.map((group) => group.map(({ id }) => id));
}

function shownIds(table: TableView): string[] {
  while (table.work());
  return table.page().rows.map(({ id }) => id);
}

/** The rows of each line, by the line's id. */
function shownGroups(table: TableView, store: PredictionStore): string[][] {
  return shownIds(table).map((id) => {
    const row = store.table.find(id);
    return row === undefined ? [] : store.group(row).map((other) => store.table.id(other));
  });
}

function exported(table: TableView, store: PredictionStore): string[] {
  return table.rows.rowsBefore(store.arrivals).map((row) => store.table.id(row));
}

describe('what a table is asked for', () => {
  it('is what a plain filter and sort of all rows gives, whatever arrives and decides meanwhile', () => {
    fc.assert(
      fc.property(randomRows, asked, fc.nat(40), fc.constantFrom(null, ...names), (rows, wanted, at, chosen) => {
        const view = { ...initialView(1000), ...wanted, group: false };
        const store = new PredictionStore();
        const settings = store.scoreSettings;
        for (const row of rows.slice(0, at)) store.add(row);
        const table = new TableView(store, view);
        assert.deepEqual(shownIds(table), plainIds(rows.slice(0, at), view, null));
        for (const row of rows.slice(at)) store.add(row);
        assert.deepEqual(shownIds(table), plainIds(rows, view, null));
        store.judgeBy(settings, chosen);
        assert.deepEqual(shownIds(table), plainIds(rows, view, chosen));
      }),
      { numRuns: 300 },
    );
  });

  it('is what a plain grouping of all rows gives, whatever arrives and decides meanwhile', () => {
    fc.assert(
      fc.property(
        randomRows,
        askedOfGroups,
        fc.nat(40),
        fc.constantFrom(null, ...names),
        (rows, wanted, at, chosen) => {
          const view = { ...initialView(1000), ...wanted, group: true };
          const store = new PredictionStore();
          for (const row of rows.slice(0, at)) store.add(row);
          const table = new TableView(store, view);
          assert.deepEqual(shownGroups(table, store), plainGroups(rows.slice(0, at), view, null));
          for (const row of rows.slice(at)) {
            store.add(row);
            if (row.sample_index === 0) table.work();
          }
          assert.deepEqual(shownGroups(table, store), plainGroups(rows, view, null));
          store.judgeBy(store.scoreSettings, chosen);
          const groups = shownGroups(table, store);
          assert.deepEqual(groups, plainGroups(rows, view, chosen));
          assert.deepEqual([...new Set(groups.flat())].length, groups.flat().length);
          assert.deepEqual(exported(table, store), groups.flat());
        },
      ),
      { numRuns: 300 },
    );
  });

  it('comes back to all groups from any filter, with what arrived, was superseded and lost its sample meanwhile', () => {
    fc.assert(
      fc.property(
        fc.oneof(randomRows, crowdedRows),
        askedOfGroups,
        fc.boolean(),
        fc.nat(40),
        (rows, wanted, superseded, at) => {
          const all = { ...initialView(1000), superseded, group: true };
          const view = { ...initialView(1000), ...wanted, group: true };
          const store = new PredictionStore();
          for (const row of rows.slice(0, at)) store.add(row);
          const table = new TableView(store, all);
          assert.deepEqual(shownGroups(table, store), plainGroups(rows.slice(0, at), all, null));
          table.show(view, null);
          for (const row of rows.slice(at)) store.add(row);
          assert.deepEqual(shownGroups(table, store), plainGroups(rows, view, null));
          table.show(all, null);
          assert.deepEqual(shownGroups(table, store), plainGroups(rows, all, null));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is held as groups stood, in their order, whatever is added to them', () => {
    fc.assert(
      fc.property(crowdedRows, askedOfGroups, fc.integer({ min: 1, max: 50 }), (rows, wanted, at) => {
        const conditions = wanted.conditions.slice(0, 1);
        const view = { ...initialView(1000), ...wanted, conditions, epoch: null, group: true };
        const store = new PredictionStore();
        for (const row of rows.slice(0, at)) store.add(row);
        const table = new TableView(store, view);
        const before = shownIds(table);
        table.show({ ...view, hold: true }, table.page().version);
        for (const row of rows.slice(at)) {
          store.add(row);
          if (row.sample_index === 0) table.work();
        }
        // What regressed is told anew when an older answer comes late, held or not.
        if (!view.regressedOnly) assert.deepEqual(shownIds(table), before);
        const { total, newRows } = table.page();
        table.show(view, null);
        assert.deepEqual(shownGroups(table, store), plainGroups(rows, view, null));
        if (view.regressedOnly) return;
        assert.equal(total, before.length);
        assert.equal(newRows, Math.max(0, table.page().total - total));
        table.show({ ...view, hold: true }, store.rowSince(at));
        assert.deepEqual(shownIds(table), before, 'held as it stood before');
        assert.equal(table.page().total, before.length);
      }),
      { numRuns: 500 },
    );
  });

  it('groups by itself once a sample has several completions, but for a page that is held', () => {
    const store = new PredictionStore();
    const add = (id: string, step: number) => store.add(aPrediction({ id, step, scores: { reward: step } }));
    add('a', 1);
    const view = initialView(10);
    const table = new TableView(store, view);
    assert.deepEqual([shownIds(table), table.page().grouped, store.hasCompletions], [['a'], false, false]);
    table.show({ ...view, hold: true }, table.page().version);
    add('b', 1);
    add('c', 2);
    assert.deepEqual([shownIds(table), table.page().grouped, store.hasCompletions], [['a'], false, true]);
    table.show(view, null);
    assert.deepEqual([shownIds(table), table.page().grouped, table.page().total], [['c', 'a'], true, 2]);
    assert.deepEqual(
      table.page().rows.map(({ group }) => group?.completions ?? null),
      [null, 2],
    );
    table.show({ ...view, group: false }, null);
    assert.deepEqual(shownIds(table), ['c', 'b', 'a']);
  });

  it('keeps the id of a group that is open, though another row of it came first', () => {
    const store = new PredictionStore();
    for (const id of ['a', 'b']) store.add(aPrediction({ id }));
    const view = { ...initialView(10), expanded: ['b'] };
    assert.deepEqual(shownIds(new TableView(store, view)), ['b']);
  });

  it('holds a page still when another score decides, and counts anew what it shows', () => {
    const store = new PredictionStore();
    for (const [step, reward, kl] of [
      [1, 1, 1],
      [2, 0, 0],
      [3, 1, 1],
      [4, 0, 0],
    ] as const) {
      store.add(aPrediction({ step, scores: { reward, kl } }));
    }
    const view = { ...initialView(10), regressedOnly: true };
    const table = new TableView(store, view);
    assert.deepEqual(shownIds(table), ['0-4-0', '0-2-0']);
    table.show({ ...view, hold: true }, table.page().version);
    store.judgeBy(store.scoreSettings, 'kl');
    const { rows, total, newRows } = table.page();
    assert.deepEqual([rows.map(({ id, mark }) => [id, mark]), total, newRows], [[['0-3-0', 'worse']], 1, 0]);
  });

  it('sorts by what samples are called by, though one is called by a smaller number later', () => {
    const store = new PredictionStore();
    const add = (step: number, id: string, prompt_id: string, sample_index: number) =>
      store.add(aPrediction({ step, id, prompt_id, sample_index }));
    add(1, 'a', 'x', 5);
    add(1, 'b', 'y', 3);
    const view = { ...initialView(10), sort: { column: 'sample' as const, descending: false } };
    const table = new TableView(store, view);
    assert.deepEqual(shownIds(table), ['b', 'a']);
    add(2, 'c', 'x', 1);
    add(2, 'd', 'y', 4);
    assert.deepEqual(shownIds(table), ['d', 'b', 'c', 'a']);
    assert.deepEqual(
      table.page().rows.map(({ sampleIndex }) => sampleIndex),
      [3, 3, 1, 1],
    );
    assert.deepEqual(shownIds(new TableView(store, view)), ['c', 'a', 'd', 'b']);
  });
});
