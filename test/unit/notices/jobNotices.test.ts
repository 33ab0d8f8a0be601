import assert from 'node:assert/strict';
import { beginMemory, type JobFacts, type JobNotice, look } from '../../../src/notices/jobNotices.ts';
import { trendPoint } from '../../support/trendPoint.ts';

const rates = (...values: number[]) => values.map((value, epoch) => trendPoint(epoch, { avg_char_error_rate: value }));

/** A job that is looked at every so many ms, from what was known of it at first. */
function watched(first: Partial<JobFacts> = {}) {
  let facts: JobFacts = {
    status: 'running',
    connected: true,
    caughtUp: true,
    held: 0,
    points: [],
    quality: null,
    ...first,
  };
  let now = 1_000_000;
  let memory = beginMemory(facts, now);
  const notices: JobNotice[] = [];
  const see = (changed: Partial<JobFacts> = {}, after = 1000): JobNotice[] => {
    facts = { ...facts, ...changed };
    now += after;
    const seen = look(memory, facts, 25, now);
    memory = seen.memory;
    notices.push(...seen.notices);
    return seen.notices;
  };
  see();
  /** So many ms in which nothing changes, looked at as often as the notifier does. */
  const pass = (ms: number): JobNotice[] => {
    const told: JobNotice[] = [];
    for (let left = ms; left > 0; left -= 15_000) told.push(...see({}, Math.min(left, 15_000)));
    return told;
  };
  return { see, pass, notices };
}

const kinds = (notices: readonly JobNotice[]) => notices.map(({ kind }) => kind);

describe('the end of a run', () => {
  it('is told once, with what the run came to', () => {
    const job = watched();
    const told = job.see({ status: 'completed', held: 50, points: rates(0.5, 0.1) });
    assert.deepEqual(told, [
      {
        kind: 'runEnded',
        cause: 'completed 50',
        status: 'completed',
        held: 50,
        last: rates(0.5, 0.1)[1],
        quality: null,
      },
    ]);
    job.pass(120_000);
    assert.equal(job.notices.length, 1);
  });

  it('is no news of a job that had ended before it was watched', () => {
    const job = watched({ status: 'failed' });
    job.pass(120_000);
    assert.deepEqual(job.notices, []);
  });

  it('is told anew when the job ran again', () => {
    const job = watched();
    job.see({ status: 'failed', held: 10 });
    job.see({ status: 'running' });
    assert.deepEqual(kinds(job.see({ status: 'completed', held: 20 })), ['runEnded']);
  });

  it('waits until everything is held, but not for ever', () => {
    const job = watched();
    assert.deepEqual(job.see({ status: 'completed', caughtUp: false }), []);
    assert.deepEqual(kinds(job.see({ caughtUp: true, held: 5 })), ['runEnded']);
    const never = watched();
    never.see({ status: 'completed', caughtUp: false });
    assert.deepEqual(kinds(never.pass(60_000)), ['runEnded']);
  });

  it('is not told of a job whose connection is lost', () => {
    const job = watched();
    job.see({ connected: false, caughtUp: false });
    job.pass(600_000);
    assert.deepEqual(job.notices, []);
  });
});

describe('quality that got worse', () => {
  it('is told once for an episode, and again for the next one', () => {
    const job = watched({ points: rates(0.5) });
    job.see({ points: rates(0.5, 0.2) });
    assert.deepEqual(kinds(job.see({ points: rates(0.5, 0.2, 0.4) })), ['qualityRegressed']);
    assert.deepEqual(job.see({ points: rates(0.5, 0.2, 0.4, 0.5) }), []);
    job.see({ points: rates(0.5, 0.2, 0.4, 0.5, 0.2) });
    assert.deepEqual(kinds(job.see({ points: rates(0.5, 0.2, 0.4, 0.5, 0.2, 0.4) })), ['qualityRegressed']);
  });

  it('names the same cause in every window, whenever it looks', () => {
    const early = watched({ points: rates(0.2) }).see({ points: rates(0.2, 0.4) });
    const late = watched({ points: rates(0.2) }).see({ points: rates(0.2, 0.4, 0.6) });
    assert.equal(early[0]?.cause, late[0]?.cause);
  });

  it('is no news where it lies before the watch', () => {
    const job = watched({ caughtUp: false });
    assert.deepEqual(job.see({ caughtUp: true, held: 150, points: rates(0.2, 0.4, 0.5) }), []);
    assert.deepEqual(job.see({ held: 200, points: rates(0.2, 0.4, 0.5, 0.6) }), []);
  });

  it('is not read from a snapshot or a catch-up that is still going on', () => {
    const job = watched({ points: rates(0.2) });
    assert.deepEqual(job.see({ caughtUp: false, points: rates(0.2, 0.9) }), []);
    assert.deepEqual(job.see({ caughtUp: true, points: rates(0.2, 0.2) }), []);
  });

  it('is told of epochs that were caught up on', () => {
    const job = watched({ points: rates(0.2) });
    job.see({ caughtUp: false, connected: false });
    assert.deepEqual(kinds(job.see({ caughtUp: true, connected: true, points: rates(0.2, 0.4) })), [
      'qualityRegressed',
    ]);
  });

  it('is told of validation by itself', () => {
    const passing = (...values: number[]) =>
      values.map((value, epoch) => trendPoint(epoch, { validation_pass_rate: value }));
    const job = watched({ points: passing(0.9) });
    assert.deepEqual(kinds(job.see({ points: passing(0.9, 0.5) })), ['validationDropped']);
  });

  it('is forgotten with the life of the job that it was of', () => {
    const job = watched({ held: 100, points: rates(0.2, 0.4) });
    assert.deepEqual(job.see({ held: 0, caughtUp: false, points: [] }), []);
    assert.deepEqual(job.see({ held: 100, caughtUp: true, points: rates(0.2, 0.4) }), []);
  });
});

describe('predictions that stay away', () => {
  /** A run that sends every 60 s. */
  function steady() {
    const job = watched();
    for (let held = 50; held <= 200; held += 50) {
      job.pass(59_000);
      job.see({ held });
    }
    assert.deepEqual(job.notices, []);
    return job;
  }

  it('are told once, after three times the longest pause so far', () => {
    const job = steady();
    assert.deepEqual(job.pass(180_000), []);
    const told = job.pass(600_000);
    assert.deepEqual(kinds(told), ['noPredictions']);
    assert.equal(told[0]?.kind === 'noPredictions' && told[0].usual, 60_000);
  });

  it('are told again after another one came', () => {
    const job = steady();
    job.pass(600_000);
    job.see({ held: 250 });
    // The long pause has become part of what is usual.
    assert.deepEqual(kinds(job.pass(3_600_000)), ['noPredictions']);
  });

  it('are no news while nobody knows what is usual', () => {
    const job = watched();
    job.see({ held: 50 });
    job.pass(3_600_000);
    assert.deepEqual(job.notices, []);
  });

  it('are no news while the connection is lost, the job does not claim to run, or the machine slept', () => {
    for (const changed of [{ connected: false, caughtUp: false }, { status: 'pending' }]) {
      const job = steady();
      job.see(changed);
      assert.deepEqual(job.pass(3_600_000), []);
    }
    const job = steady();
    assert.deepEqual(job.see({}, 8 * 3_600_000), []);
    assert.deepEqual(job.pass(60_000), []);
  });

  it('do not take a loss of the connection for a pause of the run', () => {
    const job = steady();
    job.see({ connected: false, caughtUp: false });
    job.pass(3_600_000);
    job.see({ connected: true, caughtUp: true, held: 400 });
    assert.deepEqual(kinds(job.pass(300_000)), ['noPredictions']);
  });
});
