import assert from 'node:assert/strict';
import { charErrorRate, completeEpochs, presentEpisode, validationPassRate } from '../../../src/notices/episodes.ts';
import { trendPoint } from '../../support/trendPoint.ts';

const rates = (...values: (number | null)[]) =>
  values.map((value, epoch) => trendPoint(epoch, { avg_char_error_rate: value }));
const shares = (...values: (number | null)[]) =>
  values.map((value, epoch) => trendPoint(epoch, { validation_pass_rate: value }));

describe('an episode of worse quality', () => {
  it('begins with the first epoch above the best one by the chosen share', () => {
    const points = rates(0.9, 0.2, 0.24, 0.26, 0.3);
    assert.deepEqual(presentEpisode(points, charErrorRate(25)), {
      best: { epoch: 1, step: 40, value: 0.2 },
      since: 3,
      sinceStep: 120,
      newest: { epoch: 4, step: 160, value: 0.3 },
    });
    assert.equal(presentEpisode(points, charErrorRate(20))?.since, 2);
    assert.equal(presentEpisode(points, charErrorRate(100)), null);
  });

  it('is over once an epoch is near the best one again, and may begin anew', () => {
    assert.equal(presentEpisode(rates(0.2, 0.4, 0.21), charErrorRate(25)), null);
    assert.equal(presentEpisode(rates(0.2, 0.4, 0.21, 0.4), charErrorRate(25))?.since, 3);
  });

  it('is measured against the best epoch so far, not against the first', () => {
    assert.equal(presentEpisode(rates(0.5, 0.1, 0.2), charErrorRate(25))?.best.epoch, 1);
  });

  it('needs a rise that is more than noise where the best rate is almost nothing', () => {
    assert.equal(presentEpisode(rates(0, 0.009), charErrorRate(25)), null);
    assert.equal(presentEpisode(rates(0, 0.01), charErrorRate(25))?.since, 1);
  });

  it('takes no notice of epochs without a value', () => {
    assert.equal(presentEpisode(rates(0.2, null, 0.4, null), charErrorRate(25))?.newest.epoch, 2);
    assert.equal(presentEpisode(rates(null, null), charErrorRate(25)), null);
  });

  it('of validation begins ten percentage points below the best epoch', () => {
    assert.equal(presentEpisode(shares(0.5, 0.9, 0.81), validationPassRate), null);
    assert.equal(presentEpisode(shares(0.5, 0.9, 0.8), validationPassRate)?.since, 2);
  });
});

describe('the epochs that are complete', () => {
  const points = [trendPoint(0, { sample_count: 50 }), trendPoint(1, { sample_count: 49 })];

  it('leave out the last one while it has fewer samples than the one before', () => {
    assert.deepEqual(
      completeEpochs(points, false).map(({ epoch }) => epoch),
      [0],
    );
    assert.equal(completeEpochs([points[0] ?? trendPoint(0), trendPoint(1, { sample_count: 50 })], false).length, 2);
    assert.equal(completeEpochs([trendPoint(0)], false).length, 0);
  });

  it('are all of them once the job ended', () => {
    assert.equal(completeEpochs(points, true).length, 2);
  });
});
