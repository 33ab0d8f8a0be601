import { forgottenKey, repeatedOutcome } from '../batches.ts';
import type { AddOutcome, BatchKey } from '../storage.ts';
import { numberOf } from '../storedRows.ts';
import type { SqliteDatabase } from './database.ts';

/** What was answered to the batch of this key. */
export function earlierBatch(database: SqliteDatabase, job: number, { key }: BatchKey): AddOutcome | undefined {
  const row = database.sql('SELECT digest, row_count, known FROM batches WHERE job = ? AND key = ?').get(job, key);
  return row && repeatedOutcome(row);
}

export function keepKey(
  database: SqliteDatabase,
  job: number,
  { key, digest }: BatchKey,
  count: number,
  known: number | null,
): void {
  const kept = database
    .sql(
      `INSERT INTO batches VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM batches WHERE job = ?1), ?2, ?3, ?4, ?5)
       RETURNING number`,
    )
    .get(job, key, digest, count, known);
  const forgotten = forgottenKey(numberOf(kept ?? {}, 'number'));
  database.sql('DELETE FROM batches WHERE job = ? AND number <= ?').run(job, forgotten);
}
