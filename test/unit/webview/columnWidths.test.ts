import assert from 'node:assert/strict';
import {
  type ColumnWidth,
  fittingWidth,
  openerWidth,
  tableWidths,
  tightWidths,
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

  it('give answers room to be read in before texts share alike, also beside many scores', () => {
    const texts: ColumnWidth[] = [
      { key: 'epoch', width: 70 },
      { key: 'prompt', width: null },
      { key: 'groundTruth', width: null },
      { key: 'prediction', width: null },
    ];
    const before = openerWidth + 70;
    const of = (inSight: number, columns = texts) => {
      const { columns: laidOut, table, minimum } = tableWidths(columns, {}, inSight);
      assert.equal(table, null);
      return { widths: laidOut.map(({ width }) => width), minimum };
    };
    assert.deepEqual(of(before + 660), { widths: [70, null, null, null], minimum: before + 330 });
    assert.deepEqual(of(before + 659), { widths: [70, null, null, 220], minimum: before + 440 });
    const scores = Array.from({ length: 20 }, (_, at): ColumnWidth => ({ key: `score:${at}`, width: 80 }));
    const minimum = before + 440 + 1600;
    assert.deepEqual(of(1000, [...texts, ...scores]).minimum, minimum);
    assert.equal(of(1000, [...texts, ...scores]).widths[3], 220);
    const alone = [...texts.slice(0, 1), ...texts.slice(3), ...scores];
    assert.deepEqual(of(1000, alone).minimum, before + 220 + 1600);
    assert.equal(tableWidths(texts, { prediction: 90 }, 400).columns[3]?.width, 90);
  });

  describe('in little room', () => {
    const tight: ColumnWidth[] = [
      { key: 'epoch', width: 64 },
      { key: 'prediction', width: null },
      { key: 'groundTruth', width: null },
      { key: 'prompt', width: null },
      { key: 'charErrorRate', width: 136 },
    ];
    const before = openerWidth + 64;
    const of = (inSight: number, columns = tight) => {
      const { columns: laidOut, table, minimum } = tightWidths(columns, inSight);
      assert.equal(table, null);
      return { widths: laidOut.map(({ width }) => width), minimum };
    };

    it('give the text that is read first all that is in sight of a narrow table', () => {
      for (const inSight of [380, 430, 539]) {
        const first = inSight - before;
        assert.deepEqual(of(inSight), {
          widths: [64, first, null, null, 136],
          minimum: before + first + 100 + 100 + 136,
        });
      }
    });

    it('give it at least 240 px of a wider one, and half of what is left', () => {
      const minimum = before + 240 + 100 + 100 + 136;
      assert.deepEqual(of(540), { widths: [64, 240, null, null, 136], minimum });
      assert.deepEqual(of(minimum + 101), { widths: [64, 290, null, null, 136], minimum });
    });

    it('let a text that stands alone take what is left', () => {
      const alone = tight.filter(({ key }) => key !== 'groundTruth' && key !== 'prompt');
      assert.deepEqual(of(700, alone), { widths: [64, null, 136], minimum: before + 240 + 136 });
      assert.deepEqual(tightWidths(alone.slice(0, 1), 700), tableWidths(alone.slice(0, 1), {}));
    });
  });

  it('stay between what can be gripped and what can be reached', () => {
    assert.deepEqual([-5, 123.4, 1e6].map(fittingWidth), [40, 123, 2000]);
  });
});
