import assert from 'node:assert/strict';
import { groupOf } from '../../../src/views/jobGroups.ts';

const now = Date.parse('2026-11-28T12:00:00Z');
const [recent, old] = ['2026-11-27T12:00:01Z', '2026-11-27T12:00:00Z'];

describe('where a job stands in the tree', () => {
  it('is apart for a day after it failed, and then among what ended', () => {
    assert.equal(groupOf({ id: 'a', status: 'failed', completed_at: recent, started_at: old }, now), 'failed');
    assert.equal(groupOf({ id: 'a', status: 'failed', completed_at: old }, now), 'ended');
    // The server's clock may go ahead.
    assert.equal(groupOf({ id: 'a', status: 'failed', completed_at: '2026-11-28T12:05:00Z' }, now), 'failed');
  });

  it('goes by when it began where it does not say when it failed', () => {
    assert.equal(groupOf({ id: 'a', status: 'failed', completed_at: null, started_at: recent }, now), 'failed');
    assert.equal(groupOf({ id: 'a', status: 'failed', created_at: recent }, now), 'failed');
    assert.equal(groupOf({ id: 'a', status: 'failed', created_at: old }, now), 'ended');
    for (const time of ['', 'soon'])
      assert.equal(groupOf({ id: 'a', status: 'failed', created_at: time }, now), 'ended');
    assert.equal(groupOf({ id: 'a', status: 'failed' }, now), 'ended');
  });

  it('is among what ended where it was completed or cancelled, and among what is active otherwise', () => {
    for (const status of ['completed', 'cancelled'])
      assert.equal(groupOf({ id: 'a', status, completed_at: recent }, now), 'ended');
    for (const status of ['running', 'pending', 'queued', 'compiling'])
      assert.equal(groupOf({ id: 'a', status }, now), 'active');
  });
});
