import assert from 'node:assert/strict';
import { type Heard, nextNews, type Told } from '../../../webview/news.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';

const formats = formatsFor('en');
const start = 1_000_000;
const told: Told = { held: 50, at: 0 };
const heard = (held: number, change: Partial<Heard> = {}): Heard => ({
  counts: { held, newestEpoch: 3, newestStep: null },
  label: 'Live',
  settled: true,
  now: start,
  ...change,
});

describe('news for screen readers', () => {
  it('sum up what arrived', () => {
    assert.equal(nextNews(told, heard(55), formats).text, '5 new predictions, epoch 3');
    assert.equal(nextNews(told, heard(51), formats).text, '1 new prediction, epoch 3');
    const none = heard(1050, { counts: { held: 1050, newestEpoch: null, newestStep: null } });
    assert.equal(nextNews(told, none, formats).text, '1,000 new predictions');
  });

  it('name the step where that names a checkpoint', () => {
    const steps = heard(55, { counts: { held: 55, newestEpoch: 0, newestStep: 1200 } });
    assert.equal(nextNews(told, steps, formats).text, '5 new predictions, step 1,200');
  });

  it('say nothing of the first snapshot', () => {
    const before = nextNews({ held: null, at: 0 }, heard(40, { settled: false }), formats);
    const settled = nextNews(before.told, heard(50), formats);
    assert.deepEqual([before.text, settled.text], [null, null]);
    assert.equal(nextNews(settled.told, heard(52), formats).text, '2 new predictions, epoch 3');
  });

  it('come at most every five seconds, and then of all that came meanwhile', () => {
    const first = nextNews(told, heard(51), formats);
    const soon = nextNews(first.told, heard(54, { now: start + 2000 }), formats);
    assert.deepEqual([soon.text, soon.wait], [null, 3000]);
    const later = nextNews(soon.told, heard(56, { now: start + 5000 }), formats);
    assert.equal(later.text, '5 new predictions, epoch 3');
  });

  it('wait until the panel is live again', () => {
    const away = nextNews(told, heard(55, { label: 'Reconnecting' }), formats);
    assert.deepEqual([away.text, away.wait], [null, null]);
    assert.equal(nextNews(away.told, heard(57), formats).text, '7 new predictions, epoch 3');
  });

  it('begin anew with another life of the job', () => {
    const anew = nextNews(told, heard(2), formats);
    assert.equal(anew.text, null);
    assert.equal(nextNews(anew.told, heard(4), formats).text, '2 new predictions, epoch 3');
  });
});
