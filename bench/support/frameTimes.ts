/** How smoothly a page runs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';

export interface FrameTimes {
  /** ms between two frames. */
  frames: number[];
  /** ms of each task that held the page up for 50 ms or longer. */
  longTasks: number[];
}

/** Notes from now on how long each frame takes. */
export async function noteFrames(frame: Frame): Promise<void> {
  await frame.evaluate(readFileSync(path.join(import.meta.dirname, '../page/frames.js'), 'utf8'));
}

/** What was noted since the last reading. */
export function readFrames(frame: Frame): Promise<FrameTimes> {
  return frame.evaluate<FrameTimes>('frameTimes()');
}
