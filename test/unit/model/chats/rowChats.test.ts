import assert from 'node:assert/strict';
import { promptChat, rowReply } from '../../../../src/model/chats/rowChats.ts';

const said = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });
const calls = { tool_calls: [{ function: { name: 'add', arguments: '{}' } }] };
const told = (row: { prediction?: string; answer?: unknown; reasoning_content?: unknown }, wasCut = false) => {
  const { reasoning, ended, answer } = rowReply({ prediction: 'text', ...row }, undefined, wasCut);
  return [reasoning, ended, answer];
};

describe('the reply of a prediction', () => {
  it('is its text, told apart by tags, where nothing else is there', () => {
    assert.deepEqual(told({ prediction: ' 42 ' }), [null, true, ' 42 ']);
    assert.deepEqual(told({ prediction: '<think>a</think> 42 ' }), ['a', true, '42']);
  });

  it('is the last message of the model in an answer', () => {
    assert.deepEqual(told({ answer: [said(null, calls), { role: 'tool', content: '4' }, said('It is 4.')] }), [
      null,
      true,
      'It is 4.',
    ]);
    assert.deepEqual(told({ answer: [said('<think>a</think>b')] }), ['a', true, 'b']);
    assert.deepEqual(told({ answer: [said('b', { reasoning_content: ' a ' })] }), ['a', true, 'b']);
  });

  it('has no final answer where that message calls a tool', () => {
    const reply = rowReply({
      prediction: 'x',
      answer: [said('4'), said('So:', calls), { role: 'tool', content: '4' }],
    });
    assert.deepEqual([reply.answer, reply.endsInCalls, reply.last], ['', true, 1]);
  });

  it('has reasoning that was sent beside it, before that between tags, and once where both are the same', () => {
    assert.deepEqual(told({ prediction: ' 42', reasoning_content: 'a\n' }), ['a', true, '42']);
    assert.deepEqual(told({ prediction: '<think>b</think>42', reasoning_content: 'a' }), ['a\n\nb', true, '42']);
    assert.deepEqual(told({ prediction: '<think>a</think>42', reasoning_content: 'a' }), ['a', true, '42']);
    assert.deepEqual(told({ prediction: '42', reasoning_content: ' ' }), [null, true, '42']);
    assert.deepEqual(told({ answer: [said('42')], reasoning_content: 'a' }), ['a', true, '42']);
  });

  it('has reasoning that never ended where nothing follows it for want of room', () => {
    assert.deepEqual(told({ prediction: '', reasoning_content: 'a' }, true), ['a', false, '']);
    assert.deepEqual(told({ prediction: '', reasoning_content: 'a' }), ['a', true, '']);
    assert.deepEqual(told({ prediction: '4', reasoning_content: 'a' }, true), ['a', true, '4']);
    assert.deepEqual(told({ answer: [said(null, { reasoning_content: 'a' })] }, true), ['a', false, '']);
  });

  it('is the text where the answer is no chat, or none of the model', () => {
    for (const answer of ['x', 7, null, {}, [], [{}], [{ role: 'user', content: 'x' }]]) {
      assert.deepEqual(told({ answer }), [null, true, 'text'], JSON.stringify(answer));
    }
    assert.deepEqual(told({ reasoning_content: { text: 'a' } }), [null, true, 'text']);
  });

  it('is whole with its reasoning in it', () => {
    assert.equal(rowReply({ prediction: '42', reasoning_content: 'a' }).whole, '<think>\na\n</think>\n\n42');
    assert.equal(rowReply({ prediction: '42', reasoning_content: 'a' }, [['[', ']']]).whole, '[\na\n]\n\n42');
    assert.equal(rowReply({ prediction: '<think>a</think>42' }).whole, '<think>a</think>42');
  });
});

describe('the prompt of a prediction', () => {
  const messages = [{ role: 'user', content: 'Hi' }];

  it('is a chat by its messages, else by its text where that is the JSON of one', () => {
    assert.equal(promptChat({ prompt: 'Hi', messages })?.length, 1);
    assert.equal(promptChat({ prompt: JSON.stringify(messages) })?.length, 1);
    assert.equal(promptChat({ prompt: JSON.stringify(messages), messages: 'none' })?.length, 1);
    assert.equal(promptChat({ prompt: 'Hi', messages: { role: 'user' } }), null);
  });
});
