import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareMetricNames, metricGroup } from '../../../src/model/metricNames.ts';
import { smoothed } from '../../../src/model/smoothing.ts';

/** As the formula is written, with sums over all values before. */
function plainly(values: readonly number[], strength: number): number[] {
  return values.map((value, place) => {
    if (Number.isNaN(value)) return Number.NaN;
    const known = values.slice(0, place + 1).filter((other) => !Number.isNaN(other));
    const weights = known.map((_, index) => (1 - strength) * strength ** (known.length - 1 - index));
    const sum = known.reduce((total, other, index) => total + other * (weights[index] ?? 0), 0);
    return sum / (1 - strength ** known.length);
  });
}

describe('a smoothed line', () => {
  it('is the exponential moving average without the pull of its beginning', () => {
    const values = fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(Number.NaN)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 99 }), (list, hundredths) => {
        const strength = hundredths / 100;
        const found = smoothed(Float64Array.from(list), strength);
        for (const [place, expected] of plainly(list, strength).entries()) {
          const off = Math.abs((found[place] ?? 0) - expected);
          assert.ok(Number.isNaN(expected) ? Number.isNaN(found[place]) : off <= 1e-6, `${found[place]}: ${expected}`);
        }
      }),
    );
  });

  it('is the line itself without strength, and begins where the line does with any', () => {
    const values = Float64Array.of(3, 1, 2);
    assert.equal(smoothed(values, 0), values);
    assert.equal(smoothed(values, 0.9)[0], 3);
  });

  it('keeps a level line level to the last digit, and goes on behind a gap', () => {
    assert.deepEqual([...smoothed(Float64Array.of(0.1, 0.1, Number.NaN, 0.1), 0.6)], [0.1, 0.1, Number.NaN, 0.1]);
  });
});

describe('the names of figures', () => {
  it('are grouped by what stands before the first slash', () => {
    assert.deepEqual(['train/loss', 'eval/math/pass@1', 'loss', '/odd', '__proto__/x'].map(metricGroup), [
      'train',
      'eval',
      '',
      '',
      '__proto__',
    ]);
  });

  it('stand group by group, those without one first', () => {
    assert.deepEqual(['train/b', 'eval/z', 'grad_norm', 'train/a', 'train_x'].sort(compareMetricNames), [
      'grad_norm',
      'train_x',
      'eval/z',
      'train/a',
      'train/b',
    ]);
  });
});
