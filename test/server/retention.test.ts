import assert from 'node:assert/strict';
import type { JobSize } from '../../src/server/storage/storage.ts';
import { expiredJobs } from '../../src/server/upkeep/retention.ts';

const day = 24 * 3_600_000;
const now = Date.parse('2026-06-01T00:00:00Z');

function job(id: string, daysSilent: number, fields: Partial<JobSize> = {}): JobSize {
  const aliveAt = new Date(now - daysSilent * day).toISOString();
  return { id, userId: 'ann', incarnation: id, status: 'completed', bytes: 10, aliveAt, ...fields };
}

describe('retention', () => {
  const jobs = [
    job('a', 30, { status: 'running' }),
    job('b', 20),
    job('c', 15, { status: 'failed' }),
    job('d', 12, { status: 'queued' }),
    job('e', 10, { status: 'cancelled' }),
    job('f', 1),
  ];
  const expired = (limits: { days?: number; bytes?: number }) =>
    expiredJobs(jobs, { days: undefined, bytes: undefined, ...limits }, now).map(({ id }) => id);

  it('removes nothing without limits', () => assert.deepEqual(expired({}), []));

  it('removes ended jobs that were silent for longer than the days', () => {
    assert.deepEqual(expired({ days: 15 }), ['b']);
    assert.deepEqual(expired({ days: 9.9 }), ['b', 'c', 'e']);
    assert.deepEqual(expired({ days: 0.5 }), ['b', 'c', 'e', 'f']);
  });

  it('removes the longest silent ended jobs until the rest fits', () => {
    assert.deepEqual(expired({ bytes: 60 }), []);
    assert.deepEqual(expired({ bytes: 59 }), ['b']);
    assert.deepEqual(expired({ bytes: 45 }), ['b', 'c']);
  });

  it('never removes a job that may still run, though nothing fits', () => {
    assert.deepEqual(expired({ bytes: 1 }), ['b', 'c', 'e', 'f']);
  });

  it('counts what it removes for its age before it looks at the size', () => {
    assert.deepEqual(expired({ days: 15, bytes: 50 }), ['b']);
  });
});
