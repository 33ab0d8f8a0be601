import assert from 'node:assert/strict';
import { Differences } from '../../../src/panel/differences/differences.ts';
import { SampleView } from '../../../src/panel/sampleView.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { aPrediction } from '../../support/predictions.ts';

/** As a panel begins. */
const plainAnswers = { superseded: false, finalAnswerOnly: true, openAnswers: [], sampleSearch: '' };

describe('the comparison of a sample', () => {
  it('carries so many answers as are asked for, and tells of all of them', () => {
    const store = new PredictionStore();
    for (let epoch = 0; epoch < 500; epoch += 1) {
      const rate = epoch === 7 ? 0.9 : 0.5;
      store.add(aPrediction({ epoch, sample_index: 3, char_error_rate: rate, exact_match: epoch >= 4 ? 1 : 0 }));
    }
    const differences = new Differences('', () => {});
    const view = { sample: 3, source: null, compareWith: 'nothing', answers: 200, ...plainAnswers } as const;
    const message = new SampleView(store, differences).message(view);
    assert.deepEqual(
      [message.answers, message.history.length, message.history[0]?.epoch, message.history.at(-1)?.epoch],
      [500, 200, 499, 300],
    );
    assert.deepEqual([message.firstCorrect, message.firstRegression], [4, 7]);
    assert.equal(new SampleView(store, differences).message({ ...view, answers: 400 }).history.length, 400);
  });
});
