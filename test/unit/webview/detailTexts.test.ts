import assert from 'node:assert/strict';
import { beginning, beginningOf } from '../../../webview/predictions/grid/beginnings.ts';
import { differenceNote } from '../../../webview/predictions/grid/detailTexts.ts';

describe('the beginning of a text', () => {
  it('is all of a short one', () => {
    assert.equal(beginning('abc', 3), 'abc');
  });

  it('never ends in half a character', () => {
    assert.equal(beginning('ab😀c', 3), 'ab');
    assert.equal(beginning('ab😀c', 4), 'ab😀');
  });

  it('of a difference keeps the kinds of its pieces', () => {
    const parts = [
      { kind: 'same', text: 'abc' },
      { kind: 'removed', text: 'def' },
      { kind: 'added', text: 'ghi' },
    ] as const;
    assert.deepEqual(beginningOf(parts, 5), [
      { kind: 'same', text: 'abc' },
      { kind: 'removed', text: 'de' },
    ]);
    assert.deepEqual(beginningOf(parts, 100), parts);
  });
});

describe('the note beside a prediction', () => {
  it('tells what is drawn of the difference', () => {
    const note = (groundTruth: string | null, difference: Parameters<typeof differenceNote>[0]['difference']) =>
      differenceNote({ groundTruth, difference });
    assert.equal(note(null, null), '');
    assert.equal(note('a', null), 'not compared');
    assert.equal(note('a', [{ kind: 'same', text: 'a' }]), 'same as ground truth');
    assert.equal(note('a', [{ kind: 'added', text: 'a' }]), 'difference to ground truth');
  });
});
