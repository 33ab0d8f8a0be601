/** The recorded run with answers of 300 characters, as a server sends it. */

import type { Prediction } from '../../src/wire/prediction.ts';
import { prediction } from './recordedRun.ts';

const answerLength = 300;

/** Prediction number `n` as JSON, with the answers as long as the targets say. */
export function largeText(n: number): string {
  const row = prediction(n);
  const answer = `${n} ${row.prediction} `;
  return JSON.stringify({
    ...row,
    user_id: '7b0d1c9e-3f4a-4c6b-9a55-0f8d1c2b3a49',
    prediction: answer.repeat(Math.ceil(answerLength / answer.length)).slice(0, answerLength),
  });
}

/** Every text in it is its own, as after a trip over the network. */
export function largePrediction(n: number): Prediction {
  return JSON.parse(largeText(n)) as Prediction;
}
