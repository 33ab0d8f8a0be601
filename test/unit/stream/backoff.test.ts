import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  earliestOpening,
  freshBackoff,
  nextOpening,
  noteFailure,
  noteOpening,
  noteRetryHint,
} from '../../../src/stream/backoff.ts';

function afterFailures(failures: number): ReturnType<typeof freshBackoff> {
  let backoff = freshBackoff([]);
  for (let failure = 0; failure < failures; failure += 1) backoff = noteFailure(backoff);
  return backoff;
}

describe('backoff', () => {
  it('doubles from 1 s to 30 s, with full jitter', () => {
    const longest = [1, 2, 3, 4, 5, 6, 20].map((failures) => nextOpening(afterFailures(failures), 0, 1, null));
    assert.deepEqual(longest, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    assert.equal(nextOpening(afterFailures(5), 0, 0, null), 0);
    assert.equal(nextOpening(afterFailures(5), 0, 0.25, null), 4000);
  });

  it('never waits less than the server asks, nor more than 10 minutes for it', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(fc.nat(1_000_000)),
        fc.nat(100_000),
        (failures, random, retryAfter, hint) => {
          const delay = nextOpening(noteRetryHint(afterFailures(failures + 1), hint), 0, random, retryAfter);
          assert.ok(delay >= Math.min(retryAfter ?? 0, 600_000));
          assert.ok(delay >= Math.min(hint, 30_000));
          assert.ok(delay <= Math.max(30_000, Math.min(retryAfter ?? 0, 600_000)));
        },
      ),
    );
  });

  it('lets no thirteenth opening happen within a minute', () => {
    let backoff = freshBackoff([]);
    for (let second = 0; second < 12; second += 1) {
      assert.equal(earliestOpening(backoff, second * 1000), second * 1000);
      backoff = noteOpening(backoff, second * 1000);
    }
    assert.equal(earliestOpening(backoff, 12_000), 60_000);
    assert.equal(nextOpening(backoff, 12_000, 0, null), 60_000);
  });
});
