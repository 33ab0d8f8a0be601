import assert from 'node:assert/strict';
import { nameMultiples } from '../../../webview/trends/lines/ticks.ts';

function named(min: number, max: number, values: readonly number[]): number[] {
  const axis = { min, max, ticks: values.map((value) => ({ value })) };
  nameMultiples(axis);
  return axis.ticks.map(({ value }) => value);
}

describe('what an axis names', () => {
  it('are multiples of their distance, wherever the data begins', () => {
    assert.deepEqual(named(40, 560, [40, 240, 440]), [200, 400]);
    assert.deepEqual(named(0, 200, [0, 50, 100, 150, 200]), [0, 50, 100, 150, 200]);
    assert.deepEqual(named(1, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9]), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(named(-0.5, 0.5, [-0.5, -0.25, 0, 0.25, 0.5]), [-0.5, -0.25, 0, 0.25, 0.5]);
  });

  it('stays as it is where there is no distance', () => {
    assert.deepEqual(named(7, 7, [7]), [7]);
    assert.deepEqual(named(1, 2, [1, 2]), [1, 2]);
  });
});
