/**
 * The connection of one watched job as a pure state machine: `(state, event, circumstances) → (state, effects)`.
 * README.md beside this file tells the states' meaning and the invariants. All times are ms.
 */
import {
  type Backoff,
  believed,
  earliestOpening,
  freshBackoff,
  nextOpening,
  noteFailure,
  noteOpening,
  noteRetryHint,
  noteSuccess,
} from './backoff.ts';

/** A connection counts as sound once it lived so long, even without a heartbeat. */
export const soundAfter = 10_000;
/** While polling, the stream is tried again this often. */
export const streamRetryInterval = 30_000;
/** Silence of so many heartbeats means that the connection is dead: 2.5 are promised, and timers are late at times. */
export const silentHeartbeats = 2.45;

export type ConnectionState =
  | { name: 'idle' }
  | { name: 'connecting'; since: number; backoff: Backoff }
  | { name: 'live'; openedAt: number; lastByteAt: number; heartbeat: number; backoff: Backoff }
  | { name: 'waiting'; retryAt: number; backoff: Backoff }
  /** `nextTryAt` is when the stream is tried again: never (null) when live updates are switched off. */
  | {
      name: 'polling';
      nextPollAt: number;
      nextTryAt: number | null;
      /** When the attempt under way began; null when there is none. */
      tryingSince: number | null;
      lastPollFailed: boolean;
      backoff: Backoff;
    }
  /** These do nothing by themselves, and remember when they last did: who toggles them quickly opens no more. */
  | Halted;

interface Halted {
  name: 'paused' | 'signedOut' | 'gone' | 'finished';
  openings: readonly number[];
}

export type ConnectionEvent =
  /** Begin, or begin again from nothing: a new watch, another server. */
  | { type: 'start'; hasKey: boolean }
  | { type: 'stop' }
  /** The key was set, replaced or cleared. */
  | { type: 'keyChanged'; hasKey: boolean }
  /** Any bytes of the open response. */
  | { type: 'bytes' }
  /** The stream said how often it beats. */
  | { type: 'heartbeatInterval'; interval: number }
  /** A whole `heartbeat` or `prediction` arrived. */
  | { type: 'delivered' }
  /** The stream's `retry:` field. */
  | { type: 'retryHint'; delay: number }
  /** The response ended, cleanly or not, or could not be opened; `retryAfter` is what the server asked for. */
  | { type: 'interrupted'; retryAfter: number | null }
  /** 401 or 403, to the stream or to any other request of this job. */
  | { type: 'refused' }
  /** 404, to the stream or to any other request of this job. */
  | { type: 'missing' }
  /** A reading over REST came to its end; `retryAfter` is what the server asked for. */
  | { type: 'polled'; succeeded: boolean; retryAfter: number | null }
  /** The time that `wakeAt` named has come. */
  | { type: 'timer' }
  | { type: 'pause' }
  | { type: 'resume' }
  /** The user asks for a fresh connection. */
  | { type: 'reconnect' }
  /** The window has the focus again or the machine woke up. */
  | { type: 'focus' }
  | { type: 'policyChanged' }
  /** The job ended on the server and everything it has is held. */
  | { type: 'jobEnded' }
  /** The job runs again. */
  | { type: 'jobResumed' }
  /** The system's clock was set back by so many ms: all times of the state were taken before. */
  | { type: 'clockSetBack'; by: number };

/** What the runner has to do; it holds at most one response open. */
export type Effect = 'open' | 'close' | 'poll' | 'catchUp';

export interface Policy {
  /** False: no stream at all, polling only. */
  liveUpdates: boolean;
  /** Failures in a row before polling begins. */
  maxAttempts: number;
  pollInterval: number;
  /** Between two heartbeats, unless the server says otherwise. */
  heartbeat: number;
}

export interface Circumstances {
  now: number;
  /** 0..1, evenly spread. */
  random: number;
  policy: Policy;
}

export interface Transition {
  state: ConnectionState;
  effects: Effect[];
}

export const idle: ConnectionState = { name: 'idle' };

/** What a state does next. */
export function transition(state: ConnectionState, event: ConnectionEvent, at: Circumstances): Transition {
  switch (event.type) {
    case 'keyChanged':
      if (state.name === 'signedOut' && event.hasKey) return begin(freshBackoff(openingsOf(state)), at);
      if (!isRunning(state)) return stay(state);
      return transition(state, { type: 'start', hasKey: event.hasKey }, at);
    case 'start':
      return event.hasKey ? begin(freshBackoff(openingsOf(state)), at) : halt('signedOut', state);
    case 'stop':
      return { state: idle, effects: ['close'] };
    case 'pause':
      return isRunning(state) ? halt('paused', state) : stay(state);
    case 'resume':
      return state.name === 'paused' ? begin(freshBackoff(state.openings), at) : stay(state);
    case 'reconnect':
      return state.name === 'idle' ? stay(state) : begin(freshBackoff(openingsOf(state)), at);
    case 'refused':
      return isRunning(state) || state.name === 'finished' ? halt('signedOut', state) : stay(state);
    case 'missing':
      return isRunning(state) || state.name === 'finished' ? halt('gone', state) : stay(state);
    case 'jobEnded':
      return isRunning(state) ? halt('finished', state) : stay(state);
    case 'jobResumed':
      return state.name === 'finished' ? begin(freshBackoff(state.openings), at) : stay(state);
    case 'policyChanged':
      return policyChanged(state, at);
    case 'focus':
      return focused(state, at);
    case 'bytes':
    case 'heartbeatInterval':
    case 'delivered':
    case 'retryHint':
      return received(state, event, at);
    case 'interrupted':
      return interrupted(state, event.retryAfter, at);
    case 'polled':
      return polled(state, event, at);
    case 'timer':
      return timer(state, at);
    case 'clockSetBack':
      return stay(earlier(state, event.by));
  }
}

/** A state whose times are `by` ms earlier. */
function earlier(state: ConnectionState, by: number): ConnectionState {
  if (state.name === 'idle') return state;
  if (!isRunning(state)) return { ...state, openings: state.openings.map((time) => time - by) };
  const backoff = { ...state.backoff, openings: state.backoff.openings.map((time) => time - by) };
  const maybe = (time: number | null) => (time === null ? null : time - by);
  switch (state.name) {
    case 'connecting':
      return { ...state, backoff, since: state.since - by };
    case 'live':
      return { ...state, backoff, openedAt: state.openedAt - by, lastByteAt: state.lastByteAt - by };
    case 'waiting':
      return { ...state, backoff, retryAt: state.retryAt - by };
    case 'polling': {
      const [nextTryAt, tryingSince] = [maybe(state.nextTryAt), maybe(state.tryingSince)];
      return { ...state, backoff, nextPollAt: state.nextPollAt - by, nextTryAt, tryingSince };
    }
  }
}

/** When the state wants a `timer` event, in ms since 1970; null when never. */
export function wakeAt(state: ConnectionState, policy: Policy): number | null {
  switch (state.name) {
    case 'connecting':
      return state.since + policy.heartbeat * silentHeartbeats;
    case 'live':
      return state.lastByteAt + state.heartbeat * silentHeartbeats;
    case 'waiting':
      return state.retryAt;
    case 'polling': {
      const attempt =
        state.tryingSince === null ? state.nextTryAt : state.tryingSince + policy.heartbeat * silentHeartbeats;
      return attempt === null ? state.nextPollAt : Math.min(state.nextPollAt, attempt);
    }
    default:
      return null;
  }
}

type Running = Extract<ConnectionState, { backoff: Backoff }>;

/** True while the connection works or works on it. */
function isRunning(state: ConnectionState): state is Running {
  return 'backoff' in state;
}

function openingsOf(state: ConnectionState): readonly number[] {
  if (state.name === 'idle') return [];
  return isRunning(state) ? state.backoff.openings : state.openings;
}

function halt(name: Halted['name'], from: ConnectionState): Transition {
  return { state: { name, openings: openingsOf(from) }, effects: ['close'] };
}

function stay(state: ConnectionState): Transition {
  return { state, effects: [] };
}

/** Opens the stream as soon as it may be, or polls where live updates are off. */
function begin(backoff: Backoff, at: Circumstances): Transition {
  if (!at.policy.liveUpdates) return poll({ backoff, nextTryAt: null }, at, ['close']);
  const opening = earliestOpening(backoff, at.now);
  if (opening > at.now) return { state: { name: 'waiting', retryAt: opening, backoff }, effects: ['close'] };
  return {
    state: { name: 'connecting', since: at.now, backoff: noteOpening(backoff, at.now) },
    effects: ['close', 'open'],
  };
}

function poll(next: { backoff: Backoff; nextTryAt: number | null }, at: Circumstances, effects: Effect[]): Transition {
  return {
    state: {
      name: 'polling',
      nextPollAt: at.now + at.policy.pollInterval,
      tryingSince: null,
      lastPollFailed: false,
      ...next,
    },
    effects: [...effects, 'poll'],
  };
}

function received(
  state: ConnectionState,
  event: Extract<ConnectionEvent, { type: 'bytes' | 'heartbeatInterval' | 'delivered' | 'retryHint' }>,
  at: Circumstances,
): Transition {
  if (!isRunning(state) || state.name === 'waiting') return stay(state);
  if (state.name !== 'live') {
    // The first byte, not the status, makes a connection live.
    if (state.name === 'polling' && state.tryingSince === null) return stay(state);
    const live: ConnectionState = {
      name: 'live',
      openedAt: at.now,
      lastByteAt: at.now,
      heartbeat: at.policy.heartbeat,
      backoff: state.backoff,
    };
    return { state: live, effects: ['catchUp'] };
  }
  switch (event.type) {
    case 'bytes':
      return stay({
        ...state,
        lastByteAt: at.now,
        backoff: at.now - state.openedAt >= soundAfter ? noteSuccess(state.backoff) : state.backoff,
      });
    case 'delivered':
      return stay({ ...state, backoff: noteSuccess(state.backoff) });
    case 'heartbeatInterval':
      return stay({ ...state, heartbeat: event.interval });
    case 'retryHint':
      return stay({ ...state, backoff: noteRetryHint(state.backoff, event.delay) });
  }
}

function interrupted(state: ConnectionState, retryAfter: number | null, at: Circumstances): Transition {
  if (state.name === 'polling') {
    if (state.tryingSince === null) return stay(state);
    const nextTryAt = at.now + Math.max(streamRetryInterval, believed(retryAfter));
    return { state: { ...state, tryingSince: null, nextTryAt }, effects: ['close'] };
  }
  if (state.name !== 'live' && state.name !== 'connecting') return stay(state);
  const backoff = noteFailure(state.backoff);
  if (backoff.failures >= at.policy.maxAttempts) {
    const nextTryAt = at.now + Math.max(streamRetryInterval, believed(retryAfter));
    return poll({ backoff, nextTryAt }, at, ['close']);
  }
  const retryAt = nextOpening(backoff, at.now, at.random, retryAfter);
  return { state: { name: 'waiting', retryAt, backoff }, effects: ['close'] };
}

function polled(
  state: ConnectionState,
  { succeeded, retryAfter }: Extract<ConnectionEvent, { type: 'polled' }>,
  at: Circumstances,
): Transition {
  if (state.name !== 'polling') return stay(state);
  const nextPollAt = Math.max(state.nextPollAt, at.now + believed(retryAfter));
  return stay({ ...state, nextPollAt, lastPollFailed: !succeeded });
}

function timer(state: ConnectionState, at: Circumstances): Transition {
  const due = wakeAt(state, at.policy);
  if (due === null || at.now < due) return stay(state);
  switch (state.name) {
    case 'connecting':
    case 'live':
      return interrupted(state, null, at);
    case 'waiting':
      return begin(state.backoff, at);
    case 'polling': {
      if (state.tryingSince !== null && at.now - state.tryingSince >= at.policy.heartbeat * silentHeartbeats) {
        return interrupted(state, null, at);
      }
      if (state.tryingSince === null && state.nextTryAt !== null && at.now >= state.nextTryAt) {
        return tryFromPolling(state, at);
      }
      return { state: { ...state, nextPollAt: at.now + at.policy.pollInterval }, effects: ['poll'] };
    }
    default:
      return stay(state);
  }
}

function tryFromPolling(state: Extract<ConnectionState, { name: 'polling' }>, at: Circumstances): Transition {
  const opening = earliestOpening(state.backoff, at.now);
  if (opening > at.now) return stay({ ...state, nextTryAt: opening });
  return {
    state: { ...state, tryingSince: at.now, nextTryAt: null, backoff: noteOpening(state.backoff, at.now) },
    effects: ['open'],
  };
}

function focused(state: ConnectionState, at: Circumstances): Transition {
  if (state.name === 'waiting') return begin(state.backoff, at);
  if (state.name !== 'polling') return stay(state);
  const polling = { ...state, nextPollAt: at.now + at.policy.pollInterval };
  if (state.nextTryAt === null) return { state: polling, effects: ['poll'] };
  const attempt = tryFromPolling(polling, at);
  return { state: attempt.state, effects: ['poll', ...attempt.effects] };
}

function policyChanged(state: ConnectionState, at: Circumstances): Transition {
  if (!isRunning(state)) return stay(state);
  const fetchOnly = state.name === 'polling' && state.nextTryAt === null && state.tryingSince === null;
  if (fetchOnly === !at.policy.liveUpdates) return stay(state);
  return begin(freshBackoff(state.backoff.openings), at);
}
