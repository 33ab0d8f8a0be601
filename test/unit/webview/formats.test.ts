import assert from 'node:assert/strict';
import type { RowDetail } from '../../../src/panel/protocol/table.ts';
import { metadataText } from '../../../webview/predictions/grid/detailTexts.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';

describe('numbers', () => {
  it('are written as the locale writes them', () => {
    assert.equal(formatsFor('en').count(1000), '1,000');
    assert.equal(formatsFor('de').count(1000), '1.000');
    assert.equal(formatsFor('de').rate(0.0125), '0,013');
  });

  it('have an exponent where they are very small or large, as programs write it', () => {
    assert.equal(formatsFor('en').figure(0.000096), '9.6e-5');
    assert.equal(formatsFor('en').score(-0.000096), '-9.6e-5');
    assert.equal(formatsFor('en').score(2.5e9), '2.5e9');
    assert.equal(formatsFor('de').figure(0.000096), '9,6e-5');
  });
});

describe('a moment', () => {
  it('that is no date is shown as it came', () => {
    assert.equal(formatsFor('en').moment('soon'), 'soon');
  });
});

describe('the metadata of a row', () => {
  const detail: RowDetail = {
    id: 'a',
    prompt: '',
    groundTruth: null,
    prediction: '',
    reasoning: null,
    cutOff: null,
    validationKind: 'json_schema',
    validationErrors: [],
    promptTokens: 62,
    completionTokens: 78,
    latencyMs: 534.4,
    createdAt: 'now',
    difference: null,
  };

  it('says what is known', () => {
    const text = 'prompt 62 tokens · answer 78 tokens · 534 ms · json_schema · received now';
    assert.equal(metadataText(detail, formatsFor('en')), text);
  });

  it('leaves out what is not', () => {
    const unknown = { ...detail, promptTokens: null, completionTokens: null, latencyMs: null, validationKind: null };
    assert.equal(metadataText(unknown, formatsFor('en')), 'received now');
  });
});
