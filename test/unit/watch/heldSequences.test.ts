import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HeldSequences } from '../../../src/watch/reading/heldSequences.ts';

describe('the sequence numbers that are held', () => {
  it('tell the last one and what is missing before it, in whatever order they came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (numbers) => {
        const sequences = new HeldSequences();
        for (const seq of numbers) sequences.addOf({ seq });
        const last = Math.max(0, ...numbers);
        assert.equal(sequences.last, last);
        assert.equal(sequences.isEmpty, numbers.length === 0);
        const gaps = sequences.gaps();
        assert.deepEqual(
          gaps,
          gaps.toSorted((a, b) => b.after - a.after),
        );
        const missing = gaps.flatMap(({ after, count }) => Array.from({ length: count }, (_, n) => after + 1 + n));
        const held = new Set(numbers);
        assert.deepEqual(
          missing.sort((a, b) => a - b),
          Array.from({ length: last }, (_, n) => n + 1).filter((seq) => !held.has(seq)),
        );
      }),
    );
  });

  it('are none in rows that say none, or something else', () => {
    const sequences = new HeldSequences();
    for (const row of [null, 'row', {}, { seq: '7' }, { seq: 0 }, { seq: -1 }, { seq: 1.5 }, { seq: 2 ** 53 }])
      sequences.addOf(row);
    assert.equal(sequences.isEmpty, true);
    assert.deepEqual(sequences.gaps(), []);
  });

  it('are forgotten with their job', () => {
    const sequences = new HeldSequences();
    sequences.addOf({ seq: 7 });
    sequences.clear();
    assert.equal(sequences.isEmpty, true);
    assert.equal(sequences.last, 0);
  });
});
