import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findDifference } from '../../../src/panel/differences/difference.ts';

const text = (parts: ReturnType<typeof findDifference>, without: 'added' | 'removed'): string =>
  (parts ?? [])
    .filter(({ kind }) => kind !== without)
    .map((part) => part.text)
    .join('');

describe('findDifference', () => {
  it('gives both texts back, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (from, to) => {
        const parts = findDifference(from, to, 1000);
        assert.equal(text(parts, 'added'), from);
        assert.equal(text(parts, 'removed'), to);
      }),
    );
  });

  it('cuts no emoji in two', () => {
    assert.deepEqual(findDifference('a😀', 'a😁', 1000), [
      { kind: 'same', text: 'a' },
      { kind: 'removed', text: '😀' },
      { kind: 'added', text: '😁' },
    ]);
  });

  it('compares long texts by word, and gives up after its limit', () => {
    const from = 'some words '.repeat(500);
    const parts = findDifference(from, from.replace('words', 'letters'), 1000);
    assert.deepEqual(
      parts?.filter(({ kind }) => kind !== 'same').map((part) => part.text),
      ['words', 'letters'],
    );
    const noise = (seed: number): string =>
      Array.from({ length: 20_000 }, (_, index) => ((index * seed) % 9973).toString(36)).join(' ');
    assert.equal(findDifference(noise(7919), noise(104_729), 1), null);
  });
});
