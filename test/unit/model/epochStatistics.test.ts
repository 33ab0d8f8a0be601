import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addRow,
  emptyStatistics,
  epochSummary,
  overallImprovement,
  scoredRow,
  trendPoint,
} from '../../../src/model/epochStatistics.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { aPrediction } from '../../support/predictions.ts';
import { trendPoint as pointOf } from '../../support/trendPoint.ts';

const rate = fc.option(fc.integer({ min: 0, max: 64 }).map((n) => n / 64));
const rows = fc.array(
  fc
    .record({
      step: fc.nat(1000),
      char_error_rate: rate,
      exact_match: fc.option(fc.constantFrom(0, 1)),
      length_ratio: rate,
      word_overlap: rate,
      validation_pass: fc.option(fc.boolean()),
    })
    .map((fields) => aPrediction(fields)),
  { minLength: 1, maxLength: 30 },
);

/** Said once more, from all rows at once. Sixty-fourths add up without rounding. */
function recomputed(list: readonly Prediction[]) {
  const mean = (value: (row: Prediction) => number | boolean | null | undefined) => {
    const values = list.map(value).filter((found) => found != null);
    return values.length === 0 ? null : values.reduce<number>((sum, found) => sum + Number(found), 0) / values.length;
  };
  const rates = list.flatMap((row) => row.char_error_rate ?? []);
  return {
    epoch: 0,
    step: Math.max(...list.map(({ step }) => step)),
    sample_count: list.length,
    avg_exact_match: mean((row) => row.exact_match),
    avg_char_error_rate: mean((row) => row.char_error_rate),
    avg_length_ratio: mean((row) => row.length_ratio),
    avg_word_overlap: mean((row) => row.word_overlap),
    min_char_error_rate: rates.length === 0 ? null : Math.min(...rates),
    max_char_error_rate: rates.length === 0 ? null : Math.max(...rates),
    validation_pass_rate: mean((row) => row.validation_pass),
  };
}

describe('the statistics of an epoch', () => {
  it('are those of all its rows, in whatever order they come', () => {
    fc.assert(
      fc.property(
        rows.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, arrivals]) => {
          const epoch = emptyStatistics(0);
          for (const row of arrivals) addRow(epoch, scoredRow(row));
          assert.deepEqual(trendPoint(epoch), recomputed(list));
          assert.deepEqual(epochSummary(epoch), {
            epoch: 0,
            prediction_count: list.length,
            latest_step: Math.max(...list.map(({ step }) => step)),
          });
        },
      ),
    );
  });

  it('are what the store of a watch tells of the same rows', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const store = new PredictionStore();
        for (const [index, row] of list.entries()) store.add({ ...row, id: String(index) });
        assert.deepEqual(store.trends(), [recomputed(list)]);
      }),
    );
  });
});

describe('the overall improvement', () => {
  const of = (...rates: (number | null)[]) =>
    overallImprovement(rates.map((rate, epoch) => pointOf(epoch, { avg_char_error_rate: rate })));

  it('is the share of the first rate that is gone in the last, in percent', () => {
    assert.equal(of(0.5, 0.1, 0.125), 75);
    assert.equal(of(0.25, 0.5), -100);
  });

  it('is unknown with one epoch, without a rate at either end, and when the first epoch made no error', () => {
    assert.deepEqual([of(0.5), of(null, 0.5), of(0.5, null), of(0, 0.5), of()], [null, null, null, null, null]);
  });
});
