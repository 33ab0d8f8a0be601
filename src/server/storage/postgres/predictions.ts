import { idKeysOf, rowsToStore } from '../heldIds.ts';
import type { JobMarks } from '../jobMarks.ts';
import { predictionPages } from '../predictionPages.ts';
import { idKeyOf } from '../rowIds.ts';
import type { NewPrediction, PredictionsRead, StoredPrediction } from '../storage.ts';
import { predictionOf } from '../storedRows.ts';
import { addToCheckpoints } from './checkpoints.ts';
import { boundedChunk } from './chunks.ts';
import type { Ask, PostgresDatabase } from './database.ts';
import { addToEpochs } from './epochs.ts';

const insertRows = `
  INSERT INTO training_predictions.predictions (job, seq, epoch, step, sample_index, id, id_key, created_at, content)
  SELECT $1, $2::bigint + row.at - 1, row.epoch, row.step, row.sample_index, row.id, row.id_key, row.created_at,
    row.content
  FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::text[])
    WITH ORDINALITY AS row (epoch, step, sample_index, id, id_key, created_at, content, at)`;

const heldRows = `
  SELECT seq, epoch, step, sample_index, id, created_at, content FROM training_predictions.predictions
  WHERE job = $1 AND id_key = ANY($2::bigint[])`;

/** The rows of a batch that the job, whose row is held, has not yet. */
export async function unknownRows(
  ask: Ask,
  job: number,
  rows: readonly NewPrediction[],
): Promise<readonly NewPrediction[]> {
  const keys = idKeysOf(rows);
  return keys.length === 0 ? rows : rowsToStore(rows, (await ask(heldRows, [job, keys])).map(predictionOf));
}

/**
 * Stores rows under the sequence numbers from `firstSeq` on, and counts them in where the job's rows are counted.
 *
 * @param marks of the job without them
 * @returns its marks with them
 */
export async function insertPredictions(
  ask: Ask,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
  marks: JobMarks,
): Promise<JobMarks> {
  if (rows.length === 0) return marks;
  await ask(insertRows, [
    job,
    firstSeq,
    rows.map((row) => row.epoch),
    rows.map((row) => row.step),
    rows.map((row) => row.sampleIndex),
    rows.map((row) => row.id),
    rows.map((row) => idKeyOf(row.id)),
    rows.map((row) => row.createdAt),
    rows.map((row) => row.content),
  ]);
  await addToEpochs(ask, job, firstSeq, rows);
  return addToCheckpoints(ask, job, firstSeq, rows, marks);
}

export function readPredictions(
  database: PostgresDatabase,
  job: number,
  read: PredictionsRead,
): AsyncGenerator<StoredPrediction[]> {
  return predictionPages(job, read, async ({ where, values, order, limit, offset }) => {
    let placed = 0;
    const conditions = where.join(' AND ').replace(/\?/g, () => {
      placed += 1;
      return `$${placed}`;
    });
    const columns = 'seq, epoch, step, sample_index, id, created_at, content';
    const page = `SELECT ${columns} FROM training_predictions.predictions
      WHERE ${conditions} ORDER BY ${order} LIMIT $${placed + 1} OFFSET $${placed + 2}`;
    const rows = await database.query(boundedChunk(columns, page, order), [...values, limit, offset]);
    return rows.map(predictionOf);
  });
}
