import { summarize } from '../../src/stream/connectionSummary.ts';
import type { WatchSession } from '../../src/watch/watchSession.ts';

export interface LiveSilence {
  /** The longest that the badge said `Live` since the last byte, in ms. */
  readonly longest: number;
  /** How late the samples themselves were at worst, in ms: the machine was that busy. */
  readonly lateness: number;
  stop(): void;
}

/** Looks at a session's badge all the time. */
export function measureLiveSilence(session: WatchSession, every = 5): LiveSilence {
  let longest = 0;
  let lateness = 0;
  let due = Date.now() + every;
  const timer = setInterval(() => {
    const now = Date.now();
    lateness = Math.max(lateness, now - due);
    due = now + every;
    if (summarize(session.connection, session.problem).label !== 'Live') return;
    longest = Math.max(longest, now - (session.lastByteAt ?? 0));
  }, every);
  return {
    get longest() {
      return longest;
    },
    get lateness() {
      return lateness;
    },
    stop: () => clearInterval(timer),
  };
}
