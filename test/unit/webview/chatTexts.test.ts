import assert from 'node:assert/strict';
import { foldedTitle, isSystem, leftOutText, mediaText, speakerText } from '../../../webview/texts/chatTexts.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';

const formats = formatsFor('en');
const message = { role: 'system', name: null, reasoning: null, parts: [], calls: [] };

describe('the messages of a chat in words', () => {
  it('are headed by who speaks, with marks for what cannot be seen', () => {
    assert.equal(speakerText({ role: 'tool', name: 'add' }), 'tool · add');
    assert.equal(speakerText({ role: 'user', name: null }), 'user');
    assert.equal(speakerText({ role: 'user', name: '' }), 'user');
    assert.equal(speakerText({ role: 'a\u202eb', name: 'c\u200bd' }), 'a⟨U+202E⟩b · c⟨U+200B⟩d');
  });

  it('are folded where they say how to answer, with how long they are', () => {
    assert.deepEqual(
      ['system', 'developer', 'user', 'System'].map((role) => isSystem({ role })),
      [true, true, false, false],
    );
    const image = { media: 'image', address: null, size: null };
    assert.equal(foldedTitle({ ...message, parts: ['x'.repeat(1234), image] }, formats), 'system · 1,234 characters');
    assert.equal(foldedTitle({ ...message, parts: ['x'] }, formats), 'system · 1 character');
  });

  for (const [address, size, text] of [
    [null, null, 'image'],
    ['a\nb.png', null, 'image · a⟨U+000A⟩b.png'],
    [null, 1, 'image · 1 byte'],
    [null, 999, 'image · 999 bytes'],
    [null, 12_345, 'image · 12 kB'],
    [null, 1_250_000, 'image · 1.3 MB'],
  ] as const) {
    it(`have ${JSON.stringify(text)} for an image`, () => {
      assert.equal(mediaText({ media: 'image', address, size }, formats), text);
    });
  }

  for (const [earlier, isCut, text] of [
    [0, false, ''],
    [0, true, 'Long texts are cut. Elsewhere.'],
    [1, false, '1 earlier message left out. Elsewhere.'],
    [1234, true, '1,234 earlier messages left out, long texts are cut. Elsewhere.'],
  ] as const) {
    it(`say ${JSON.stringify(text)} of what is not shown`, () => {
      assert.equal(leftOutText({ messages: [], earlier, isCut }, 'Elsewhere.', formats), text);
    });
  }
});
