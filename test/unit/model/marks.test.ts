import assert from 'node:assert/strict';
import { compareScores, countMark, noChanges } from '../../../src/model/marks.ts';

describe('a mark', () => {
  it('says that a lower error is better and a higher one worse, and of a reward the other way round', () => {
    assert.deepEqual([compareScores(0.1, 0.2, 'lower'), compareScores(0.3, 0.2, 'lower')], ['better', 'worse']);
    assert.deepEqual([compareScores(0.1, 0.2, 'higher'), compareScores(0.3, 0.2, 'higher')], ['worse', 'better']);
  });

  it('takes scores for the same that two servers round differently', () => {
    assert.equal(compareScores(0.1 + 0.2, 0.3, 'lower'), 'same');
    assert.equal(compareScores(0.3 + 1e-8, 0.3, 'lower'), 'worse');
  });

  it('says nothing where one of the two has no score, or no direction is better', () => {
    assert.equal(compareScores(0.5, Number.NaN, 'lower'), null);
    assert.equal(compareScores(Number.NaN, 0.5, 'lower'), null);
    assert.equal(compareScores(0.5, 0.4, 'none'), null);
    assert.equal(compareScores(0.5, 0.5, 'none'), 'same');
  });

  it('is counted in and out again, and no mark is not counted', () => {
    const changes = noChanges();
    for (const mark of ['better', 'worse', 'same', null, 'better'] as const) countMark(changes, mark, 1);
    countMark(changes, 'worse', -1);
    assert.deepEqual(changes, { improved: 2, regressed: 0, unchanged: 1 });
  });
});
