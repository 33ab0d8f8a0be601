import assert from 'node:assert/strict';
import type { TrendPoint } from '../../../src/wire/trends.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import {
  epochTexts,
  headline,
  improvementText,
  line,
  pointTexts,
  type Trend,
  trends,
} from '../../../webview/trends/series.ts';

const formats = formatsFor('en');

const point = (epoch: number, values: Partial<TrendPoint> = {}): TrendPoint => ({
  epoch,
  step: epoch * 40,
  sample_count: 50,
  avg_exact_match: null,
  avg_char_error_rate: null,
  avg_length_ratio: null,
  avg_word_overlap: null,
  min_char_error_rate: null,
  max_char_error_rate: null,
  validation_pass_rate: null,
  ...values,
});

function trend(key: Trend['key']): Trend {
  const found = trends.find((candidate) => candidate.key === key);
  assert.ok(found);
  return found;
}

const rated = point(19, { avg_char_error_rate: 0.0123, min_char_error_rate: 0, max_char_error_rate: 0.173 });

describe('a trend', () => {
  it('is a line over the epochs with gaps where there is no value', () => {
    const points = [point(0, { avg_exact_match: 0 }), point(1), point(4, { avg_exact_match: 0.64 })];
    assert.deepEqual(line(points, trend('exact').value), [
      { x: 0, y: 0 },
      { x: 1, y: null },
      { x: 4, y: 0.64 },
    ]);
  });

  it('heads its chart with the last epoch that has a value', () => {
    const points = [point(18, { avg_exact_match: 0.64 }), point(19, { sample_count: 1 })];
    assert.deepEqual(headline(trend('exact'), points, formats), {
      value: '64.0%',
      source: 'epoch 18 · 50 samples · higher is better',
    });
    assert.equal(headline(trend('cer'), [rated], formats)?.value, '0.012');
    assert.equal(headline(trend('cer'), points, formats), null);
  });

  it('says value, band, step and samples of a point', () => {
    assert.deepEqual(pointTexts(trend('cer'), rated, formats), [
      '0.012',
      'min 0.000, max 0.173',
      'step 760',
      '50 samples',
    ]);
    const bare = point(1, { step: null, sample_count: 1, avg_word_overlap: 0.5 });
    assert.deepEqual(pointTexts(trend('overlap'), bare, formats), ['50.0%', '1 sample']);
  });

  it('says of an epoch what the job laid over it has as well', () => {
    const overlay = { title: 'other', points: [point(19, { avg_char_error_rate: 0.5 }), point(20)] };
    assert.deepEqual(epochTexts(trend('cer'), 19, [rated], overlay, formats), [
      ...pointTexts(trend('cer'), rated, formats),
      'other: 0.500, step 760, 50 samples',
    ]);
    assert.deepEqual(epochTexts(trend('cer'), 20, [rated], overlay, formats), ['other: –, step 800, 50 samples']);
    assert.deepEqual(epochTexts(trend('cer'), 20, [rated], null, formats), []);
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
    assert.deepEqual(improvementText(98.76, [], formats), { text: '▼ 98.8% less error', tone: 'good' });
    assert.deepEqual(improvementText(-12, [], formats), { text: '▲ 12.0% more error', tone: 'bad' });
    assert.equal(improvementText(0, [], formats).tone, 'quiet');
    assert.equal(improvementText(null, [], formats).tone, 'quiet');
  });

  it('says why there is no overall improvement', () => {
    const texts = ([[], [0.5], [null, null], [0, 0.1], [null, 0.1], [0.1, null]] as const).map((rates) => {
      const points = rates.map((rate, epoch) => point(epoch, { avg_char_error_rate: rate }));
      return improvementText(null, points, formats).text;
    });
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
