import assert from 'node:assert/strict';
import { isOver, summarize } from '../../../src/stream/connectionSummary.ts';
import { badgeText } from '../../../src/views/badgeText.ts';

const finished = { name: 'finished', openings: [] } as const;

describe('the badge of a job that ended', () => {
  it('says how it ended', () => {
    const labels = ['completed', 'failed', 'cancelled', null].map((status) => summarize(finished, null, status).label);
    assert.deepEqual(labels, ['Finished', 'Failed', 'Cancelled', 'Finished']);
    assert.ok(labels.every(isOver));
  });

  it('says nothing of the job as long as the connection has its own say', () => {
    const gone = { name: 'gone', openings: [] } as const;
    assert.equal(summarize(gone, null, 'failed').label, 'Deleted');
  });

  it('counts other jobs that are not live, and not itself', () => {
    assert.equal(badgeText(summarize(finished, null, 'failed'), 0, 1, 2), 'Failed · 1 of 2 not live');
    assert.equal(badgeText(summarize(finished, null, 'failed'), 0, 0, 1), 'Failed');
  });
});
