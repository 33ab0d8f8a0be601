import assert from 'node:assert/strict';
import { percentile, summaryOf } from '../../../src/model/distribution.ts';

describe('summaryOf', () => {
  it('tells the same of few values and of many, in whatever order and room they come', () => {
    for (let length = 1; length <= 80; length += 1) {
      const values = Array.from({ length }, (_, at) => ((at * 7919) % 31) / 31 - 0.3);
      const ascending = values.toSorted((a, b) => a - b);
      const summary = summaryOf(Float64Array.from([...values, -5, 99]), length);
      const sum = ascending.reduce((total, value) => total + value, 0);
      assert.deepEqual(summary, {
        ...{ mean: sum / length, min: ascending[0], max: ascending.at(-1) },
        ...{ p10: percentile(ascending, 0.1), p90: percentile(ascending, 0.9), count: length },
      });
    }
  });

  it('is null without any value', () => {
    assert.equal(summaryOf(new Float64Array(4), 0), null);
  });
});
