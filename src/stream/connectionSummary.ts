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
  | 'Finished'
  | 'Failed'
  | 'Cancelled';

/** A connection as a person is told of it. */
export interface ConnectionSummary {
  label: ConnectionLabel;
  /** When the next attempt starts, in ms since 1970; null when none is planned. */
  retryAt: number | null;
  /** What happened and what to do; null when all is well. */
  problem: string | null;
}

/** The job ended and all of it is held: nothing is to be live any more. */
export function isOver(label: ConnectionLabel): boolean {
  return label === 'Finished' || label === 'Failed' || label === 'Cancelled';
}

/**
 * @param problem what went wrong last with the connection and is not mended yet
 * @param jobStatus how the job ended, where that is known; how the connection is, it does not say
 */
export function summarize(
  state: ConnectionState,
  problem: Error | null,
  jobStatus: string | null = null,
): ConnectionSummary {
  return {
    label: labelOf(state, jobStatus),
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

function labelOf(state: ConnectionState, jobStatus: string | null): ConnectionLabel {
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
      return jobStatus === 'failed' ? 'Failed' : jobStatus === 'cancelled' ? 'Cancelled' : 'Finished';
    case 'connecting':
      return 'Connecting';
  }
}
