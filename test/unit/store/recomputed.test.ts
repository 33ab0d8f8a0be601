import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { stepsToField } from '../../../src/wire/depth.ts';
import { parseExactly } from '../../../src/wire/exactJson.ts';
import { numberFields, type Prediction } from '../../../src/wire/prediction.ts';
import {
  plainChanges,
  plainJudge,
  plainMarks,
  plainNames,
  plainPoints,
  plainTrends,
} from '../../support/plainModel.ts';
import { randomRows } from '../../support/randomRows.ts';

/** What is rounded differently when it is added up in another order. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_name, inner: unknown) =>
    typeof inner === 'number' ? Math.round(inner * 1e9) / 1e9 : inner,
  );
}

function filled(rows: readonly Prediction[]): PredictionStore {
  const store = new PredictionStore();
  for (const row of rows) store.add(row);
  return store;
}

const shuffledRows = randomRows.chain((rows) =>
  fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
);

describe('the store of a job', () => {
  it('tells the same scores, marks, changes and points as all rows at once, in whatever order they come', () => {
    fc.assert(
      fc.property(shuffledRows, ([rows, arrivals]) => {
        const store = filled(arrivals);
        const names = plainNames(rows);
        const judge = plainJudge(rows);
        assert.deepEqual(store.scoreNames, names);
        assert.deepEqual(store.judge, judge);
        assert.deepEqual(store.changes(), plainChanges(rows, judge));
        assert.deepEqual(rounded(store.points(names)), rounded(plainPoints(rows, names, plainJudge(rows))));
        assert.deepEqual(rounded(store.trends()), rounded(plainTrends(rows)));
        const marks = plainMarks(rows, judge);
        for (const row of store.rows(null, 0, rows.length)) {
          assert.equal(store.mark(row), marks.get(store.table.id(row)));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('tells them by the score and the direction that are chosen, at any moment', () => {
    fc.assert(
      fc.property(randomRows, fc.nat(40), fc.constantFrom('higher', 'lower', 'none'), (rows, at, direction) => {
        const store = filled(rows.slice(0, at));
        const chosen = plainNames(rows).at(at % 5) ?? null;
        const settings = {
          directions: new Map(chosen === null ? [] : [[chosen, direction]]),
          labels: new Map(),
          deciding: null,
        };
        store.judgeBy(settings, chosen);
        for (const row of rows.slice(at)) store.add(row);
        const judge = plainJudge(rows, settings, chosen);
        assert.deepEqual(store.judge, judge);
        assert.deepEqual(store.changes(), plainChanges(rows, judge));
      }),
      { numRuns: 100 },
    );
  });

  it('tells of what rows since then touched as it tells of all', () => {
    fc.assert(
      fc.property(randomRows, fc.nat(40), (rows, at) => {
        const store = filled(rows.slice(0, at));
        const names = plainNames(rows);
        const known = new Map(store.changes().map((changes) => [`${changes.epoch} ${changes.step}`, changes]));
        const before = { size: store.size, reckoning: store.reckoning, judge: store.judge };
        store.points(names);
        for (const row of rows.slice(at)) store.add(row);
        for (const changes of store.changesSince(before.size)) known.set(`${changes.epoch} ${changes.step}`, changes);
        const isSame = store.reckoning === before.reckoning && store.judge === before.judge;
        if (isSame) {
          assert.deepEqual(
            [...known.values()].sort((a, b) => a.epoch - b.epoch || a.step - b.step),
            store.changes(),
          );
        }
        assert.deepEqual(rounded(store.points(names)), rounded(plainPoints(rows, names, plainJudge(rows))));
      }),
      { numRuns: 100 },
    );
  });

  it('reads every row back as it came', () => {
    fc.assert(
      fc.property(randomRows, (rows) => {
        const store = filled(rows);
        for (const row of rows) assert.equal(JSON.stringify(store.get(row.id)), JSON.stringify(row));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps columns for the first sixty-four scores by name, in whatever order they come', () => {
    const names = Array.from({ length: 100 }, (_, n) => `s${String(n).padStart(3, '0')}`);
    for (const order of [names, names.toReversed()]) {
      const rows = order.map((name, index) => ({
        ...row(index),
        scores: { [name]: index },
      }));
      const store = filled(rows);
      assert.deepEqual(store.scoreNames, names.slice(0, 64));
      assert.equal(store.scoresLeftOut, 36);
    }
  });

  it('takes scores whose digits are kept, as those of a minus zero are', () => {
    const text = '{"scores":{"a":-0.0,"b":0.12345678901234567890123,"c":1e400,"d":2}}';
    const sent = parseExactly(text, stepsToField.ofRow, numberFields) as Partial<Prediction>;
    const store = filled([{ ...row(0), ...sent }]);
    assert.deepEqual(store.scoreNames, ['a', 'b', 'd']);
    assert.equal(store.table.score(0, 'b'), 0.12345678901234568);
    assert.ok(JSON.stringify(store.get('id 0')).includes('0.12345678901234567890123'));
  });

  it('takes a score of any name', () => {
    const store = filled([{ ...row(0), scores: JSON.parse('{"__proto__":0.5,"constructor":1,"":0}') as unknown }]);
    // A name needs a character: of another shape, the field is as good as absent.
    assert.deepEqual(store.scoreNames, []);
    const other = filled([{ ...row(0), scores: JSON.parse('{"__proto__":0.5,"constructor":true}') as unknown }]);
    assert.deepEqual(other.scoreNames, ['__proto__', 'constructor']);
    assert.equal(other.table.score(0, '__proto__'), 0.5);
  });
});

function row(index: number): Prediction {
  return {
    id: `id ${index}`,
    epoch: 0,
    step: index,
    sample_index: 0,
    prompt: 'p',
    prediction: 'a',
    created_at: '2026-01-01T00:00:00.000Z',
  };
}
