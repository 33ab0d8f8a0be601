import assert from 'node:assert/strict';
import { thinned } from '../../../src/panel/lossLines.ts';

const points = (count: number, value: (step: number) => number) =>
  Array.from({ length: count }, (_, step) => [step, value(step)] as const);

describe('a line of more points than a chart can show', () => {
  it('stays as it is while it has few', () => {
    const few = points(10, (step) => step);
    assert.deepEqual(thinned(few, 10), few);
  });

  it('is thinned to the bound, in order, with both ends', () => {
    const many = points(100_000, (step) => Math.sin(step));
    const kept = thinned(many, 800);
    assert.ok(kept.length <= 800 && kept.length > 700, String(kept.length));
    assert.deepEqual([kept[0], kept.at(-1)], [many[0], many.at(-1)]);
    assert.ok(kept.every(([step], index) => index === 0 || step > (kept[index - 1]?.[0] ?? 0)));
  });

  it('loses no spike', () => {
    const kept = thinned(
      points(100_000, (step) => (step === 54_321 ? 99 : 1)),
      800,
    );
    assert.ok(kept.some(([step, value]) => step === 54_321 && value === 99));
  });
});
