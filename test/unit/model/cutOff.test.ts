import assert from 'node:assert/strict';
import { cutOffOf } from '../../../src/model/completions.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { cutOffText, reasoningNote, reasoningTitle } from '../../../webview/texts/reasoningTexts.ts';
import { aPrediction } from '../../support/predictions.ts';

const formats = formatsFor('en');
const told = (fields: Record<string, unknown>) =>
  cutOffText(cutOffOf(aPrediction(fields as Partial<Prediction>)), formats);

describe('a completion that was cut off', () => {
  it('is one whose sender says so, by any of the usual words', () => {
    assert.equal(told({ finish_reason: 'length', completion_tokens: 64 }), 'cut off at 64 tokens');
    assert.equal(told({ stop_reason: 'max_tokens', max_new_tokens: 1200 }), 'cut off at 1,200 tokens');
    assert.equal(told({ finish_reason: 'MAX_TOKENS' }), 'cut off');
    for (const reason of ['stop', 'eos', 'tool_calls', null, 5]) assert.equal(told({ finish_reason: reason }), '');
  });

  it('is one that has as many tokens as it may have', () => {
    assert.equal(told({ completion_tokens: 40, max_new_tokens: 40 }), 'cut off at 40 tokens');
    assert.equal(told({ completion_tokens: 39, max_new_tokens: 40 }), '');
    assert.equal(told({ completion_tokens: 0, max_new_tokens: 0 }), '');
    assert.equal(told({ max_new_tokens: 40 }), '');
  });
});

describe('the words for reasoning', () => {
  it('say how long it is, and that it never ended', () => {
    assert.equal(reasoningTitle({ characters: 1234, ended: true }, formats), 'Reasoning · 1,234 characters');
    assert.equal(reasoningTitle({ characters: 1, ended: false }, formats), 'Reasoning · 1 character · never ended');
    assert.equal(reasoningNote({ characters: 123, ended: true }, formats), 'reasoning 123 characters');
    assert.equal(reasoningNote({ characters: 123, ended: false }, formats), 'reasoning never ended');
  });
});
