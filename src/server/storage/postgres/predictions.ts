import { predictionPages } from '../predictionPages.ts';
import type { NewPrediction, PredictionsRead, StoredPrediction } from '../storage.ts';
import { predictionOf } from '../storedRows.ts';
import { boundedChunk } from './chunks.ts';
import type { Ask, PostgresDatabase } from './database.ts';
import { addToEpochs } from './epochs.ts';

const insertRows = `
  INSERT INTO training_predictions.predictions (job, seq, epoch, sample_index, id, created_at, content)
  SELECT $1, $2::bigint + row.at - 1, row.epoch, row.sample_index, row.id, row.created_at, row.content
  FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])
    WITH ORDINALITY AS row (epoch, sample_index, id, created_at, content, at)`;

/** Stores rows under the sequence numbers from `firstSeq` on, with their epochs' statistics. */
export async function insertPredictions(
  ask: Ask,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
): Promise<void> {
  await ask(insertRows, [
    job,
    firstSeq,
    rows.map((row) => row.epoch),
    rows.map((row) => row.sampleIndex),
    rows.map((row) => row.id),
    rows.map((row) => row.createdAt),
    rows.map((row) => row.content),
  ]);
  await addToEpochs(ask, job, firstSeq, rows);
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
    const columns = 'seq, epoch, sample_index, id, created_at, content';
    const page = `SELECT ${columns} FROM training_predictions.predictions
      WHERE ${conditions} ORDER BY ${order} LIMIT $${placed + 1} OFFSET $${placed + 2}`;
    const rows = await database.query(boundedChunk(columns, page, order), [...values, limit, offset]);
    return rows.map(predictionOf);
  });
}
