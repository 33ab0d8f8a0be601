import { plainLine } from '../plainText.ts';
import type { ConnectionState } from './connectionState.ts';

/** The words of the badge. */
export type ConnectionLabel =
  | 'Live'
  | 'Connecting'
  | 'Reconnecting'
  | 'Polling'
  | 'Paused'
  | 'Offline'
  | 'Sign in'
  | 'Deleted'
  | 'Finished';

/** A connection as a person is told of it. */
export interface ConnectionSummary {
  label: ConnectionLabel;
  /** When the next attempt starts, in ms since 1970; null when none is planned. */
  retryAt: number | null;
  /** What happened and what to do; null when all is well. */
  problem: string | null;
}

/** @param problem what went wrong last and is not mended yet */
export function summarize(state: ConnectionState, problem: Error | null): ConnectionSummary {
  return {
    label: labelOf(state),
    retryAt: state.name === 'waiting' ? state.retryAt : null,
    problem: problemOf(state, problem),
  };
}

function problemOf(state: ConnectionState, problem: Error | null): string | null {
  if (state.name === 'paused' || state.name === 'finished') return null;
  // Without a key nothing was asked, so nothing failed.
  if (state.name === 'signedOut' && problem === null) return 'There is no API key for this server. Set one to go on.';
  return problem === null ? null : plainLine(problem.message);
}

function labelOf(state: ConnectionState): ConnectionLabel {
  switch (state.name) {
    case 'live':
      return 'Live';
    case 'waiting':
      return 'Reconnecting';
    case 'polling':
      return state.lastPollFailed ? 'Offline' : 'Polling';
    case 'idle':
    case 'paused':
      return 'Paused';
    case 'signedOut':
      return 'Sign in';
    case 'gone':
      return 'Deleted';
    case 'finished':
      return 'Finished';
    case 'connecting':
      return 'Connecting';
  }
}
