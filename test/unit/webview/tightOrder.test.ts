import assert from 'node:assert/strict';
import { type ColumnKey, columnKeys } from '../../../src/panel/protocol/view.ts';
import { tightOrder } from '../../../webview/predictions/grid/tightOrder.ts';

describe('the columns of a narrow table', () => {
  const shown = (...hidden: ColumnKey[]) =>
    tightOrder(
      [...columnKeys, 'score:reward' as const]
        .filter((key) => !hidden.includes(key))
        .map((key) => ({ key, at: false })),
      (first) => ({ ...first, at: true }),
    ).map(({ key, at }) => (at ? 'at' : key));

  it('have what one reads first, behind one narrow column that says where it is from', () => {
    const others = ['charErrorRate', 'exactMatch', 'validation', 'score:reward'];
    assert.deepEqual(shown(), ['at', 'prediction', 'groundTruth', 'prompt', ...others]);
  });

  it('leave out what the reader hid', () => {
    assert.deepEqual(shown('epoch', 'prompt').slice(0, 4), ['at', 'prediction', 'groundTruth', 'charErrorRate']);
    assert.deepEqual(shown('epoch', 'step').slice(0, 2), ['sample', 'prediction']);
    assert.equal(shown('epoch', 'step', 'sample')[0], 'prediction');
  });
});
