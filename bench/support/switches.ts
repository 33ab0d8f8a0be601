/** How soon a panel shows the result of what a reader presses. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';

const program = readFileSync(path.join(import.meta.dirname, '../page/switches.js'), 'utf8');

/**
 * Presses each so many times, in turn, after once to warm up.
 *
 * @param steps names in `page/switches.js`, in an order in which each finds what it needs
 * @returns ms from the press to the painted result
 */
export async function timeSwitches(
  frame: Frame,
  steps: readonly string[],
  runs: number,
): Promise<ReadonlyMap<string, number[]>> {
  await frame.evaluate(program);
  const times = new Map(steps.map((step) => [step, [] as number[]]));
  for (let run = -1; run < runs; run += 1) {
    for (const step of steps) {
      const time = await frame.evaluate<number>(`timeSwitch('${step}')`);
      if (run >= 0) times.get(step)?.push(time);
    }
  }
  return times;
}
