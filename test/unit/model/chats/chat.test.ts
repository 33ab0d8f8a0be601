import assert from 'node:assert/strict';
import { chatInText, chatOf, mostMessages, readChat } from '../../../../src/model/chats/chat.ts';
import { SchemaError } from '../../../../src/wire/schema.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

function problem(value: unknown): string {
  try {
    readChat(value, 'messages');
  } catch (error) {
    assert.ok(error instanceof SchemaError);
    return error.message;
  }
  throw new Error('it was taken');
}

const user = { role: 'user', content: '2+2?' };

describe('a chat', () => {
  it('is a list of messages, with all that a message may have', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":2}' } };
    const chat = chatOf([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', name: 'ann', content: [{ type: 'image' }, { type: 'text', text: 'What is this?' }] },
      { role: 'assistant', content: null, tool_calls: [call], reasoning_content: 'hm' },
      { role: 'tool', tool_call_id: 'c1', content: '4' },
      { role: 'assistant', tool_calls: [{ name: 'add', arguments: { a: 2 } }] },
    ]);
    const none = { name: null, parts: [], calls: [], callId: null, reasoning: null };
    const text = (of: string) => ({ kind: 'text', text: of });
    assert.deepEqual(chat, [
      { ...none, role: 'system', parts: [text('Be brief.')] },
      {
        ...none,
        ...{ role: 'user', name: 'ann' },
        parts: [{ kind: 'media', type: 'image', sent: { type: 'image' } }, text('What is this?')],
      },
      { ...none, role: 'assistant', calls: [{ name: 'add', arguments: '{"a":2}', id: 'c1' }], reasoning: 'hm' },
      { ...none, role: 'tool', name: 'add', callId: 'c1', parts: [text('4')] },
      { ...none, role: 'assistant', calls: [{ name: 'add', arguments: { a: 2 }, id: null }] },
    ]);
  });

  it('may have nulls in place of what is not there, as tables write it, and fields that nobody knows', () => {
    const part = { type: 'text', text: 'Hi', image: null };
    const message = { role: 'user', content: [part], name: null, tool_calls: null, reasoning_content: null, x: {} };
    assert.deepEqual(chatOf([message])?.[0]?.parts, [{ kind: 'text', text: 'Hi' }]);
  });

  it('has results that are told by their calls alone of which tool they are, by the last one of an id', () => {
    const calling = (name: string) => ({ role: 'assistant', tool_calls: [{ id: 'c', function: { name } }] });
    const result = { role: 'tool', tool_call_id: 'c', content: '4' };
    const chat = chatOf([result, calling('f'), result, calling('g'), result, { ...result, name: 'h' }]);
    assert.deepEqual(
      chat?.map(({ name }) => name),
      [null, null, 'f', null, 'g', 'h'],
    );
  });

  it('may call a tool in the form that was before the present one', () => {
    const message = { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } };
    assert.deepEqual(chatOf([message])?.[0]?.calls, [{ name: 'f', arguments: '{}', id: null }]);
  });

  for (const [type, kind] of [
    ['image_url', 'image'],
    ['input_image', 'image'],
    ['input_audio', 'audio'],
    ['video', 'video'],
    ['file', 'file'],
  ]) {
    it(`has a part of the type ${type} as ${kind}`, () => {
      const part = chatOf([{ role: 'user', content: [{ type }] }])?.[0]?.parts[0];
      assert.equal(part?.kind === 'media' ? part.type : undefined, kind);
    });
  }

  for (const [value, expected] of [
    ['user: hi', 'messages: expected a list of messages'],
    [{ role: 'user', content: 'hi' }, 'messages: expected a list of messages'],
    [[], 'messages: expected at least one message'],
    [[user, 'hi'], 'messages[1]: expected an object'],
    [[[user]], 'messages[0]: expected an object'],
    [[{ content: 'hi' }], 'messages[0].role: expected a text'],
    [[{ role: 7, content: 'hi' }], 'messages[0].role: expected a text'],
    [[{ from: 'human', value: 'hi' }], 'messages[0].role: expected a text'],
    [[user, { role: 'user' }], 'messages[1].content: required: a text, a list of parts, or null'],
    [[{ role: 'user', content: 7 }], 'messages[0].content: expected a text, a list of parts, or null'],
    [[{ role: 'user', content: {} }], 'messages[0].content: expected a text, a list of parts, or null'],
    [[{ role: 'user', content: ['hi'] }], 'messages[0].content[0]: expected an object'],
    [[{ role: 'user', content: [{ type: 'text' }] }], 'messages[0].content[0]: expected {type: "text", text}'],
    [[{ role: 'user', content: [{}] }], 'messages[0].content[0]: expected {type: "text", text}'],
    [[{ ...user, name: 7 }], 'messages[0].name: expected a text or null'],
    [[{ ...user, reasoning_content: [] }], 'messages[0].reasoning_content: expected a text or null'],
    [[{ ...user, tool_calls: {} }], 'messages[0].tool_calls: expected a list of tool calls'],
    [[{ ...user, tool_calls: [{}] }], 'messages[0].tool_calls[0].name: expected a text'],
    [[{ ...user, tool_calls: [{ function: 'f' }] }], 'messages[0].tool_calls[0].function: expected an object'],
    [[{ ...user, tool_calls: [{ function: { name: '' } }] }], 'messages[0].tool_calls[0].function.name: expected a'],
  ] as const) {
    it(`is not ${JSON.stringify(value)}, which is told with its place`, () => {
      assert.ok(problem(value).startsWith(expected), problem(value));
      assert.equal(chatOf(value), null);
    });
  }

  it('has arguments no deeper than a row may be, and ends in no error by deeper ones', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    const call = { function: { name: 'f', arguments: deep } };
    assert.match(problem([{ role: 'assistant', tool_calls: [call] }]), /arguments: more than 100 levels deep$/);
    assert.equal(chatOf(deep), null);
    assert.equal(chatInText(`[{"role":"user","content":${'['.repeat(200_000)}`), null);
    assert.equal(chatInText(`[{"role":"user","content":${'['.repeat(20_000)}${']'.repeat(20_000)}}]`), null);
  });

  it('has so many messages at most, and a million are refused at once', () => {
    assert.equal(chatOf(Array(mostMessages).fill(user))?.length, mostMessages);
    assert.equal(problem(Array(1_000_000).fill(user)), 'messages: expected at most 10000 messages {role, content}');
    const parts = Array(mostMessages + 1).fill({ type: 'text', text: 'a' });
    assert.equal(problem([{ role: 'user', content: parts }]), 'messages[0].content: expected at most 10000 parts');
  });

  it('keeps hostile roles, names and texts as they are', () => {
    for (const text of Object.values(hostileTexts)) {
      const sent = [{ role: text, name: text, content: text, tool_calls: [{ name: text, arguments: text }] }];
      const [message] = chatOf(sent) ?? [];
      assert.deepEqual([message?.role, message?.name], [text, text]);
      assert.deepEqual(message?.calls, [{ name: text, arguments: text, id: null }]);
    }
    const odd = JSON.parse('[{"role":"user","content":"hi","__proto__":{"name":"x"},"constructor":1}]');
    assert.equal(chatOf(odd)?.[0]?.name, null);
  });
});

describe('a prompt that is a text', () => {
  it('is a chat where it is the JSON of one', () => {
    assert.equal(chatInText(` [ {"role":"user","content":"Hi"} ]\n`)?.length, 1);
  });

  for (const text of [
    'Hi',
    '[1, 2]',
    '[]',
    '[{"role":"user","content":"Hi"}',
    '[{"role":"user","content":"Hi"}] What comes next?',
    "[{'role': 'user', 'content': 'Hi'}]",
    '{"role":"user","content":"Hi"}',
    '[{"role":"user"}]',
    '[{"name":"a \\"role\\""}]',
  ]) {
    it(`is no chat but a text in ${text}`, () => {
      assert.equal(chatInText(text), null);
    });
  }
});
