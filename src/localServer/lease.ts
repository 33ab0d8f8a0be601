import { ApiClient } from '../api/client.ts';
import { ApiError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import { leaseEvent } from '../wire/lease.ts';

/** `stopped`: the server said that it ends. `lost`: it ended without a word. */
export type LeaseEnd = 'stopped' | 'lost';

/**
 * Tells a running local server, by a connection that is held open, that this window needs it; and learns from it when
 * the server ends.
 *
 * @param ended is called once, and not after the lease was let go
 * @returns the way to let go
 */
export function holdLease(
  endpoint: Endpoint,
  keepRunning: boolean,
  ended: (end: LeaseEnd) => void,
): { dispose(): void } {
  const released = new AbortController();
  void follow(endpoint, keepRunning, released.signal).then((end) => {
    if (end !== null && !released.signal.aborted) ended(end);
  });
  return { dispose: () => released.abort() };
}

/** Null when nothing is learned: the lease was let go, or the server is of a version that has none. */
async function follow(endpoint: Endpoint, keepRunning: boolean, signal: AbortSignal): Promise<LeaseEnd | null> {
  let text = '';
  try {
    const response = await new ApiClient(endpoint).openLease(keepRunning, signal);
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      // Signs of life are empty lines: the last word is what counts.
      text = (text + decoder.decode(chunk, { stream: true })).trimStart().slice(-1000);
    }
  } catch (error) {
    if (signal.aborted) return null;
    if (error instanceof ApiError && error.status !== null && error.status < 500) return null;
    return 'lost';
  }
  return saysStopping(text) ? 'stopped' : 'lost';
}

function saysStopping(text: string): boolean {
  return text.split('\n').some((line) => {
    if (line.trim() === '') return false;
    try {
      return leaseEvent.parse(JSON.parse(line)).event === 'stopping';
    } catch {
      // Cut in the middle of a line.
      return false;
    }
  });
}
