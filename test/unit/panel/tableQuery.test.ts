import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newestFirst, predictionOrder } from '../../../src/model/order.ts';
import { initialView } from '../../../src/panel/initialView.ts';
import type { Condition, ViewState } from '../../../src/panel/protocol.ts';
import { TableView } from '../../../src/panel/tableView.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { plainJudge, plainMarks, plainNames, plainScores } from '../../support/plainModel.ts';
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
const asked = fc.record({
  epoch: fc.option(fc.nat(3)),
  step: fc.option(fc.nat(3)),
  source: fc.option(fc.constantFrom('', 'train', 'val')),
  conditions: fc.array(condition, { maxLength: 2 }),
  regressedOnly: fc.boolean(),
  sort: fc.option(sort),
});

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
  const { sort: order } = view;
  const found = rows.filter(
    (row) =>
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

function shownIds(table: TableView): string[] {
  while (table.work());
  return table.page().rows.map(({ id }) => id);
}

describe('what a table is asked for', () => {
  it('is what a plain filter and sort of all rows gives, whatever arrives and decides meanwhile', () => {
    fc.assert(
      fc.property(randomRows, asked, fc.nat(40), fc.constantFrom(null, ...names), (rows, wanted, at, chosen) => {
        const view = { ...initialView(1000), ...wanted };
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
