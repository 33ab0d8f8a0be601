import assert from 'node:assert/strict';
import type { ChartPoint } from '../../../src/panel/protocol/trends.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { improvementText } from '../../../webview/trends/improvement.ts';
import { drawingOf } from '../../../webview/trends/lines/drawing.ts';
import { headline, placeTexts, pointTexts, type Trend } from '../../../webview/trends/series.ts';
import { linesOf, chartPoint as point, plainTrend as trend } from '../../support/chartPoint.ts';

const formats = formatsFor('en');

const rated = point(19, { cer: [0.0123, 0, 0.173] });
const head = (of: Trend, points: readonly ChartPoint[]) => headline(of, linesOf(points), true, formats);

describe('a trend', () => {
  it('is a line over the epochs with gaps where there is no value', () => {
    const [line] = linesOf([point(0, { exact: 0 }), point(1), point(4, { exact: 0.64 })]);
    assert.ok(line);
    assert.deepEqual(drawingOf(line, trend('exact'), { smoothing: 0, log: false }).line, [
      { x: 0, y: 0, at: 0 },
      { x: 1, y: null, at: 1 },
      { x: 4, y: 0.64, at: 2 },
    ]);
  });

  it('heads its chart with the last epoch that has a value', () => {
    const points = [point(18, { exact: 0.64 }), point(19, {}, { samples: 1, predictions: 1 })];
    assert.deepEqual(head(trend('exact'), points), {
      value: '64.0%',
      source: 'epoch 18 · 50 samples · higher is better',
    });
    assert.equal(head(trend('cer'), [rated])?.value, '0.012');
    assert.equal(head(trend('cer'), points), null);
  });

  it('says value, band, step and samples of a point', () => {
    assert.deepEqual(pointTexts(trend('cer'), rated, true, formats), [
      '0.012',
      'min 0.000, max 0.173',
      'step 760',
      '50 samples',
    ]);
    const bare = point(1, { overlap: 0.5 }, { samples: 1, predictions: 1 });
    assert.deepEqual(pointTexts(trend('overlap'), bare, true, formats), ['50.0%', 'step 40', '1 sample']);
  });

  it('says of an epoch what the job laid over it has as well', () => {
    const overlay = { title: 'other', lines: linesOf([point(19, { cer: 0.5 }), point(20)]) };
    const own = linesOf([rated]);
    assert.deepEqual(placeTexts(trend('cer'), 19, own, overlay, true, formats), [
      ...pointTexts(trend('cer'), rated, true, formats),
      'other: 0.500, min 0.500, max 0.500, step 760, 50 samples',
    ]);
    assert.deepEqual(placeTexts(trend('cer'), 20, own, overlay, true, formats), ['other: –, step 800, 50 samples']);
    assert.deepEqual(placeTexts(trend('cer'), 20, own, null, true, formats), []);
  });

  it('says why there is nothing to draw', () => {
    assert.match(trend('cer').whyEmpty([point(0)]), /^No ground truth/);
    assert.match(trend('validation').whyEmpty([point(0)]), /^No validator/);
  });

  it('does not blame a missing truth where other scores show that there is one', () => {
    assert.doesNotMatch(trend('overlap').whyEmpty([rated]), /ground truth/);
  });
});

describe('the overall improvement', () => {
  it('says its direction in words, not by colour alone', () => {
    assert.deepEqual(improvementText(98.76, [], true, formats), { text: '▲ 98.8% less error', tone: 'good' });
    assert.deepEqual(improvementText(-12, [], true, formats), { text: '▼ 12.0% more error', tone: 'bad' });
    assert.equal(improvementText(0, [], true, formats).tone, 'quiet');
    assert.equal(improvementText(null, [], true, formats).tone, 'quiet');
  });

  it('says why there is no overall improvement', () => {
    const texts = ([[], [0.5], [null, null], [0, 0.1], [null, 0.1], [0.1, null]] as const).map(
      (rates) => improvementText(null, rates, true, formats).text,
    );
    assert.deepEqual(texts, [
      'known after two epochs with a character error rate',
      'known after two epochs with a character error rate',
      'unknown without ground truth',
      'none possible: the first epoch made no error',
      'unknown: the first epoch has no character error rate',
      'unknown: the last epoch has no character error rate',
    ]);
  });
});
