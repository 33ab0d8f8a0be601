import assert from 'node:assert/strict';
import { finalAnswer, splitReasoning, tagsOf } from '../../../src/model/reasoning.ts';

describe('the final answer of a reply', () => {
  it('is what follows the reasoning, trimmed', () => {
    assert.deepEqual(splitReasoning('<think>6 × 7, so…</think>\n\n 42 '), {
      reasoning: '6 × 7, so…',
      ended: true,
      answer: '42',
    });
    assert.equal(finalAnswer('<think>\n</think>42'), '42');
  });

  it('is the whole reply, untouched, where there is no reasoning', () => {
    assert.deepEqual(splitReasoning(' 42 '), { reasoning: null, ended: true, answer: ' 42 ' });
    assert.equal(finalAnswer('a <thinking> b'), 'a <thinking> b');
  });

  it('follows reasoning that the prompt opened', () => {
    assert.deepEqual(splitReasoning('six times seven</think>42'), {
      reasoning: 'six times seven',
      ended: true,
      answer: '42',
    });
  });

  it('is empty where the reasoning never ended', () => {
    assert.deepEqual(splitReasoning('<think>six times se'), { reasoning: 'six times se', ended: false, answer: '' });
    assert.equal(finalAnswer('<think>a</think>41 no <think>wait'), '');
  });

  it('is what follows the last of several blocks', () => {
    assert.deepEqual(splitReasoning('<think>a</think>b<think>c</think>d'), {
      reasoning: 'a</think>b<think>c',
      ended: true,
      answer: 'd',
    });
  });

  it('goes by the tags that the job names', () => {
    const tags = tagsOf({ reasoning_tags: ['reasoning', ['[T]', '[/T]']] });
    assert.equal(finalAnswer('<reasoning>x</reasoning> y', tags), 'y');
    assert.equal(finalAnswer('[T]x[/T] y', tags), 'y');
    assert.equal(finalAnswer('<think>x</think> y', tags), '<think>x</think> y');
    for (const config of [null, {}, { reasoning_tags: 'think' }, { reasoning_tags: [1, ['', ''], ['a']] }]) {
      assert.equal(tagsOf(config), undefined);
    }
  });
});
