/** The recorded training run that ships with the extension. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PredictionInput } from '../../src/wire/sentPrediction.ts';

/** All 1,550 predictions in the order in which they were made. */
export function readSampleRun(): PredictionInput[] {
  const file = join(import.meta.dirname, '../../media/orders-run.jsonl.gz');
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as PredictionInput);
}
