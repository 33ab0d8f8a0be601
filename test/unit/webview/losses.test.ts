import assert from 'node:assert/strict';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { cellText, tableCsv } from '../../../webview/trends/chartTable.ts';
import {
  figureTrend,
  type LossLines,
  lossHeadline,
  lossLegend,
  lossTable,
  lossTrends,
  stepTexts,
  unplacedValues,
} from '../../../webview/trends/losses/losses.ts';

const formats = formatsFor('en');
const [loss, learningRate] = lossTrends;
assert.ok(loss && learningRate);

const nothing = { points: [], total: 0 };
const lines = {
  train: {
    points: [
      [100, 1.25],
      [200, 0.91585],
    ],
    total: 2,
  },
  eval: { points: [[200, 1.0]], total: 1 },
  learningRate: { points: [[100, 0.000012]], total: 1 },
} satisfies LossLines;

describe('the chart of the losses', () => {
  it('is headed by the last train loss and the last eval loss', () => {
    assert.deepEqual(lossHeadline(loss, lines, formats), {
      value: '0.9159',
      source: 'train loss, step 200 · eval loss 1 at step 200 · lower is better',
    });
  });

  it('has nothing to show where nothing was logged', () => {
    assert.equal(lossHeadline(loss, { train: nothing, eval: nothing, learningRate: nothing }, formats), null);
  });

  it('says when it shows fewer points than there are', () => {
    const thinned = { ...lines, eval: nothing, train: { points: lines.train.points, total: 12_000 } };
    assert.match(lossHeadline(loss, thinned, formats)?.source ?? '', /showing 2 of 12,000 points$/);
  });

  it('tells its lines apart by more than colour', () => {
    assert.deepEqual(lossLegend(loss, lines), [
      { text: 'Train loss', look: 'solid' },
      { text: 'Eval loss', look: 'dashed' },
    ]);
    assert.deepEqual(lossLegend(learningRate, lines), []);
  });

  it('says of a step what each line has there', () => {
    assert.deepEqual(stepTexts(loss, lines, 200, formats), ['Train loss 0.9159', 'Eval loss 1']);
    assert.deepEqual(stepTexts(loss, lines, 100, formats), ['Train loss 1.25']);
  });

  it('has its numbers in a table, whole in the file', () => {
    const table = lossTable(loss, lines, formats);
    assert.deepEqual(
      table.rows.map(({ values }) => values.map((_value, column) => cellText(table, values, column))),
      [
        ['100', '1.25', '–'],
        ['200', '0.9159', '1'],
      ],
    );
    assert.equal(tableCsv(table), 'Step,Train loss,Eval loss\r\n100,1.25,\r\n200,0.91585,1\r\n');
  });

  it('writes a very small learning rate as one reads it', () => {
    assert.equal(lossHeadline(learningRate, lines, formats)?.value, '1.2e-5');
    assert.equal(formats.figure(0.0008), '0.0008');
    assert.equal(formats.figure(0), '0');
  });
});

describe('the chart of any other figure', () => {
  const hostile = 'train/kl\u202e';
  const trend = figureTrend(hostile);
  const line = {
    points: [
      [10, 0.5],
      [20, null],
      [30, -0.25],
      [40, null],
    ] as const,
    total: 2,
    gaps: 2,
  };
  const figure: LossLines = { value: { ...line, points: [...line.points] } };

  it('is called by its name, with marks for what cannot be seen', () => {
    assert.equal(trend.title, 'train/kl⟨U+202E⟩');
  });

  it('is headed by the last finite value, and says how many were not', () => {
    assert.deepEqual(lossHeadline(trend, figure, formats), {
      value: '-0.25',
      source: 'step 30 · 2 values were not finite',
    });
    assert.equal(lossHeadline(trend, { value: { points: [[1, null]], total: 0, gaps: 1 } }, formats), null);
    assert.equal(unplacedValues(trend, figure), 1);
    assert.deepEqual(lossLegend(trend, figure), []);
  });

  it('has its gaps in its table', () => {
    assert.equal(
      tableCsv(lossTable(trend, figure, formats)),
      'Step,train/kl⟨U+202E⟩\r\n10,0.5\r\n20,\r\n30,-0.25\r\n40,\r\n',
    );
    assert.deepEqual(stepTexts(trend, figure, 20, formats), []);
  });
});
