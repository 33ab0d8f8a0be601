import { predictionPages } from '../predictionPages.ts';
import type { NewPrediction, PredictionsRead, StoredPrediction } from '../storage.ts';
import { predictionOf } from '../storedRows.ts';
import { chunkOf } from './chunks.ts';
import type { SqliteDatabase } from './database.ts';
import { addToEpochs } from './epochs.ts';

/** Rows that one statement stores: each statement costs about as much as a row. */
const rowsAtOnce = 20;
/** Columns of a row. */
const rowValues = 7;

const insertSqls = Array.from(
  { length: rowsAtOnce + 1 },
  (_, count) => `INSERT INTO predictions VALUES ${Array(count).fill('(?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
);

/** Stores rows under the sequence numbers from `firstSeq` on, with their epochs' statistics. */
export function insertPredictions(
  database: SqliteDatabase,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
): void {
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const together = rows.slice(start, start + rowsAtOnce);
    const values: (string | number)[] = [];
    for (const { epoch, sampleIndex, id, createdAt, content } of together) {
      values.push(job, firstSeq + start + values.length / rowValues, epoch, sampleIndex, id, createdAt, content);
    }
    database.sql(insertSqls[together.length] ?? '').run(...values);
  }
  addToEpochs(database, job, firstSeq, rows);
}

/** A query that stays open would keep the write-ahead log from being folded back. */
export function readPredictions(
  database: SqliteDatabase,
  job: number,
  read: PredictionsRead,
): AsyncGenerator<StoredPrediction[]> {
  return predictionPages(job, read, ({ where, values, order, limit, offset }) => {
    // Rows of a deleted job are removed little by little.
    const rows = database.sql(
      `SELECT seq, epoch, sample_index, id, created_at, content FROM predictions
       WHERE EXISTS (SELECT 1 FROM jobs WHERE number = job) AND ${where.join(' AND ')}
       ORDER BY ${order} LIMIT ? OFFSET ?`,
    );
    return chunkOf(rows.iterate(...values, limit, offset)).map(predictionOf);
  });
}
