import assert from 'node:assert/strict';
import {
  type ColumnWidth,
  fittingWidth,
  openerWidth,
  tableWidths,
} from '../../../webview/predictions/grid/columnWidths.ts';

const shown: ColumnWidth[] = [
  { key: 'epoch', width: 70 },
  { key: 'prompt', width: null },
  { key: 'prediction', width: null },
];

describe('the widths of columns', () => {
  it('let texts share what the others leave, down to a width that can be read', () => {
    const { columns, table, minimum } = tableWidths(shown, {});
    assert.deepEqual(columns, shown);
    assert.equal(table, null);
    assert.equal(minimum, openerWidth + 70 + 110 + 110);
  });

  it('are as the reader chose', () => {
    const { columns, table, minimum } = tableWidths(shown, { prompt: 400, step: 900 });
    assert.deepEqual(
      columns.map(({ width }) => width),
      [70, 400, null],
    );
    assert.deepEqual([table, minimum], [null, openerWidth + 70 + 400 + 110]);
  });

  it('make the table no wider than its columns once each has its own', () => {
    const { table } = tableWidths(shown, { prompt: 400, prediction: 200 });
    assert.equal(table, openerWidth + 70 + 400 + 200);
  });

  it('stay between what can be gripped and what can be reached', () => {
    assert.deepEqual([-5, 123.4, 1e6].map(fittingWidth), [40, 123, 2000]);
  });
});
