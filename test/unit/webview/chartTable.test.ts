import assert from 'node:assert/strict';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { cellText, changesTable, newestText, tableCsv, trendTable } from '../../../webview/trends/chartTable.ts';
import type { Overlay } from '../../../webview/trends/overlay.ts';
import { chartPoint, linesOf, plainTrend } from '../../support/chartPoint.ts';

const formats = formatsFor('en');
const all = Number.POSITIVE_INFINITY;

const point = (epoch: number, mean: number | null, low = mean, high = mean) =>
  chartPoint(epoch, mean === null ? {} : { cer: [mean, low ?? mean, high ?? mean] }, { step: epoch * 400 });

describe('the table of a chart', () => {
  const points = [point(0, 0.97179412, 0.92, 1), point(4, null)];
  const table = (overlay: Overlay | null) =>
    trendTable({ trend: plainTrend('cer'), lines: linesOf(points), overlay, byEpoch: true }, all, formats);

  it('has every number that is drawn, as a person reads it', () => {
    const whole = table(null);
    assert.deepEqual(
      whole.columns.map(({ heading }) => heading),
      ['Epoch', 'Step', 'Character error rate', 'Min', 'Max', 'Samples'],
    );
    const texts = whole.rows.map(({ values }) => values.map((_value, column) => cellText(whole, values, column)));
    assert.deepEqual(texts, [
      ['0', '0', '0.972', '0.920', '1.000', '50'],
      ['4', '1,600', '–', '–', '–', '50'],
    ]);
  });

  it('has the job that is laid over in a column of its own, with the epochs of both', () => {
    const both = table({ title: 'other', lines: linesOf([point(2, 0.5), point(4, 0.25)]) });
    assert.equal(both.columns.at(-1)?.heading, 'Character error rate, other');
    assert.deepEqual(
      both.rows.map(({ epoch, own, values }) => [epoch, own, values.at(-1)]),
      [
        [0, true, null],
        [2, false, 0.5],
        [4, true, 0.25],
      ],
    );
  });

  it('is saved with whole numbers, empty where there is none', () => {
    assert.equal(
      tableCsv(table(null)),
      'Epoch,Step,Character error rate,Min,Max,Samples\r\n0,0,0.97179412,0.92,1,50\r\n4,1600,,,,50\r\n',
    );
  });

  it('says so where it lacks the older lines', () => {
    assert.equal(newestText(31, 31, formats), null);
    assert.equal(
      newestText(100, 20_000, formats),
      'Showing the newest 100 of 20,000 lines. A saved CSV has all of them.',
    );
  });

  it('counts improved, regressed and unchanged samples beside the step', () => {
    const changes = [
      { epoch: 4, step: 1600, improved: 1200, regressed: 3, unchanged: 0 },
      { epoch: 5, step: 2000, improved: 0, regressed: 0, unchanged: 1 },
    ];
    assert.equal(
      tableCsv(changesTable(changes, true, formats)),
      'Epoch,Step,Improved,Regressed,Unchanged\r\n4,1600,1200,3,0\r\n5,2000,0,0,1\r\n',
    );
  });
});
