import { forgottenKey, repeatedOutcome } from '../batches.ts';
import type { AddOutcome, BatchKey } from '../storage.ts';
import { numberOf } from '../storedRows.ts';
import type { Ask } from './database.ts';

/** What was answered to the batch of this key. To be asked while the job's row is held. */
export async function earlierBatch(ask: Ask, job: number, { key }: BatchKey): Promise<AddOutcome | undefined> {
  const [row] = await ask(
    'SELECT digest, row_count, known FROM training_predictions.batches WHERE job = $1 AND key = $2',
    [job, key],
  );
  return row && repeatedOutcome(row);
}

export async function keepKey(
  ask: Ask,
  job: number,
  { key, digest }: BatchKey,
  count: number,
  known: number | null,
): Promise<void> {
  const [kept] = await ask(
    `INSERT INTO training_predictions.batches
     VALUES ($1, (SELECT coalesce(max(number), 0) + 1 FROM training_predictions.batches WHERE job = $1), $2, $3, $4, $5)
     RETURNING number`,
    [job, key, digest, count, known],
  );
  await ask('DELETE FROM training_predictions.batches WHERE job = $1 AND number <= $2', [
    job,
    forgottenKey(numberOf(kept ?? {}, 'number')),
  ]);
}
