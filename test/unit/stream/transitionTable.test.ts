import assert from 'node:assert/strict';
import { freshBackoff } from '../../../src/stream/backoff.ts';
import { type ConnectionEvent, type ConnectionState, transition } from '../../../src/stream/connectionState.ts';

const now = 1_000_000;
const backoff = freshBackoff([]);
const policy = { liveUpdates: true, maxAttempts: 2, pollInterval: 30_000, heartbeat: 15_000 };

/** One state of each kind; `trying`: polling with an attempt at the stream under way. Nothing is due in any of them. */
const states: Record<string, ConnectionState> = {
  idle: { name: 'idle' },
  connecting: { name: 'connecting', since: now, backoff },
  live: { name: 'live', openedAt: now, lastByteAt: now, heartbeat: 15_000, backoff },
  waiting: { name: 'waiting', retryAt: now + 5000, backoff },
  polling: {
    name: 'polling',
    nextPollAt: now + 9,
    nextTryAt: now + 9,
    tryingSince: null,
    lastPollFailed: false,
    backoff,
  },
  trying: { name: 'polling', nextPollAt: now + 9, nextTryAt: null, tryingSince: now, lastPollFailed: false, backoff },
  paused: { name: 'paused', openings: [] },
  signedOut: { name: 'signedOut', openings: [] },
  gone: { name: 'gone', openings: [] },
  finished: { name: 'finished', openings: [] },
};

const events: Record<string, ConnectionEvent> = {
  start: { type: 'start', hasKey: true },
  'start, no key': { type: 'start', hasKey: false },
  stop: { type: 'stop' },
  'key set': { type: 'keyChanged', hasKey: true },
  'key cleared': { type: 'keyChanged', hasKey: false },
  bytes: { type: 'bytes' },
  heartbeatInterval: { type: 'heartbeatInterval', interval: 1000 },
  delivered: { type: 'delivered' },
  retryHint: { type: 'retryHint', delay: 1000 },
  interrupted: { type: 'interrupted', retryAfter: null },
  refused: { type: 'refused' },
  missing: { type: 'missing' },
  polled: { type: 'polled', succeeded: true, retryAfter: null },
  timer: { type: 'timer' },
  pause: { type: 'pause' },
  resume: { type: 'resume' },
  reconnect: { type: 'reconnect' },
  focus: { type: 'focus' },
  policyChanged: { type: 'policyChanged' },
  jobEnded: { type: 'jobEnded' },
  jobResumed: { type: 'jobResumed' },
  clockSetBack: { type: 'clockSetBack', by: 3_600_000 },
};

const order = ['idle', 'connecting', 'live', 'waiting', 'polling', 'trying', 'paused', 'signedOut', 'gone', 'finished'];

/**
 * Every state × every event: the state that follows, with the effects behind it: o open, c close, p poll, u catch up.
 * A dot is the state itself with no effect.
 */
const table = `
start             | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co
start, no key     | signedOut c   | signedOut c   | signedOut c   | signedOut c   | signedOut c   | signedOut c   | signedOut c   | signedOut c   | signedOut c   | signedOut c
stop              | idle c        | idle c        | idle c        | idle c        | idle c        | idle c        | idle c        | idle c        | idle c        | idle c
key set           | .             | connecting co | connecting co | connecting co | connecting co | connecting co | .             | connecting co | .             | .
key cleared       | .             | signedOut c   | signedOut c   | signedOut c   | signedOut c   | signedOut c   | .             | .             | .             | .
bytes             | .             | live u        | .             | .             | .             | live u        | .             | .             | .             | .
heartbeatInterval | .             | live u        | .             | .             | .             | live u        | .             | .             | .             | .
delivered         | .             | live u        | .             | .             | .             | live u        | .             | .             | .             | .
retryHint         | .             | live u        | .             | .             | .             | live u        | .             | .             | .             | .
interrupted       | .             | waiting c     | waiting c     | .             | .             | polling c     | .             | .             | .             | .
refused           | .             | signedOut c   | signedOut c   | signedOut c   | signedOut c   | signedOut c   | .             | .             | .             | signedOut c
missing           | .             | gone c        | gone c        | gone c        | gone c        | gone c        | .             | .             | .             | gone c
polled            | .             | .             | .             | .             | .             | .             | .             | .             | .             | .
timer             | .             | .             | .             | .             | .             | .             | .             | .             | .             | .
pause             | .             | paused c      | paused c      | paused c      | paused c      | paused c      | .             | .             | .             | .
resume            | .             | .             | .             | .             | .             | .             | connecting co | .             | .             | .
reconnect         | .             | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co | connecting co
focus             | .             | .             | .             | connecting co | polling po    | polling p     | .             | .             | .             | .
policyChanged     | .             | .             | .             | .             | .             | .             | .             | .             | .             | .
jobEnded          | .             | finished c    | finished c    | finished c    | finished c    | finished c    | .             | .             | .             | .
jobResumed        | .             | .             | .             | .             | .             | .             | .             | .             | .             | connecting co
clockSetBack      | .             | .             | .             | .             | .             | .             | .             | .             | .             | .
`;

const letters = { open: 'o', close: 'c', poll: 'p', catchUp: 'u' } as const;

describe('the table of the connection', () => {
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('has a row for every event and a column for every state', () => {
    assert.deepEqual(
      rows.map(([event]) => event),
      Object.keys(events),
    );
    assert.deepEqual(order, Object.keys(states));
    for (const row of rows) assert.equal(row.length, order.length + 1, row[0]);
  });

  for (const [name = '', ...cells] of rows) {
    it(`says what follows on “${name}” in every state`, () => {
      for (const [index, expected] of cells.entries()) {
        const before = states[order[index] ?? ''];
        const event = events[name];
        assert.ok(before !== undefined && event !== undefined);
        const { state, effects } = transition(before, event, { now, random: 0.5, policy });
        const follows = `${state.name} ${effects.map((effect) => letters[effect]).join('')}`.trim();
        const same = expected === '.' ? before.name : expected;
        assert.equal(follows, same, `${order[index]} × ${name}`);
      }
    });
  }
});
