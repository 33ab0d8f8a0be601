import assert from 'node:assert/strict';
import { noScores } from '../../../webview/scores.ts';
import { scoreTrends } from '../../../webview/trends/scoreTrends.ts';

const names = ['char_error_rate', 'exact_match', 'format', 'reward'];

/** The titles of the charts of a job that is judged by this score. */
function titles(judge: string | null): string[] {
  const told = names.map((name) => ({ name, isShare: false, band: null }));
  const scores = names.map((name) => ({ name, label: null, direction: 'higher' as const }));
  return scoreTrends(told, names, { ...noScores, scores, judge }).map(({ title }) => title);
}

describe('the order of charts', () => {
  it('begin with the deciding score, where that is the team’s own', () => {
    assert.deepEqual(titles('reward'), ['reward', 'Character error rate', 'Exact match', 'format']);
  });

  it('keep their order where a score of every job decides, or none', () => {
    const order = ['Character error rate', 'Exact match', 'format', 'reward'];
    assert.deepEqual([titles('exact_match'), titles(null)], [order, order]);
  });
});
