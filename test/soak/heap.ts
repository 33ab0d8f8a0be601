import { setTimeout as sleep } from 'node:timers/promises';

/** What a run may leave on the heap, in bytes: caches of the runtime that fill once. */
export const heapTolerance = 10 * 1024 * 1024;

/** Bytes of live objects; run Node with `--expose-gc`. */
export async function measureHeap(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await sleep(100);
  }
  return process.memoryUsage().heapUsed;
}
