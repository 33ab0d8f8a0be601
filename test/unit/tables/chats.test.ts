import assert from 'node:assert/strict';
import { recognise } from '../../../src/tables/columns.ts';
import { Numbering } from '../../../src/tables/numbering.ts';

const asked = (image: string) => [
  {
    role: 'user',
    content: [
      { type: 'image', image },
      { type: 'text', text: 'What is this?' },
    ],
  },
];

/** The samples of rows of a table with these columns. */
function numbered(columns: string[], rows: Record<string, unknown>[]): unknown[] {
  const numbering = new Numbering(recognise(columns));
  for (const row of rows) numbering.number(row);
  return rows.map((row) => row['sample_index']);
}

describe('samples that are numbered by their prompts', () => {
  const prompt = 'What is this?';

  it('are told apart by the whole of a chat, images among it', () => {
    for (const [column, kept] of [
      ['messages', 'messages'],
      ['prompt', 'original_prompt'],
      ['input', 'input'],
    ] as const) {
      const rows = ['a.png', 'b.png', 'a.png'].map((image) => ({ prompt, [kept]: asked(image) }));
      assert.deepEqual(numbered([column, 'completion'], rows), [0, 1, 0], column);
    }
  });

  it('are told apart by images that are longer than what is kept of them', () => {
    const rows = ['x', 'y', 'x'].map((end) => ({
      prompt,
      messages: asked(`data:image/png;base64,${'A'.repeat(5000)}${end}`),
    }));
    assert.deepEqual(numbered(['prompt', 'completion'], rows), [0, 1, 0]);
  });

  it('are told apart by their texts where these are no chats', () => {
    const rows = ['p', 'q', 'p'].map((text) => ({ prompt: text, original_prompt: { text } }));
    assert.deepEqual(numbered(['prompt', 'completion'], rows), [0, 1, 0]);
  });
});
