import assert from 'node:assert/strict';
import { Unreadable } from '../../../src/watch/unreadable.ts';

describe('rows that nobody can read', () => {
  it('are counted in time, though there are thousands, each of its own epoch', () => {
    const rows = 30_000;
    const unreadable = new Unreadable();
    const began = performance.now();
    for (let index = 0; index < rows; index += 1) {
      unreadable.add({ id: `bad ${index}`, epoch: index }, null);
      unreadable.remove(`good ${index}`);
      assert.equal(unreadable.rows, index + 1);
    }
    assert.ok(performance.now() - began < 3000, `${performance.now() - began} ms`);
    assert.equal(unreadable.byEpoch().size, rows);
  });

  it('count once where none can be told, once for each epoch that tells of them, and not when they are readable', () => {
    const unreadable = new Unreadable();
    const counts = () => [unreadable.rows, [...unreadable.byEpoch()].filter(([, count]) => count > 0)];
    unreadable.add({ id: 'a' }, null);
    unreadable.add({ id: 'a' }, null);
    assert.deepEqual(counts(), [1, []]);
    unreadable.add({ id: 'a' }, 1);
    unreadable.add({ id: 'a' }, 1);
    unreadable.add({ id: 'a' }, null);
    assert.deepEqual(counts(), [1, [[1, 1]]]);
    unreadable.add({ id: 'a', epoch: 2 }, 2);
    unreadable.add({ id: 'b', epoch: 2 }, null);
    assert.deepEqual(counts(), [
      3,
      [
        [1, 1],
        [2, 2],
      ],
    ]);
    unreadable.remove('a');
    assert.deepEqual(counts(), [1, [[2, 1]]]);
    unreadable.add({ id: 'a' }, null);
    assert.equal(unreadable.rows, 2);
    unreadable.clear();
    assert.deepEqual(counts(), [0, []]);
  });
});
