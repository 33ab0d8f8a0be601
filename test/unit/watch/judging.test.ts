import assert from 'node:assert/strict';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { type JudgementStorage, Judging } from '../../../src/watch/judging.ts';
import { aPrediction } from '../../support/predictions.ts';

/** A job with two rewards and an error, and where its reader's choice is kept. */
function judged(kept?: unknown) {
  const store = new PredictionStore();
  const scores = { format_reward: 1, kl: 0.5 };
  store.add(aPrediction({ char_error_rate: 0.25, scores }));
  const storage: JudgementStorage & { kept: unknown } = {
    kept,
    get: () => storage.kept,
    set: (judgement) => {
      storage.kept = judgement;
    },
  };
  let changes = 0;
  const judging = new Judging(store, storage, () => {
    changes += 1;
  });
  return { store, storage, judging, changes: () => changes };
}

describe('the deciding score of a job', () => {
  it('is the first of the team’s own by name, until the job or its reader says another', () => {
    const { store, judging, changes } = judged();
    assert.deepEqual(store.judge, { name: 'format_reward', direction: 'higher' });
    judging.setConfig({ deciding_score: 'kl' });
    assert.deepEqual(store.judge, { name: 'kl', direction: 'lower' });
    judging.choose('char_error_rate');
    assert.deepEqual(store.judge, { name: 'char_error_rate', direction: 'lower' });
    judging.choose(null);
    assert.deepEqual(store.judge, { name: 'kl', direction: 'lower' });
    assert.equal(changes(), 3);
  });

  it('turns with its direction, which the reader has the last word on', () => {
    const { store, judging } = judged();
    judging.setConfig({ scores: { format_reward: { better: 'lower', label: 'Format' }, kl: { better: 'sideways' } } });
    assert.equal(store.judge?.direction, 'lower');
    assert.equal(store.scoreSettings.labels.get('format_reward'), 'Format');
    // Without a direction it decides nothing: the next one does, unless it is what the reader chose.
    judging.turn('format_reward', 'none');
    assert.deepEqual(store.judge, { name: 'kl', direction: 'lower' });
    judging.choose('format_reward');
    assert.deepEqual(store.judge, { name: 'format_reward', direction: 'none' });
    judging.turn('format_reward', null);
    assert.equal(store.judge?.direction, 'lower');
  });

  it('is kept as the reader chose it, and nothing is where nothing was chosen', () => {
    const first = judged();
    first.judging.choose('kl');
    first.judging.turn('kl', 'higher');
    const second = judged(JSON.parse(JSON.stringify(first.storage.kept)));
    assert.deepEqual(second.store.judge, { name: 'kl', direction: 'higher' });
    second.judging.choose(null);
    second.judging.turn('kl', null);
    assert.equal(second.storage.kept, undefined);
  });

  it('is nobody’s choice where what was kept has another shape, or names a score that is not there', () => {
    for (const kept of [{ score: 7 }, 'kl', { score: 'nothing', directions: [] }]) {
      assert.equal(judged(kept).store.judge?.name, 'format_reward');
    }
  });

  it('stays through another life of the job', () => {
    const { store, judging } = judged();
    judging.choose('kl');
    store.clear();
    assert.equal(store.judge, null);
    store.add(aPrediction({ scores: { kl: 1, reward: 0 } }));
    assert.deepEqual(store.judge, { name: 'kl', direction: 'lower' });
  });

  it('takes a config of any shape for none', () => {
    for (const config of [null, 'text', [], { scores: [1] }, { scores: null, deciding_score: 7 }]) {
      const { store, judging } = judged();
      judging.setConfig(config);
      assert.equal(store.judge?.name, 'format_reward');
    }
  });
});
