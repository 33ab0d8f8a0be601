import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { aPrediction } from '../../support/predictions.ts';

/** Rows in any order, with repetitions of some. */
const rows = fc
  .array(
    fc
      .record({ epoch: fc.nat(5), step: fc.nat(3), sample_index: fc.nat(5), id: fc.nat(60).map(String) })
      .map((fields) => aPrediction(fields)),
    { maxLength: 80 },
  )
  .map((list) => list.filter(({ id }, index) => list.findIndex((row) => row.id === id) === index))
  .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list])));

/** The order that the store promises, said in another way: compare the tuple, then turn it round. */
function newestFirst(list: Prediction[]): string[] {
  const keyed = list.map((row) => ({ row, key: [row.epoch, row.step, row.sample_index] as const }));
  keyed.sort((a, b) => {
    for (const [index, value] of a.key.entries()) {
      const difference = value - (b.key[index] ?? 0);
      if (difference !== 0) return difference;
    }
    return a.row.id < b.row.id ? -1 : 1;
  });
  return keyed.reverse().map(({ row }) => row.id);
}

describe('PredictionStore', () => {
  it('holds each prediction once, newest first, in whatever order they come', () => {
    fc.assert(
      fc.property(rows, ([list, arrivals]) => {
        const store = new PredictionStore();
        for (const row of [...arrivals, ...list]) store.add(row);
        assert.equal(store.size, list.length);
        assert.deepEqual(
          store.page(null, 0, 1000).map(({ id }) => id),
          newestFirst(list),
        );
      }),
    );
  });

  it('pages agree with the whole, with and without an epoch filter', () => {
    fc.assert(
      fc.property(
        rows,
        fc.nat(20),
        fc.integer({ min: 1, max: 20 }),
        fc.option(fc.nat(5)),
        ([list], offset, limit, epoch) => {
          const store = new PredictionStore();
          for (const row of list) store.add(row);
          const shown = newestFirst(epoch === null ? list : list.filter((row) => row.epoch === epoch));
          assert.deepEqual(
            store.page(epoch, offset, limit).map(({ id }) => id),
            shown.slice(offset, offset + limit),
          );
          assert.equal(store.count(epoch), shown.length);
        },
      ),
    );
  });

  it('shows rows as they stood at an earlier arrival', () => {
    fc.assert(
      fc.property(rows, fc.nat(80), ([list], before) => {
        const store = new PredictionStore();
        for (const row of list) store.add(row);
        assert.deepEqual(
          store.pageBefore(before, null, 0, 1000).map(({ id }) => id),
          newestFirst(list.slice(0, before)),
        );
        assert.equal(store.countBefore(before, null), Math.min(before, list.length));
      }),
    );
  });

  it('counts its epochs, newest first', () => {
    const store = new PredictionStore();
    store.add(aPrediction({ epoch: 0, step: 0 }));
    store.add(aPrediction({ epoch: 2, step: 9, sample_index: 1 }));
    store.add(aPrediction({ epoch: 2, step: 8, sample_index: 2 }));
    assert.deepEqual(store.epochs(), [
      { epoch: 2, prediction_count: 2, latest_step: 9 },
      { epoch: 0, prediction_count: 1, latest_step: 0 },
    ]);
  });

  it('averages only the rows that have a value, and has no value where none has one', () => {
    const store = new PredictionStore();
    store.add(aPrediction({ sample_index: 0, char_error_rate: 0.2, validation_pass: true }));
    store.add(aPrediction({ sample_index: 1, char_error_rate: 0.6, validation_pass: false }));
    store.add(aPrediction({ sample_index: 2, char_error_rate: null }));
    const [point] = store.trends();
    assert.equal(point?.sample_count, 3);
    assert.equal(point?.avg_char_error_rate, 0.4);
    assert.equal(point?.min_char_error_rate, 0.2);
    assert.equal(point?.max_char_error_rate, 0.6);
    assert.equal(point?.validation_pass_rate, 0.5);
    assert.equal(point?.avg_word_overlap, null);
  });

  it('tells the history of a sample, newest first', () => {
    const store = new PredictionStore();
    for (const epoch of [1, 3, 2]) store.add(aPrediction({ epoch, sample_index: 4 }));
    store.add(aPrediction({ epoch: 9, sample_index: 5 }));
    assert.deepEqual(
      store.history(4).map(({ epoch }) => epoch),
      [3, 2, 1],
    );
    assert.deepEqual(store.samples(), [
      { key: 4, sampleIndex: 4, source: '', prompt: 'prompt 4', answers: 3 },
      { key: 5, sampleIndex: 5, source: '', prompt: 'prompt 5', answers: 1 },
    ]);
  });

  it('forgets everything when another life of the job begins', () => {
    const store = new PredictionStore();
    store.add(aPrediction());
    store.clear();
    assert.equal(store.size, 0);
    assert.deepEqual(store.epochs(), []);
    assert.deepEqual(store.samples(), []);
    assert.equal(store.add(aPrediction()), true);
  });
});
