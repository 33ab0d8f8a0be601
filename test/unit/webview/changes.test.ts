import assert from 'node:assert/strict';
import type { TrendPoint } from '../../../src/wire/trends.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import {
  changeKinds,
  changeText,
  lastChanges,
  newestBarsText,
  whyNoChanges,
} from '../../../webview/trends/changes/changes.ts';
import { overlayChoices, overlayLegend } from '../../../webview/trends/overlay.ts';

const formats = formatsFor('en');
const point = (rate: number | null): TrendPoint => ({
  epoch: 1,
  step: 1,
  sample_count: 1,
  avg_exact_match: null,
  avg_char_error_rate: rate,
  avg_length_ratio: null,
  avg_word_overlap: null,
  min_char_error_rate: rate,
  max_char_error_rate: rate,
  validation_pass_rate: null,
});

describe('changed samples', () => {
  const none = { epoch: 0, step: 0, improved: 0, regressed: 0, unchanged: 0 };
  const some = { epoch: 1, step: 8, improved: 1200, regressed: 3, unchanged: 35 };

  it('are counted in words', () => {
    assert.deepEqual(
      changeKinds.map((kind) => changeText(kind, some, formats)),
      ['▲ 1,200 improved', '▼ 3 regressed', '= 35 unchanged'],
    );
  });

  it('are headed by the last epoch that has any', () => {
    assert.equal(lastChanges([none, some, { ...none, epoch: 2 }]), some);
    assert.equal(lastChanges([none]), undefined);
  });

  it('say of how many epochs the newest are drawn', () => {
    assert.deepEqual(newestBarsText(200, formats), []);
    assert.deepEqual(newestBarsText(20_000, formats), ['showing the newest 200 of 20,000 epochs']);
  });

  it('say why there are none', () => {
    assert.match(whyNoChanges([point(0.5)]), /^No two epochs/);
    assert.match(whyNoChanges([point(null), point(null)]), /^No ground truth/);
  });
});

describe('a job that is laid over', () => {
  const others = [{ key: 'k', title: 'other' }];

  it('is chosen among the watched ones', () => {
    assert.deepEqual(overlayChoices(others, 'k'), {
      choices: [
        { value: '', text: 'nothing' },
        { value: 'k', text: 'other' },
      ],
      chosen: 'k',
    });
    assert.equal(overlayChoices(others, 'gone').chosen, '');
    assert.match(overlayChoices([], 'k').choices[0]?.text ?? '', /no other job/);
  });

  it('is named in the legend, also where it has nothing to draw', () => {
    const overlay = { title: 'other', points: [point(0.5)] };
    const texts = (read: (of: TrendPoint) => number | null) =>
      overlayLegend(overlay, read).map(({ text, look }) => `${look} ${text}`);
    assert.deepEqual(
      texts((of) => of.avg_char_error_rate),
      ['solid This job', 'dashed other'],
    );
    assert.deepEqual(
      texts((of) => of.validation_pass_rate),
      ['solid This job', 'dashed other (no values)'],
    );
    assert.deepEqual(
      overlayLegend(null, () => null),
      [],
    );
  });
});
