/** Whether a server has been out of reach for long. Pure; one server is one cause, however many jobs are watched. */
import type { ConnectionState } from '../stream/connectionState.ts';
import { longestLook } from './jobNotices.ts';

export interface ServerMemory {
  readonly at: number;
  /** ms since 1970; null while it is not lost. */
  readonly lostSince: number | null;
  readonly told: boolean;
  /** A connection was seen to work since the last loss that was told. */
  readonly reached: boolean;
}

/** A loss is told after this, in ms. */
export const lossPatience = 5 * 60_000;

export const firstServerMemory: ServerMemory = { at: 0, lostSince: null, told: false, reached: false };

/** `away`: by the user, for want of a key, or since the job is over. */
export type Reach = 'connected' | 'lost' | 'away';

export function reachOf(state: ConnectionState): Reach {
  switch (state.name) {
    case 'live':
      return 'connected';
    case 'polling':
      return state.lastPollFailed ? 'lost' : 'connected';
    case 'connecting':
    case 'waiting':
      return 'lost';
    default:
      return 'away';
  }
}

/**
 * @param reaches of all watched jobs of the server
 * @returns `lost`: tell it; `reached`: a loss, should one have been told in this window or another, is over
 */
export function lookAtServer(
  past: ServerMemory,
  reaches: readonly Reach[],
  now: number,
): { memory: ServerMemory; news: 'lost' | 'reached' | null } {
  if (reaches.includes('connected')) {
    const memory = { at: now, lostSince: null, told: false, reached: true };
    return { memory, news: past.reached ? null : 'reached' };
  }
  if (!reaches.includes('lost')) return { memory: { ...past, at: now, lostSince: null }, news: null };
  // A machine that slept has not tried to reach anything.
  const slept = now - past.at > longestLook;
  const lostSince = past.lostSince === null || slept ? now : past.lostSince;
  const isNews = !past.told && now - lostSince >= lossPatience;
  return {
    memory: { at: now, lostSince, told: past.told || isNews, reached: past.reached && !isNews },
    news: isNews ? 'lost' : null,
  };
}
