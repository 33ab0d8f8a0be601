import assert from 'node:assert/strict';
import { formatsFor } from '../../../webview/texts/formats.ts';
import {
  changeKinds,
  changesLegend,
  changeText,
  lastChanges,
  newestBarsText,
  whyNoChanges,
} from '../../../webview/trends/changes/changes.ts';
import { legendOf, overlayChoices } from '../../../webview/trends/overlay.ts';
import type { Trend } from '../../../webview/trends/series.ts';
import { chartPoint, linesOf, plainTrend } from '../../support/chartPoint.ts';

const formats = formatsFor('en');
const point = (cer: number) => chartPoint(1, { cer });

describe('changed samples', () => {
  const none = { epoch: 0, step: 0, improved: 0, regressed: 0, unchanged: 0 };
  const some = { epoch: 1, step: 8, improved: 1200, regressed: 3, unchanged: 35 };

  it('are counted in words', () => {
    assert.deepEqual(
      changeKinds.map((kind) => changeText(kind, some, formats)),
      ['▲ 1,200 improved', '▼ 3 regressed', '= 35 unchanged'],
    );
  });

  it('have a legend that names each kind of bar, the hollow ones among them', () => {
    assert.deepEqual(changesLegend, [
      { text: '▲ improved', look: 'improved' },
      { text: '▼ regressed', look: 'regressed' },
      { text: '= unchanged', look: 'unchanged' },
    ]);
  });

  it('are headed by the last epoch that has any', () => {
    assert.equal(lastChanges([none, some, { ...none, epoch: 2 }]), some);
    assert.equal(lastChanges([none]), undefined);
  });

  it('say of how many epochs the newest are drawn', () => {
    assert.deepEqual(newestBarsText(200, true, formats), []);
    assert.deepEqual(newestBarsText(20_000, true, formats), ['showing the newest 200 of 20,000 epochs']);
  });

  it('say why there are none', () => {
    assert.match(whyNoChanges(true, true), /^No two epochs/);
    assert.match(whyNoChanges(false, true), /^No ground truth/);
  });
});

describe('a job that is laid over', () => {
  const others = [{ key: 'k', title: 'other' }];

  it('is chosen among the watched ones', () => {
    assert.deepEqual(overlayChoices(others, 'k'), {
      choices: [
        { value: '', text: 'none' },
        { value: 'k', text: 'other' },
      ],
      chosen: 'k',
    });
    assert.equal(overlayChoices(others, 'gone').chosen, '');
    assert.match(overlayChoices([], 'k').choices[0]?.text ?? '', /no other job/);
  });

  it('is named in the legend, also where it has nothing to draw', () => {
    const lines = linesOf([point(0.5)]);
    const overlay = { title: 'other', lines };
    const texts = ({ value }: Trend) => legendOf(lines, overlay, value).map(({ text, look }) => `${look} ${text}`);
    assert.deepEqual(texts(plainTrend('cer')), ['solid This job', 'dashed other']);
    assert.deepEqual(texts(plainTrend('validation')), ['solid This job', 'dashed other (no values)']);
    assert.deepEqual(legendOf(lines, null, plainTrend('cer').value), []);
  });
});
