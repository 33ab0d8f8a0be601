import assert from 'node:assert/strict';
import type { HistoryEntry } from '../../../src/panel/protocol/comparison.ts';
import { entryAt, offersScrubber, placeOf } from '../../../webview/comparison/scrubbing.ts';

const entry = (key: string) => ({ key }) as unknown as HistoryEntry;

describe('a slider over the checkpoints of a sample', () => {
  const told = { history: [entry('e'), entry('d'), entry('c')], answers: 5 };

  it('has the oldest first, and knows of the newest answers where they are', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map((place) => entryAt(told, place)?.key),
      [undefined, undefined, 'c', 'd', 'e', undefined],
    );
    assert.deepEqual([placeOf(told, 'c'), placeOf(told, 'e'), placeOf(told, 'a')], [2, 4, undefined]);
  });

  it('leaves an answer in its place while newer ones come', () => {
    const later = { history: [entry('f'), ...told.history], answers: 6 };
    assert.equal(placeOf(later, 'c'), placeOf(told, 'c'));
  });

  it('is there where answers are more than a few', () => {
    assert.deepEqual(
      [4, 5].map((answers) => offersScrubber({ answers })),
      [false, true],
    );
  });
});
