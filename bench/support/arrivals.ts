/** When predictions posted at a steady rate are seen on a screen: in the panel, or in another page. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';

/** Posted texts are `arrival-<number>.`, so that a screen can be searched for them. */
export const arrivalText = (n: number) => `arrival-${n}.`;

/** Notes from now on when each arrival is first painted in a document. */
export async function noteArrivals(frame: Frame): Promise<void> {
  await frame.evaluate(readFileSync(path.join(import.meta.dirname, '../page/arrivals.js'), 'utf8'));
}

/** Notes no more; what was noted can still be read. */
export async function stopNoting(frame: Frame): Promise<void> {
  await frame.evaluate(() => Reflect.get(globalThis, 'stopNoting')());
}

/** What was seen when, in ms since 1970 by this process's clock. */
export async function readArrivals(frame: Frame): Promise<Map<number, number>> {
  const offset = await clockOffset(frame);
  const seen = (await frame.evaluate(() => Reflect.get(globalThis, 'arrivals') ?? {})) as Record<string, number>;
  return new Map(Object.entries(seen).flatMap(([n, at]) => (at > 0 ? [[Number(n), at - offset]] : [])));
}

/** The page's clock less ours, by the quickest of some round trips. */
async function clockOffset(frame: Frame): Promise<number> {
  let best = { trip: Number.POSITIVE_INFINITY, offset: 0 };
  for (let round = 0; round < 20; round += 1) {
    const sent = now();
    const theirs = await frame.evaluate(() => performance.timeOrigin + performance.now());
    const back = now();
    if (back - sent < best.trip) best = { trip: back - sent, offset: theirs - (sent + back) / 2 };
  }
  return best.offset;
}

/** ms since 1970, finer than `Date.now`. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Posts `count` numbered predictions at `rate` a second, in batches of one, above 100 a second of ten.
 *
 * @returns when each was answered, by number, in ms since 1970
 */
export async function postSteadily(
  first: number,
  count: number,
  rate: number,
  post: (numbers: number[]) => Promise<void>,
): Promise<Map<number, number>> {
  const size = rate > 100 ? 10 : 1;
  const answered = new Map<number, number>();
  const open: Promise<void>[] = [];
  const start = now();
  for (let at = 0; at < count; at += size) {
    const due = start + (at * 1000) / rate;
    if (due > now()) await sleep(due - now());
    const numbers = Array.from({ length: Math.min(size, count - at) }, (_, index) => first + at + index);
    open.push(
      post(numbers).then(() => {
        for (const n of numbers) answered.set(n, now());
      }),
    );
  }
  await Promise.all(open);
  return answered;
}
