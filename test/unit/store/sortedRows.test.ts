import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SortedRows } from '../../../src/store/sortedRows.ts';

const ascending = (a: number, b: number) => a - b;

function filled(rows: readonly number[]): SortedRows {
  const sorted = new SortedRows(ascending);
  for (const row of rows) sorted.insert(row);
  return sorted;
}

/** Enough for several blocks, in order, backwards and at random. */
const orders: Record<string, number[]> = {
  'in order': Array.from({ length: 3000 }, (_, index) => index),
  backwards: Array.from({ length: 3000 }, (_, index) => 3000 - index),
  scattered: Array.from({ length: 3000 }, (_, index) => (index * 1009) % 3001),
};

describe('SortedRows', () => {
  for (const [name, rows] of Object.entries(orders)) {
    it(`are sorted when they come ${name}, and tell each place`, () => {
      const sorted = filled(rows);
      const expected = rows.toSorted(ascending);
      assert.equal(sorted.length, rows.length);
      assert.deepEqual([...sorted.from(0)], expected);
      assert.deepEqual([...sorted.from(1234)].slice(0, 5), expected.slice(1234, 1239));
      for (const place of [0, 511, 512, 2999, 3000]) assert.equal(sorted.at(place), expected[place]);
    });
  }

  it('find where a test begins to pass, and the rows on both sides of it', () => {
    const numbers = fc.uniqueArray(fc.nat(2000), { maxLength: 1500 });
    fc.assert(
      fc.property(numbers, fc.nat(2000), (rows, from) => {
        const sorted = filled(rows);
        const passes = (row: number) => row >= from;
        const expected = rows.toSorted(ascending);
        assert.equal(sorted.find(passes), expected.find(passes));
        assert.deepEqual([...sorted.fromWhere(passes)], expected.filter(passes));
        assert.deepEqual([...sorted.before(passes)], expected.filter((row) => row < from).toReversed());
      }),
    );
  });

  it('let rows go, and nothing else', () => {
    const sorted = filled(orders['scattered'] ?? []);
    for (let row = 0; row < 2990; row += 1) sorted.delete(row);
    sorted.delete(5000);
    assert.deepEqual([...sorted.from(0)], (orders['scattered'] ?? []).filter((row) => row >= 2990).toSorted(ascending));
  });
});
