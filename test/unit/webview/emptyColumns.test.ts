import assert from 'node:assert/strict';
import { initialView } from '../../../src/panel/initialView.ts';
import type { ViewState } from '../../../src/panel/protocol/view.ts';
import { comparedWith } from '../../../webview/comparison/comparisonTexts.ts';
import { columnsOutOfSight } from '../../../webview/predictions/columnOrder.ts';
import { noScores, type Scores } from '../../../webview/scores.ts';
import { sortBy, toggleColumn, toggleEmptyColumn } from '../../../webview/viewState.ts';

const view = initialView(10);
const scored = (name: string) => ({ name, label: null, direction: 'higher' as const });
const bare: Scores = { ...noScores, truths: false };
const outOfSight = (of: ViewState, scores = bare) => columnsOutOfSight(of, scores);

describe('columns that have nothing in a job without ground truths', () => {
  it('are out of sight until the first value comes', () => {
    assert.deepEqual(outOfSight(view), ['groundTruth', 'charErrorRate', 'exactMatch', 'validation']);
    const validated = { ...bare, scores: [scored('validation_pass')] };
    assert.deepEqual(outOfSight(view, validated), ['groundTruth', 'charErrorRate', 'exactMatch']);
  });

  it('are all there in a job with ground truths, and before anything is known', () => {
    assert.deepEqual(outOfSight(view, { ...noScores, truths: true }), []);
    assert.deepEqual(outOfSight(view, noScores), []);
  });

  it('stay in sight where the reader asked for them, and go again', () => {
    const asked = toggleEmptyColumn('validation')(toggleColumn('prompt')(view));
    assert.deepEqual(outOfSight(asked), ['prompt', 'groundTruth', 'charErrorRate', 'exactMatch']);
    const gone = toggleEmptyColumn('validation')(sortBy('validation')(asked));
    assert.equal(gone.sort, null);
    assert.deepEqual(outOfSight(gone), ['prompt', 'groundTruth', 'charErrorRate', 'exactMatch', 'validation']);
  });

  it('come with one press, also where they were hidden when they had values', () => {
    const asked = toggleEmptyColumn('exactMatch')(toggleColumn('exactMatch')(view));
    assert.deepEqual(outOfSight(asked), ['groundTruth', 'charErrorRate', 'validation']);
  });

  it('leave nothing to hold answers against but other answers', () => {
    const values = comparedWith(true, false).map(({ value }) => value);
    assert.deepEqual(values, ['previous', 'first', 'best', 'nothing']);
    assert.equal(comparedWith(true, true)[0]?.value, 'truth');
  });
});
