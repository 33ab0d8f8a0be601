/** The recorded training run as a source of as many predictions as a benchmark needs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Prediction } from '../../src/wire/prediction.ts';

const file = path.join(import.meta.dirname, '../../media/orders-run.jsonl.gz');

export const recorded: readonly Omit<Prediction, 'id' | 'job_id' | 'created_at'>[] = gunzipSync(readFileSync(file))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Prediction);

const samples = 50;
const began = Date.parse('2026-01-01T00:00:00.000Z');

/**
 * Prediction number `n` of a run that goes on for ever: 50 samples an epoch, the recorded run's answers again and
 * again, each with an id and a time of its own.
 */
export function prediction(n: number): Prediction {
  const epoch = Math.floor(n / samples);
  const row = recorded[n % recorded.length];
  if (row === undefined) throw new Error('the recorded run is empty');
  return {
    ...row,
    epoch,
    step: epoch * 40,
    sample_index: n % samples,
    id: uuid(n),
    job_id: 'bench',
    created_at: new Date(began + n * 20).toISOString(),
  };
}

/** A uuid that looks as random as real ones, the same for the same number. */
function uuid(n: number): string {
  const part = (salt: number) => (Math.imul(n ^ salt, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  const rest = `${part(0x85eb)}${part(0xc2b2)}`;
  return `${part(0)}-${rest.slice(0, 4)}-4${rest.slice(5, 8)}-a${rest.slice(9, 12)}-${n.toString(16).padStart(12, '0')}`;
}
