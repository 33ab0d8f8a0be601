import assert from 'node:assert/strict';
import { HeldRows } from '../../../src/watch/heldRows.ts';

const log = { info: () => {}, warn: () => {} };
const fields = '"epoch":0,"step":1,"sample_index":0,"prompt":"p","prediction":"a","created_at":"2026-01-01T00:00:00Z"';

describe('the rows of a server', () => {
  it('are held with null where a number of theirs is too large to count with, as one that nobody could read would never be', () => {
    const rows = new HeldRows({ jobId: 'job', log }, undefined);
    rows.take(JSON.parse(`[{"id":"1",${fields},"exact_match":-1e400,"latency_ms":1e999,"word_overlap":0.5}]`), 0);
    assert.deepEqual([rows.store.size, rows.unreadable.rows], [1, 0]);
    const { exact_match, latency_ms, word_overlap } = rows.store.get('1') ?? {};
    assert.deepEqual([exact_match, latency_ms, word_overlap], [null, null, 0.5]);
    assert.deepEqual(rows.store.scoreNames, ['word_overlap']);
  });

  it('are counted where they cannot be read', () => {
    const rows = new HeldRows({ jobId: 'job', log }, undefined);
    rows.take(JSON.parse(`[{"id":"1",${fields},"step":1e400},{"id":"2",${fields},"exact_match":"much"},7]`), 0);
    assert.deepEqual([rows.store.size, rows.unreadable.rows], [0, 3]);
  });
});
