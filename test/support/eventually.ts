import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/**
 * Asks until there is an answer other than undefined.
 * @param limit ms
 */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  limit = 10_000,
): Promise<T> {
  const end = Date.now() + limit;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(50);
  }
  throw new Error(`Not within ${limit / 1000} s: ${what}`);
}

/**
 * Reads again and again until it is what is expected: a state that is on its way, which one look may miss. Fails with
 * the difference that the last reading had.
 * @param expected a form that the text has, or the value itself
 * @param limit ms
 */
export async function becomes<T>(
  read: () => T | Promise<T>,
  expected: T | RegExp,
  what?: string,
  limit = 30_000,
): Promise<void> {
  const end = Date.now() + limit;
  for (;;) {
    const last = await read();
    const isThere = expected instanceof RegExp ? expected.test(String(last)) : isDeepStrictEqual(last, expected);
    if (isThere) return;
    if (Date.now() >= end) {
      if (expected instanceof RegExp) assert.match(String(last), expected, what);
      else assert.deepEqual(last, expected, what);
    }
    await sleep(50);
  }
}
