/** Computes edit distances of long texts beside the server's own thread. */
import { parentPort } from 'node:worker_threads';
import { charErrorRate, comparable } from '../../model/textScores.ts';
import type { ScorePair } from './scoring.ts';

parentPort?.on('message', (pairs: readonly ScorePair[]) => {
  parentPort?.postMessage(pairs.map(([prediction, truth]) => charErrorRate(comparable(prediction), comparable(truth))));
});
