import assert from 'node:assert/strict';
import { llamaFactory } from '../../../src/follow/formats/llamaFactory.ts';

describe('predictions of LLaMA-Factory', () => {
  const rowsOf = (...lines: Record<string, unknown>[]) => {
    const maker = llamaFactory.maker({ run: '/run', reading: 'lines', step: 0 }, { columns: [] });
    return lines.flatMap((cells, index) => {
      assert.ok(llamaFactory.knows(Object.keys(cells)));
      const rows = maker.make({ line: index + 1, cells });
      return rows.map((row) => [row['sample_index'], row.prompt, row.prediction, row['ground_truth']]);
    });
  };

  it('have no prompts in older versions: each row is a sample of its own', () => {
    assert.deepEqual(rowsOf({ label: '72', predict: 'a' }, { label: '4', predict: 'b' }), [
      [0, '', 'a', '72'],
      [1, '', 'b', '4'],
    ]);
  });

  it('go by their prompts', () => {
    assert.deepEqual(rowsOf({ prompt: 'q', predict: 'a', label: '72' }), [[undefined, 'q', 'a', '72']]);
  });
});
