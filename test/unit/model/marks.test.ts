import assert from 'node:assert/strict';
import { compareAnswers, compareRates, countMark, noChanges } from '../../../src/model/marks.ts';
import { aPrediction } from '../../support/predictions.ts';

describe('a mark', () => {
  it('says that an answer with a lower error rate is better, and with a higher one worse', () => {
    assert.deepEqual([compareRates(0.1, 0.2), compareRates(0.3, 0.2)], ['better', 'worse']);
  });

  it('takes rates for the same that two servers round differently', () => {
    assert.equal(compareRates(0.1 + 0.2, 0.3), 'same');
    assert.equal(compareRates(0.3 + 1e-8, 0.3), 'worse');
  });

  it('says nothing where one of the two has no rate', () => {
    const rated = aPrediction({ char_error_rate: 0.5 });
    const without = aPrediction({ char_error_rate: null });
    assert.equal(compareAnswers(rated, without), null);
    assert.equal(compareAnswers(without, rated), null);
    assert.equal(compareAnswers(rated, undefined), null);
  });

  it('is counted in and out again, and no mark is not counted', () => {
    const changes = noChanges(3);
    for (const mark of ['better', 'worse', 'same', null, 'better'] as const) countMark(changes, mark, 1);
    countMark(changes, 'worse', -1);
    assert.deepEqual(changes, { epoch: 3, improved: 2, regressed: 0, unchanged: 1 });
  });
});
