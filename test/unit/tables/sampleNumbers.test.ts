import assert from 'node:assert/strict';
import { Counts, SampleNumbers } from '../../../src/tables/sampleNumbers.ts';

describe('the numbers of samples', () => {
  it('are those of their names in the order in which these come, however many there are', () => {
    const numbers = new SampleNumbers();
    const known = new Map<string, number>();
    for (let index = 0; index < 20_000; index += 1) {
      const name = `${(index * 7919) % 12_000} ${'x'.repeat(index % 3)}`;
      const expected = known.get(name) ?? known.size;
      known.set(name, expected);
      assert.equal(numbers.numberOf(name), expected);
    }
    assert.equal(numbers.size, known.size);
    for (const [name, number] of known) assert.equal(numbers.numberOf(name), number);
  });

  it('are counted each by itself', () => {
    const counts = new Counts();
    assert.deepEqual(
      [0, 5000, 0, 5000, 0, 123_456].map((number) => counts.add(number)),
      [1, 1, 2, 2, 3, 1],
    );
  });
});
