import assert from 'node:assert/strict';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { aPrediction } from '../../support/predictions.ts';

describe('a score whose values are all 0 or 1', () => {
  it('is a share, until another value comes', () => {
    const store = new PredictionStore();
    const isShare = () => ['exact_match', 'format', '__proto__'].map((name) => store.table.scores.isShare(name));
    const odd = JSON.parse('{"format":true,"__proto__":0}') as Record<string, number>;
    store.add(aPrediction({ step: 1, exact_match: 1, scores: odd }));
    store.add(aPrediction({ step: 2, exact_match: 0, scores: { format: 0 } }));
    assert.deepEqual(isShare(), [true, true, true]);
    store.add(aPrediction({ step: 3, scores: { format: 0.5 } }));
    assert.deepEqual(isShare(), [true, false, true]);
    assert.equal(store.table.scores.isShare('no such score'), false);
  });
});
