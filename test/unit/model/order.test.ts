import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newestFirst, predictionOrder } from '../../../src/model/order.ts';
import { RowTable } from '../../../src/store/rowTable.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { aPrediction } from '../../support/predictions.ts';

const rows = fc.uniqueArray(
  fc
    .record({
      epoch: fc.nat(2),
      step: fc.nat(2),
      sample_index: fc.nat(2),
      created_at: fc.constantFrom(
        '2026-01-01T00:00:00.000Z',
        '2026-01-01T00:00:00.5Z',
        '2026-01-02T00:00:00+00:00',
        'soon',
      ),
      id: fc.string({ maxLength: 3 }),
    })
    .map((fields) => aPrediction(fields)),
  { selector: ({ id }) => id, minLength: 2, maxLength: 20 },
);

const byTuple = (a: Prediction, b: Prediction): number => {
  for (const key of ['epoch', 'step', 'sample_index', 'created_at', 'id'] as const) {
    if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
  }
  return 0;
};

describe('the order of rows', () => {
  it('is the reverse of epoch, step, sample, time and id', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const sorted = list.toSorted((a, b) => newestFirst(predictionOrder, a, b));
        assert.deepEqual(sorted, list.toSorted(byTuple).reverse());
      }),
    );
  });

  it('is the same for predictions and for the numbers of a table that holds them', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const table = new RowTable();
        const numbers = list.map((row) => table.add(row)).sort((a, b) => newestFirst(table, a, b));
        assert.deepEqual(
          numbers.map((row) => table.id(row)),
          list.toSorted((a, b) => newestFirst(predictionOrder, a, b)).map(({ id }) => id),
        );
      }),
    );
  });
});
