/** Finds the differences of long texts, so that the extension host does not stand still meanwhile. */
import { parentPort } from 'node:worker_threads';
import { findDifference } from './difference.ts';

const limit = 2000;

parentPort?.on('message', ({ key, from, to }: { key: string; from: string; to: string }) => {
  parentPort?.postMessage({ key, parts: findDifference(from, to, limit) });
});
