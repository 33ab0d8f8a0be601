/** Predictions of any number, made from the recorded training run. */
import { randomBytes } from 'node:crypto';
import type { Prediction } from '../src/wire/prediction.ts';
import { readSampleRun } from '../test/support/sampleRun.ts';

/** How many of something a run has. */
export interface RunShape {
  /** Answers to as many prompts an epoch. */
  samples: number;
  /** Characters of an answer; the recorded ones are repeated until they are so long. */
  answerLength: number;
}

/** As the targets say it: 50 samples, 300 B answers. */
export const usualShape: RunShape = { samples: 50, answerLength: 300 };

const recorded = readSampleRun();

/** The JSON text of row `index` of a run, epoch after epoch, as a server sends it. */
export function rowText(index: number, { samples, answerLength }: RunShape = usualShape): string {
  const epoch = Math.floor(index / samples);
  const sample = index % samples;
  const base = recorded[((epoch % 31) * 50 + (sample % 50)) % recorded.length];
  if (base === undefined) throw new Error('the recorded run is empty');
  const answer = `${index} ${base.prediction}`;
  return JSON.stringify({
    id: uuid(),
    job_id: 'job_0123456789abcdef',
    user_id: '7b0d1c9e-3f4a-4c6b-9a55-0f8d1c2b3a49',
    created_at: new Date(1_760_000_000_000 + epoch * 1000).toISOString(),
    ...base,
    epoch,
    step: epoch * 40,
    sample_index: sample,
    prompt: sample < 50 ? base.prompt : `${base.prompt} (${sample})`,
    prediction: answer.repeat(Math.ceil(answerLength / answer.length)).slice(0, answerLength),
    char_error_rate: Math.min(1, (base.char_error_rate ?? 0) + (index % 7) / 1000),
  });
}

/** Every text in it is its own, as after a trip over the network. */
export function rowAt(index: number, shape?: RunShape): Prediction {
  return JSON.parse(rowText(index, shape)) as Prediction;
}

let pool = randomBytes(0);
let used = 0;

function uuid(): string {
  if (used + 16 > pool.length) {
    pool = randomBytes(16 * 1024);
    used = 0;
  }
  const hex = pool.toString('hex', used, used + 16);
  used += 16;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
