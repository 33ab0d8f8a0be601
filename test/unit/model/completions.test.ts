import assert from 'node:assert/strict';
import fc from 'fast-check';
import { groupOf, passAt, teachesNothing } from '../../../src/model/completions.ts';

/** Of all ways to draw `k` of the completions, the share in which one passes. */
function counted(k: number, passes: readonly boolean[]): number {
  let [draws, passing] = [0, 0];
  for (let chosen = 0; chosen < 1 << passes.length; chosen += 1) {
    const drawn = passes.filter((_, index) => (chosen >> index) & 1);
    if (drawn.length !== k) continue;
    draws += 1;
    if (drawn.some(Boolean)) passing += 1;
  }
  return passing / draws;
}

describe('completions of a sample', () => {
  it('are summed up by those that have a value', () => {
    assert.deepEqual(groupOf([0.5, Number.NaN, -1, 2]), {
      ...{ count: 3, mean: 0.5, min: -1, max: 2, spread: 3, passed: null },
    });
    assert.deepEqual(groupOf([1, 0, 1]), { count: 3, mean: 2 / 3, min: 0, max: 1, spread: 1, passed: 2 });
    assert.equal(groupOf([Number.NaN]), null);
  });

  it('pass at k as often as one of k that are drawn passes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), fc.nat(), (passes, seed) => {
        const k = 1 + (seed % passes.length);
        const passed = passes.filter(Boolean).length;
        assert.ok(Math.abs(passAt(k, passes.length, passed) - counted(k, passes)) < 1e-12);
      }),
    );
    assert.equal(passAt(1, 4, 1), 0.25);
    assert.equal(passAt(500, 1000, 0), 0);
  });

  it('teach nothing where all have the same score, and at least two have one', () => {
    const group = (values: number[]) => groupOf(values) ?? assert.fail();
    assert.equal(teachesNothing(group([0.3, 0.1 + 0.2]), 2), true);
    assert.equal(teachesNothing(group([0.3, 0.4]), 2), false);
    assert.equal(teachesNothing(group([1]), 1), false);
    assert.equal(teachesNothing(group([1, 1]), 3), false);
  });
});
