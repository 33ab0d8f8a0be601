import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plainLine, plainMessage, plainName, withoutIcons } from '../../src/plainText.ts';
import { titleOf } from '../../src/watch/jobTitle.ts';

describe('a name that somebody else chose', () => {
  it('has a mark in place of each character that cannot be seen or reorders what stands around it', () => {
    const points = [
      ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x061c],
      ...[0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0x00ad, 0x034f, 0x115f, 0x3164, 0x2800, 0xfe0f, 0xe0100],
      ...[0x0000, 0x0009, 0x000a, 0x000d, 0x001b, 0x007f, 0x0085, 0x009b, 0x2028, 0x2029, 0xfff9],
      ...[0xe0001, 0xe0020, 0xe0041, 0xe007f],
    ];
    for (const point of points) {
      const mark = `⟨U+${point.toString(16).toUpperCase().padStart(4, '0')}⟩`;
      assert.equal(plainName(`a${String.fromCodePoint(point)}b`), `a${mark}b`);
      assert.equal(plainName(String.fromCodePoint(point)), mark);
    }
    assert.equal(titleOf('id\u202e', undefined), 'id⟨U+202E⟩');
    assert.equal(titleOf('id', { id: 'id', status: 'running', model_name: 'orders\u200b' }), 'orders⟨U+200B⟩');
  });

  it('stays as it is where such a character belongs to a word, an emoji, a flag or an ideograph', () => {
    const names = [
      ...['می\u200cخواهم', 'क्\u200dष', 'ශ්\u200dරී', 'שלום', 'Grüße', '注文', 'a b', 'e\u0301', '\u0600'],
      ...['👩\u200d💻', '❤\ufe0f\u200d🔥', '👩🏽\u200d💻', '🏳\ufe0f\u200d🌈', '☎\ufe0e', '1\ufe0f\u20e3', '👍🏽'],
      ...['\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}', '葛\u{e0100}'],
    ];
    for (const name of names) assert.equal(plainName(name), name);
    // Joiners that join nothing, and a flag that hides more than its region.
    assert.equal(plainName('ord\u200cers'), 'ord⟨U+200C⟩ers');
    assert.equal(plainName('می\u200c\u200cخ'), 'می⟨U+200C⟩⟨U+200C⟩خ');
    assert.equal(plainName('\u{1f3f4}\u{e0061}'), '\u{1f3f4}⟨U+E0061⟩');
  });

  it('never looks like another one', () => {
    const letters = fc.constantFrom(...'ab⟨', '\u202e', '\u200b', '\u200d', '\u{e0041}', '👩', 'م', '\ufe0f');
    const visible = /^(?:(?![\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u{e0000}-\u{e007f}]).)*$/su;
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), (parts) => {
        const name = parts.join('');
        assert.match(plainName(name), visible);
        assert.equal(plainName(plainName(name)), plainName(name));
      }),
    );
  });

  it('is one line in a message, without links, and without icons in a label', () => {
    assert.equal(plainLine(' a\r\n\tb\u2028c '), 'a b c');
    assert.equal(plainMessage('[a]\u200b(command:x) [b](command:y)\nc'), '[a]⟨U+200B⟩(command:x) [b] (command:y) c');
    assert.equal(withoutIcons(plainName('$\u200b(trash) $(trash)')), '$⟨U+200B⟩(trash) \\$(trash)');
  });
});
