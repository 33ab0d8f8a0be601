import { setTimeout as sleep } from 'node:timers/promises';

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
