import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { SpillOptions } from '../../../src/store/spill.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { runFailing } from '../../support/failures.ts';
import { nested } from '../../support/nested.ts';
import { aPrediction } from '../../support/predictions.ts';

/** All that a store tells. */
function told(store: PredictionStore) {
  const rows = store.rows(null, 0, store.size);
  return {
    size: store.size,
    arrivals: store.arrivals,
    textsInMemory: store.textsInMemory,
    page: rows.map((row) => JSON.stringify(store.table.read(row))),
    marks: rows.map((row) => store.mark(row)),
    epochs: store.epochs(),
    trends: store.trends(),
    changes: store.changes(),
    samples: store.samples(),
    firstSample: store.firstSample,
    histories: store.samples().map(({ sampleIndex }) => store.historyRows(sampleIndex)),
    newestEpoch: store.newestEpoch,
  };
}

const row = fc
  .record({
    epoch: fc.nat(6),
    step: fc.nat(3),
    sample_index: fc.nat(6),
    id: fc.oneof(fc.uuid(), fc.nat(10_000).map(String)),
    char_error_rate: fc.option(fc.constantFrom(0, 0.25, 0.5, 1)),
    prompt: fc.constantFrom('one', 'two', 'x'.repeat(70_000)),
    ground_truth: fc.option(fc.constantFrom('one', 'two')),
    created_at: fc.constantFrom('2026-01-01T00:00:00.000Z', 'yesterday'),
  })
  .chain((fields) =>
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.constantFrom('text', 1, null)).map((unknown) => ({
      ...aPrediction(fields),
      ...unknown,
    })),
  );
const distinctRows = (most: number) => fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1, maxLength: most });

/** Adds a row while one step after the other fails, and compares with a store that never saw it. */
function addFailing(store: PredictionStore, never: PredictionStore, added: Prediction): number {
  const before = told(never);
  for (let failing = 1; ; failing += 1) {
    let isNew: boolean | undefined;
    const error = runFailing(() => {
      isNew = store.add(added);
    }, failing);
    if (error === undefined) {
      assert.equal(isNew, true);
      return failing - 1;
    }
    assert.ok(error instanceof RangeError && /^no memory for /.test(error.message), String(error));
    assert.deepEqual(told(store), before, error.message);
    assert.equal(store.get(added.id), undefined);
  }
}

describe('a row whose adding fails', () => {
  it('leaves nothing of itself in the store, at whichever step it fails, and can be added after it', () => {
    let steps = 0;
    fc.assert(
      fc.property(distinctRows(30), (rows) => {
        const [store, never] = [new PredictionStore(), new PredictionStore()];
        for (const added of rows) {
          steps += addFailing(store, never, added);
          assert.equal(never.add(added), true);
          assert.deepEqual(told(store), told(never));
        }
      }),
      { numRuns: 12 },
    );
    assert.ok(steps > 300, `${steps} steps failed`);
  });

  it('leaves nothing of itself where lists are full and columns end', () => {
    for (const size of [511, 512, 4096]) {
      const fill = (store: PredictionStore): PredictionStore => {
        for (let step = 0; step < size; step += 1) store.add(aPrediction({ epoch: 2, step: 2 * step + 2 }));
        return store;
      };
      const [store, never] = [fill(new PredictionStore()), fill(new PredictionStore())];
      // At the end of the order, in its midst and at its start.
      for (const step of [2 * size + 3, size + 1, 1]) {
        const added = aPrediction({ epoch: 2, step, id: `added ${step}` });
        assert.ok(addFailing(store, never, added) >= 3);
        never.add(added);
        assert.deepEqual(told(store), told(never));
      }
    }
  });

  it('leaves nothing of itself where the room for texts cannot be told', () => {
    let works = true;
    const options: SpillOptions = {
      limit: () => {
        if (!works) throw new RangeError('no limit');
        return 1000;
      },
      file: () => '/nowhere/texts',
      writing: () => {},
      lost: () => {},
    };
    const [store, never] = [new PredictionStore(options), new PredictionStore()];
    for (const each of [store, never]) each.add(aPrediction());
    works = false;
    const long = aPrediction({ epoch: 1, prediction: 'x'.repeat(100_000) });
    assert.throws(() => store.add(long), /no limit/);
    assert.deepEqual(told(store), told(never));
    works = true;
    assert.equal(store.add(long), true);
    never.add(long);
    assert.deepEqual(told(store), told(never));
  });

  it('leaves nothing of itself when it is too deep to be written', () => {
    const [store, never] = [new PredictionStore(), new PredictionStore()];
    const deep = { ...aPrediction({ epoch: 7, sample_index: 7 }), extra: JSON.parse(nested(20_000)) as unknown };
    for (const each of [store, never]) each.add(aPrediction());
    assert.throws(() => store.add(deep), RangeError);
    assert.deepEqual(told(store), told(never));
    assert.equal(store.get(deep.id), undefined);
  });
});
