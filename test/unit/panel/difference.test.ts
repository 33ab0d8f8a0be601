import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findDifference } from '../../../src/panel/differences/difference.ts';
import { isProse } from '../../../src/panel/differences/prose.ts';

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

  const changes = (from: string, to: string) =>
    findDifference(from, to, 1000)
      ?.filter(({ kind }) => kind !== 'same')
      .map(({ kind, text: changed }) => `${kind === 'added' ? '+' : '-'}${changed}`);
  const before = 'The capital of France is Paris, which lies on the river Seine in the north of the country.';

  it('compares prose by word, replaced words beside each other as one', () => {
    assert.deepEqual(changes(before, before.replace('Paris', 'Lyon').replace('river Seine', 'broad Rhone')), [
      ...['-Paris', '+Lyon', '-river Seine', '+broad Rhone'],
    ]);
    assert.deepEqual(changes('42', before)?.length, 2, 'a number against prose is no confetti of characters');
  });

  it('compares fields, data and words that are all spelt slightly otherwise by character', () => {
    assert.deepEqual(changes('kitten', 'mitten'), ['-k', '+m']);
    assert.deepEqual(changes('{"item": "tea kettle", "count": 32}', '{"item": "tea kettle", "count": 31}'), [
      '-2',
      '+1',
    ]);
    const read = before.replaceAll('e', 'c').replaceAll('i', 'l').replaceAll('a', 'o');
    assert.ok(
      changes(before, read)?.every((change) => change.length <= 3),
      'by character',
    );
    const other = 'We went down to a small lake yesterday, and nobody there had ever heard about such things before.';
    assert.ok(
      changes(before, other)?.some((change) => change.length > 20),
      'other sentences are not spellings',
    );
  });

  it('gives prose back too, and is the same whichever way it compared', () => {
    const sentence = fc.array(
      fc.constantFrom('the', 'quick', 'brown', 'fox', 'jumps,', 'over', '\n', 'a', 'dog.', '7'),
      {
        minLength: 6,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(sentence, sentence, fc.constantFrom(' ', '  '), (one, other, space) => {
        const [from, to] = [one.join(' '), other.join(space)];
        const parts = findDifference(from, to, 1000);
        assert.equal(text(parts, 'added'), from);
        assert.equal(text(parts, 'removed'), to);
      }),
    );
  });
});

describe('isProse', () => {
  it('is true of sentences, and of no field, list of numbers, code or data', () => {
    const sentence = 'Answer: the "tea kettles" are yours, and they’re well-made (I think).';
    assert.equal(isProse(sentence), true);
    for (const other of [
      '',
      'six words are not a sentence',
      '1 2 3 4 5 6 7 8 9 10 11 12',
      JSON.stringify({ text: sentence }),
      'const a = b(1) + c[2]; if (a > 3) { return d.e; } else { f(); }',
      '今日は天気がいいので散歩に行きましょう。',
    ]) {
      assert.equal(isProse(other), false, other);
    }
  });
});
