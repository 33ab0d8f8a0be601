import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findDifference } from '../../../src/panel/differences/difference.ts';
import { Differences } from '../../../src/panel/differences/differences.ts';
import { initialView } from '../../../src/panel/initialView.ts';
import type { Row } from '../../../src/panel/protocol/table.ts';
import type { DifferencePart } from '../../../src/panel/protocol/texts.ts';
import type { ToldCheckpoints } from '../../../src/panel/protocol/trends.ts';
import type { HostMessageOf } from '../../../src/panel/protocol.ts';
import { type ComparisonView, SampleView } from '../../../src/panel/sampleView.ts';
import { TableView } from '../../../src/panel/tableView.ts';
import { shortened, TrendsView } from '../../../src/panel/trendsView.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { nextComparison } from '../../../webview/comparison/nextComparison.ts';
import { wholePage } from '../../../webview/predictions/pageTexts.ts';
import { nextTrends, type Trends } from '../../../webview/trends/nextTrends.ts';
import { aPrediction } from '../../support/predictions.ts';
import { type Random, randomOf } from '../../support/random.ts';
import type { Fields } from '../../support/serverClient.ts';

/** As a panel begins. */
const plainAnswers = { superseded: false, finalAnswerOnly: true, openAnswers: [], sampleSearch: '' };

const epochs = 12;
const samples = 5;

const firstView = initialView(5);

/** Finds all differences itself, however busy the machine is. */
class AtOnce extends Differences {
  override get(_key: string, from: string, to: string): DifferencePart[] | null {
    return findDifference(from, to, 10_000);
  }
}

/** Rows in no order, some epochs with several answers to one sample, some without a rate. */
function addSome(store: PredictionStore, random: Random, count: number, more: () => Fields = () => ({})): void {
  for (let n = 0; n < count; n += 1) {
    store.add(
      aPrediction({
        id: `${store.arrivals}`,
        epoch: random.between(0, epochs),
        step: random.between(0, 100),
        sample_index: random.between(0, samples),
        char_error_rate: random.chance(0.1) ? null : random.between(0, 5) / 5,
        exact_match: random.chance(0.1) ? 1 : 0,
        ...more(),
      }),
    );
  }
}

/** Some rows of several sources, with a score of the job's own, some of which a later start takes the place of. */
function scored(random: Random): Fields {
  return {
    ...(random.chance(0.3) && { sample_source: random.chance(0.5) ? 'train' : 'val' }),
    ...(random.chance(0.2) && { scores: { reward: random.between(0, 9) / 9 } }),
    ...(random.chance(0.02) && { restart: 1, restart_from: random.between(50, 100) }),
  };
}

/** What both sides may differ in: how much was told at once. */
const shownComparison = ({ allSamples: _, allHistory: __, places: ___, ...rest }: HostMessageOf<'comparison'>) => rest;

describe('what is told in pieces', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    it(`adds up to the rows of the page that is told at once (seed ${seed})`, () => {
      const random = randomOf(seed);
      const store = new PredictionStore();
      const view = new TableView(store, firstView);
      let shown: readonly Row[] = [];
      let known = 0;
      for (let round = 0; round < 60; round += 1) {
        addSome(store, random, random.between(0, 4));
        if (random.chance(0.05)) store.clear();
        if (random.chance(0.05)) {
          view.forgetReader();
          shown = [];
        }
        const state = { ...firstView, offset: random.chance(0.8) ? 0 : 5, regressedOnly: random.chance(0.3) };
        view.show(state, null);
        const atOnce = new TableView(store, state);
        // However busy the machine is.
        for (const table of [view, atOnce]) while (table.work());
        const message = view.message();
        known += message.rows.filter((row) => typeof row === 'string').length;
        const { rows } = wholePage(message, shown);
        assert.deepEqual(rows, atOnce.page().rows);
        shown = rows;
      }
      assert.ok(known > 50, `${known} rows by their ids`);
    });

    it(`adds up to the trends that are told at once (seed ${seed})`, () => {
      const random = randomOf(seed);
      const [store, other] = [new PredictionStore(), new PredictionStore()];
      const view = new TrendsView(store);
      const others = [{ key: 'other', title: 'Other', store: other }];
      let shown: Trends | null = null;
      for (let round = 0; round < 30; round += 1) {
        addSome(store, random, random.between(0, 4), () => scored(random));
        addSome(other, random, random.between(0, 4), () => scored(random));
        if (random.chance(0.05)) store.clear();
        const overlay = random.chance(0.8) ? 'other' : null;
        const trendScores = random.chance(0.8) ? null : ['reward', 'exact_match', 'none has it'];
        const chosen = { trendScores, trendBand: random.chance(0.8) ? null : ('range' as const) };
        shown = nextTrends(shown, view.message(others, overlay, chosen));
        assert.deepEqual(shown, nextTrends(null, new TrendsView(store).message(others, overlay, chosen)));
        assert.deepEqual(
          shown.points.map(({ scores: told, ...point }) => ({
            ...point,
            scores: told.map((score) => score?.[0]),
          })),
          store.points(shown.scores.map(({ name }) => name)).map(({ scores: held, passes: _, groups, ...point }) => ({
            ...point,
            scores: [
              ...held.map((score) => (score === null ? undefined : shortened(score.mean))),
              ...(shown?.groups === true ? [groups === null ? undefined : shortened(groups.idle / groups.groups)] : []),
            ],
          })),
        );
      }
    });

    it(`adds up to the comparison that is told at once (seed ${seed})`, () => {
      const random = randomOf(seed);
      const store = new PredictionStore();
      const differences = new AtOnce('', () => {});
      const view = new SampleView(store, differences);
      let asked: ComparisonView = { sample: null, source: null, compareWith: 'truth', answers: 4, ...plainAnswers };
      let shown: HostMessageOf<'comparison'> | null = null;
      for (let round = 0; round < 60; round += 1) {
        addSome(store, random, random.between(0, 4));
        if (random.chance(0.03)) store.clear();
        if (random.chance(0.1)) asked = { ...asked, sample: random.between(0, samples + 1) };
        if (random.chance(0.05)) asked = { ...asked, answers: random.between(1, 30) };
        if (random.chance(0.05)) asked = { ...asked, compareWith: random.chance(0.5) ? 'truth' : 'previous' };
        if (random.chance(0.03)) view.forgetHistory();
        shown = nextComparison(shown, view.message(asked));
        const atOnce = new SampleView(store, differences).message(asked);
        assert.deepEqual(shownComparison(shown), shownComparison(atOnce));
      }
    });
  }

  it('is a number with the digits of a float, and whole where it is whole, tiny or large', () => {
    const values = [2 / 3, -0.123456789012, 12345.6789, 0.000123456789012, 1.23456789e-9, 999999.97, 9.9999999];
    assert.deepEqual(values.map(shortened), [0.6666667, -0.1234568, 12345.68, 0.0001234568, 1.234568e-9, 1e6, 10]);
    const kept = [1e7 / 3, 123456789, -987654, 0, 1, 1 / 3e9, 1 / 3e300, Number.MIN_VALUE, Number.MAX_VALUE];
    assert.deepEqual(kept.map(shortened), kept);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        assert.ok(Math.abs(shortened(value) - value) <= Math.abs(value) * 5.1e-7);
        assert.ok(Object.is(shortened(shortened(value)), shortened(value)));
      }),
    );
  });

  it('is the epoch that a row changed, and the one whose answer is held against it', () => {
    const store = new PredictionStore();
    for (let epoch = 0; epoch < 100; epoch += 2) store.add(aPrediction({ epoch, char_error_rate: 0.5 }));
    const view = new TrendsView(store);
    const told = () => JSON.parse(view.message([], null).checkpoints) as ToldCheckpoints;
    assert.equal(told().points.length, 50);
    store.add(aPrediction({ epoch: 7, char_error_rate: 0.4 }));
    const { checkpoints, allCheckpoints } = view.message([], null);
    const { points, changes } = JSON.parse(checkpoints) as ToldCheckpoints;
    assert.deepEqual(
      [points, changes].map((list) => list.map(([epoch]) => epoch)),
      [[7], [7, 8]],
    );
    assert.equal(allCheckpoints, false);
    assert.deepEqual(told().points, []);
    view.forgetReader();
    assert.deepEqual([told().points.length, told().points.length], [51, 0]);
  });

  it('is no answer at all where a row answers another sample', () => {
    const store = new PredictionStore();
    for (let epoch = 0; epoch < 50; epoch += 1) {
      for (const sample_index of [0, 1]) store.add(aPrediction({ epoch, sample_index }));
    }
    const view = new SampleView(store, new AtOnce('', () => {}));
    const asked: ComparisonView = { sample: 0, source: null, compareWith: 'truth', answers: 200, ...plainAnswers };
    assert.equal(view.message(asked).history.length, 50);
    store.add(aPrediction({ epoch: 50, sample_index: 1 }));
    const other = view.message(asked);
    assert.deepEqual([other.history, other.samples.map(({ sampleIndex }) => sampleIndex)], [[], [1]]);
    store.add(aPrediction({ epoch: 50, sample_index: 0 }));
    const own = view.message(asked);
    assert.deepEqual([own.history.map(({ epoch }) => epoch), own.places, own.answers], [[50], [0], 51]);
  });
});
