import assert from 'node:assert/strict';
import { chatOf } from '../../../../src/model/chats/chat.ts';
import { argumentsText, lastQuestion, plainChat, wholePrompt } from '../../../../src/model/chats/chatText.ts';
import { parseExactly } from '../../../../src/wire/exactJson.ts';

function chat(...messages: unknown[]) {
  const read = chatOf(messages);
  assert.ok(read !== null);
  return read;
}

const call = (args: unknown) => ({ type: 'function', function: { name: 'add', arguments: args } });
const image = (url?: string) => ({ type: 'image_url', image_url: { url } });

describe('the plain text of a chat', () => {
  it('is a paragraph a message after its role, with calls and results', () => {
    const answer = chat(
      { role: 'assistant', content: null, tool_calls: [call({ a: 2, b: 2 })] },
      { role: 'tool', name: 'add', content: '4' },
      { role: 'assistant', content: 'It is 4.' },
    );
    assert.equal(plainChat(answer), 'assistant: add({"a":2,"b":2})\ntool add: 4\nassistant: It is 4.');
  });

  it('is what it says where it is one message', () => {
    assert.equal(plainChat(chat({ role: 'user', content: '2+2?' })), '2+2?');
    assert.equal(
      plainChat(chat({ role: 'assistant', content: 'So:', tool_calls: [call('{ "a" : 2,\n "b": 2 }')] })),
      'So:\nadd({"a":2,"b":2})',
    );
    assert.equal(plainChat(chat({ role: 'assistant', content: null })), '');
  });

  it('has a mark for an image, apart from the text beside it', () => {
    const content = [{ type: 'image' }, { type: 'text', text: 'What is this?' }, image('https://example.org/a')];
    assert.equal(plainChat(chat({ role: 'user', content })), '[image] What is this? [image]');
  });

  it('joins texts as they are', () => {
    const content = [
      { type: 'text', text: 'What ' },
      { type: 'text', text: 'is' },
    ];
    assert.equal(plainChat(chat({ role: 'user', content })), 'What is');
  });

  it('says the same of equal arguments in whichever form they came, digit by digit', () => {
    const [message] = chat({
      role: 'assistant',
      tool_calls: [call('{"n": 12345678901234567890}'), call('a\n b'), call(null)],
    });
    assert.deepEqual(
      message?.calls.map((one) => argumentsText(one, 0)),
      ['{"n":12345678901234567890}', 'a\n b', ''],
    );
    const text = '[{"role":"assistant","tool_calls":[{"name":"add","arguments":{"n":12345678901234567890}}]}]';
    const exact = chatOf(parseExactly(text, 1, new Set()));
    assert.equal(plainChat(exact ?? []), 'add({"n":12345678901234567890})');
    assert.equal(argumentsText({ name: 'f', id: null, arguments: '{"a":[1]}' }, 2), '{\n  "a": [\n    1\n  ]\n}');
  });

  it('keeps a call in one line', () => {
    assert.equal(plainChat(chat({ role: 'assistant', tool_calls: [call('no JSON:\n x')] })), 'add(no JSON: x)');
  });

  it('leaves arguments that are far too deep as they came', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    assert.equal(argumentsText({ name: 'f', id: null, arguments: deep }, 2), deep);
  });
});

describe('what a chat asks', () => {
  it('is its last message of a user', () => {
    const asked = chat(
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: [{ type: 'image' }, { type: 'text', text: 'And this?' }] },
      { role: 'tool', content: '4' },
    );
    assert.equal(lastQuestion(asked), '[image] And this?');
  });

  it('is its last message that says something where there is no user', () => {
    assert.equal(
      lastQuestion(chat({ role: 'system', content: 'Tell a joke.' }, { role: 'x', content: '' })),
      'Tell a joke.',
    );
    assert.equal(lastQuestion(chat({ role: 'x', content: null })), '');
  });
});

describe('the whole of a prompt', () => {
  const of = (...messages: unknown[]) => wholePrompt('text', chatOf(messages));

  it('is its text where it is no chat', () => {
    assert.equal(wholePrompt('text', null), 'text');
  });

  it('tells chats apart that have equal texts: by messages, and by where images are from', () => {
    const asked = (url: string) => ({ role: 'user', content: [image(url), { type: 'text', text: 'What is this?' }] });
    assert.notEqual(of(asked('a.png')), of(asked('b.png')));
    assert.equal(of(asked('a.png')), of(asked('a.png')));
    assert.notEqual(of({ role: 'system', content: 'x' }, asked('a.png')), of(asked('a.png')));
    assert.equal(
      of({ role: 'user', content: 'Hi' }),
      of({ content: 'Hi', role: 'user', name: null }),
      'the order of fields tells nothing',
    );
  });
});
