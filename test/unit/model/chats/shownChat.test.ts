import assert from 'node:assert/strict';
import { chatOf } from '../../../../src/model/chats/chat.ts';
import { type ShownChat, shownChat } from '../../../../src/model/chats/shownChat.ts';

const ample = { messages: 100, characters: 100_000 };
const said = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });
const shown = (
  messages: unknown,
  ...rest: [room?: typeof ample, without?: Parameters<typeof shownChat>[3]]
): ShownChat => shownChat(chatOf(messages) ?? [], undefined, rest[0] ?? ample, rest[1]);

describe('a chat as it is read', () => {
  it('has calls with their arguments on lines of their own, and results that say of which tool', () => {
    const { messages } = shown([
      said(null, { tool_calls: [{ id: 'c1', function: { name: 'add', arguments: '{"a":2}' } }] }),
      { role: 'tool', tool_call_id: 'c1', content: '4' },
      { role: 'tool', tool_call_id: 'c1', name: 'sum', content: '4' },
      { role: 'tool', tool_call_id: 'c2', content: '4' },
    ]);
    assert.deepEqual(messages[0]?.calls, [{ name: 'add', arguments: '{\n  "a": 2\n}' }]);
    assert.deepEqual(
      messages.map(({ name }) => name),
      [null, 'add', 'sum', null],
    );
  });

  it('has reasoning apart, of each message', () => {
    const { messages } = shown([
      said('<think>abc</think>4'),
      said('5', { reasoning_content: ' hm ' }),
      said('<think>a'),
    ]);
    assert.deepEqual(
      messages.map(({ reasoning, parts }) => [reasoning, parts]),
      [
        [{ text: 'abc', characters: 3, ended: true }, ['4']],
        [{ text: 'hm', characters: 2, ended: true }, ['5']],
        [{ text: 'a', characters: 1, ended: false }, ['']],
      ],
    );
  });

  for (const [part, address, size] of [
    [{ type: 'image' }, null, null],
    [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }, 'https://a.example/b.png', null],
    [{ type: 'input_image', image_url: 'https://a.example/b.png' }, 'https://a.example/b.png', null],
    [{ type: 'image', image: '/data/cat.jpg' }, '/data/cat.jpg', null],
    [{ type: 'image', path: 'cat.jpg' }, 'cat.jpg', null],
    [{ image: 'file:///cat.jpg' }, 'file:///cat.jpg', null],
    [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(16)}` } }, null, 12],
    [{ type: 'image', source: { type: 'base64', data: 'A'.repeat(8000) } }, null, 6000],
    [{ type: 'image', image: { bytes: [137, 80, 78], path: null } }, null, 3],
    [{ type: 'image', image: { bytes: null, path: 'x.png' } }, 'x.png', null],
    [{ type: 'input_audio', input_audio: { data: 'A'.repeat(6000), format: 'wav' } }, null, 4500],
    [{ type: 'file', file: { filename: 'a.pdf' } }, 'a.pdf', null],
    [{ type: 'image', url: `https://a.example/${'x'.repeat(5000)}` }, `https://a.example/${'x'.repeat(282)}…`, null],
  ] as const) {
    it(`says of ${JSON.stringify(part).slice(0, 70)} where it is from, or how large it is`, () => {
      const [only] = shown([{ role: 'user', content: [part] }]).messages[0]?.parts ?? [];
      assert.ok(typeof only === 'object');
      assert.deepEqual([only.address, only.size], [address, size]);
    });
  }

  it('leaves out the first messages where there is no room, and says how many', () => {
    const many = Array.from({ length: 10 }, (_, n) => ({ role: 'user', content: `message ${n}` }));
    const few = shown(many, { messages: 3, characters: 1000 });
    assert.deepEqual([few.earlier, few.isCut], [7, false]);
    assert.deepEqual(
      few.messages.map(({ parts }) => parts[0]),
      ['message 7', 'message 8', 'message 9'],
    );
    const short = shown(many, { messages: 100, characters: 14 });
    assert.deepEqual([short.earlier, short.isCut, short.characters], [8, true, undefined]);
    const cut = shown(many.slice(8), { messages: 100, characters: 14 });
    assert.deepEqual([cut.earlier, cut.isCut, cut.characters], [0, true, 18]);
    assert.equal(shown(many).characters, undefined);
    assert.deepEqual(
      short.messages.map(({ parts }) => parts[0]),
      ['messa', 'message 9'],
    );
  });

  it('is small of a chat that is large, whatever it holds', () => {
    const call = { function: { name: 'f'.repeat(10_000), arguments: JSON.stringify({ a: 'x'.repeat(10_000) }) } };
    const large = Array(10_000).fill({ ...said('y'.repeat(500), { tool_calls: [call] }), role: 'r'.repeat(10_000) });
    assert.ok(JSON.stringify(shown(large, { messages: 50, characters: 2000 })).length < 20_000);
  });

  it('leaves out the message that stands elsewhere, or its reasoning', () => {
    const answer = [said('<think>a</think>4'), { role: 'user', content: 'sure?' }];
    const message = shown(answer, ample, { place: 0, what: 'message' });
    assert.deepEqual([message.messages.length, message.earlier], [1, 0]);
    const reasoning = shown(answer, ample, { place: 0, what: 'reasoning' });
    assert.deepEqual([reasoning.messages.length, reasoning.messages[0]?.reasoning], [2, null]);
    assert.deepEqual(reasoning.messages[0]?.parts, ['4']);
    assert.equal(shown(answer, { messages: 1, characters: 9 }, { place: 0, what: 'message' }).earlier, 0);
  });
});
