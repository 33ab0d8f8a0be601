import assert from 'node:assert/strict';
import { groupDetail, groupFigures } from '../../../src/panel/groups/groupFigures.ts';
import { initialView } from '../../../src/panel/initialView.ts';
import { TableView } from '../../../src/panel/tableView.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { noScores } from '../../../webview/scores.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { groupLineText, nothingTaughtText } from '../../../webview/texts/groupTexts.ts';
import { aPrediction } from '../../support/predictions.ts';

const formats = formatsFor('en');
const byReward = { ...noScores, judge: 'reward' };

/** The completions of one sample. */
function filled(rewards: readonly (number | null)[]): PredictionStore {
  const store = new PredictionStore();
  for (const [index, reward] of rewards.entries()) {
    store.add(aPrediction({ id: `c${index}`, completion_index: index, scores: { reward, format: 1 } }));
  }
  return store;
}

const rowsOf = (store: PredictionStore) => store.group(0);

describe('the completions of a sample at a checkpoint', () => {
  it('are told in figures of the deciding score', () => {
    const store = filled([0, 1, null, 0.5]);
    const judged = { mean: 0.5, best: 1, worst: 0, spread: 1, teachesNothing: false };
    assert.deepEqual(groupFigures(store, rowsOf(store)), { completions: 4, judged });
    assert.equal(
      groupLineText({ completions: 4, judged }, byReward, formats),
      '4 completions · best 1 · worst 0 · spread 1',
    );
    store.judgeBy({ ...store.scoreSettings, directions: new Map([['reward', 'lower']]) }, null);
    assert.deepEqual(groupFigures(store, rowsOf(store)).judged, { ...judged, best: 0, worst: 1 });
  });

  it('are marked where all of them have a score and none differs', () => {
    const nothing = groupFigures(filled([1, 1]), [0, 1]);
    assert.equal(nothing.judged?.teachesNothing, true);
    assert.equal(groupLineText(nothing, byReward, formats), '2 completions · all 1');
    assert.match(nothingTaughtText(nothing, byReward, formats), /^All 2 completions have the same reward/);
    assert.equal(groupFigures(filled([1, 1, null]), [0, 1, 2]).judged?.teachesNothing, false);
    assert.equal(groupFigures(filled([null, 1]), [0]).judged, null);
  });

  it('are listed best first, equal ones in their order, those without the score last', () => {
    const store = filled([0, null, 1, 1]);
    const listed = () => groupDetail(store, 'c1')?.completions.map(({ id, place }) => [id, place]);
    assert.deepEqual(listed(), [
      ['c2', 3],
      ['c3', 4],
      ['c0', 1],
      ['c1', 2],
    ]);
    assert.deepEqual(groupDetail(store, 'c1')?.completions[0]?.scores, [
      ['format', 1],
      ['reward', 1],
    ]);
    store.judgeBy({ ...store.scoreSettings, directions: new Map([['reward', 'lower']]) }, null);
    assert.deepEqual(listed()?.[0], ['c0', 1]);
    assert.equal(groupDetail(store, 'gone'), null);
  });

  it('stand in a line with the means of their scores, and what was superseded with others of its start', () => {
    const store = filled([0, 1]);
    for (const index of [0, 1, 2]) {
      store.add(aPrediction({ id: `later ${index}`, restart: 1, completion_index: index, scores: { reward: 1 } }));
    }
    const view = initialView(10);
    const lines = (superseded: boolean) =>
      new TableView(store, { ...view, superseded })
        .page()
        .rows.map(({ id, group, superseded: by, scores }) => [id, group?.completions, by, scores.at(-1)?.[1]]);
    assert.deepEqual(lines(false), [['later 0', 3, null, 1]]);
    assert.deepEqual(lines(true), [
      ['later 0', 3, null, 1],
      ['c0', 2, 'start', 0.5],
    ]);
  });
});
