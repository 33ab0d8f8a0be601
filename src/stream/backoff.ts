/** When a stream may be opened again. Pure; all times in ms. */

const firstDelay = 1000;
const longestDelay = 30_000;
/** A server's `Retry-After` is believed up to this. */
const longestRetryAfter = 600_000;
/** No job opens more connections in a minute, whatever happens. */
export const openingsPerMinute = 12;
const minute = 60_000;

export interface Backoff {
  /** Failures in a row. */
  readonly failures: number;
  /** When the last connections were opened, at most `openingsPerMinute` of them, oldest first. */
  readonly openings: readonly number[];
  /** The stream's own `retry:` delay. */
  readonly floor: number;
}

export function freshBackoff(openings: readonly number[]): Backoff {
  return { failures: 0, openings, floor: 0 };
}

export function noteFailure(backoff: Backoff): Backoff {
  return { ...backoff, failures: backoff.failures + 1 };
}

export function noteSuccess(backoff: Backoff): Backoff {
  return backoff.failures === 0 ? backoff : { ...backoff, failures: 0 };
}

export function noteOpening(backoff: Backoff, now: number): Backoff {
  return { ...backoff, openings: [...backoff.openings, now].slice(-openingsPerMinute) };
}

export function noteRetryHint(backoff: Backoff, delay: number): Backoff {
  return { ...backoff, floor: Math.min(delay, longestDelay) };
}

/**
 * When the next connection opens after a failure: full jitter over a doubling delay (1 s to 30 s), never before what
 * the server asked for, and never as the thirteenth within a minute.
 *
 * @param random 0..1
 * @param retryAfter what a `Retry-After` header asked for, or null
 */
export function nextOpening(backoff: Backoff, now: number, random: number, retryAfter: number | null): number {
  const cap = Math.min(longestDelay, firstDelay * 2 ** Math.max(0, backoff.failures - 1));
  const asked = Math.max(backoff.floor, believed(retryAfter));
  return earliestOpening(backoff, now + Math.max(random * cap, asked));
}

/** How long to wait for a server that asked for it by `Retry-After`. */
export function believed(retryAfter: number | null): number {
  return Math.min(retryAfter ?? 0, longestRetryAfter);
}

/** When a connection that is wanted at `time` may open: never as the thirteenth within a minute. */
export function earliestOpening(backoff: Backoff, time: number): number {
  const oldest = backoff.openings[backoff.openings.length - openingsPerMinute];
  return oldest === undefined ? time : Math.max(time, oldest + minute);
}
