import { idKeysOf, rowsToStore } from '../heldIds.ts';
import type { JobMarks } from '../jobMarks.ts';
import { predictionPages } from '../predictionPages.ts';
import { idKeyOf } from '../rowIds.ts';
import type { NewPrediction, PredictionsRead, StoredPrediction } from '../storage.ts';
import { predictionOf } from '../storedRows.ts';
import { addToCheckpoints } from './checkpoints.ts';
import { chunkOf } from './chunks.ts';
import type { SqliteDatabase } from './database.ts';
import { addToEpochs } from './epochs.ts';

/** Rows that one statement stores: each statement costs about as much as a row. */
const rowsAtOnce = 20;
/** Columns of a row. */
const rowValues = 9;

/**
 * With OR FAIL, as a statement that fails ends its whole transaction here: to undo it alone, SQLite would copy each page
 * that it changes, for every twenty rows.
 */
const insertSqls = Array.from(
  { length: rowsAtOnce + 1 },
  (_, count) => `INSERT OR FAIL INTO predictions VALUES ${Array(count).fill('(?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
);

/** The rows of a batch that the job has not yet. */
export function unknownRows(
  database: SqliteDatabase,
  job: number,
  rows: readonly NewPrediction[],
): readonly NewPrediction[] {
  const keys = idKeysOf(rows);
  if (keys.length === 0) return rows;
  const held = database.sql(
    'SELECT seq, epoch, step, sample_index, id, created_at, content FROM predictions WHERE job = ? AND id_key = ?',
  );
  return rowsToStore(
    rows,
    keys.flatMap((key) => held.all(job, key).map(predictionOf)),
  );
}

/**
 * Stores rows under the sequence numbers from `firstSeq` on, and counts them in where the job's rows are counted.
 *
 * @param marks of the job without them
 * @returns its marks with them
 */
export function insertPredictions(
  database: SqliteDatabase,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
  marks: JobMarks,
): JobMarks {
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const together = rows.slice(start, start + rowsAtOnce);
    const values: (string | number | null)[] = [];
    for (const { epoch, step, sampleIndex, id, createdAt, content } of together) {
      const seq = firstSeq + start + values.length / rowValues;
      values.push(job, seq, epoch, sampleIndex, id, createdAt, content, step, idKeyOf(id));
    }
    database.sql(insertSqls[together.length] ?? '').run(...values);
  }
  addToEpochs(database, job, firstSeq, rows);
  return addToCheckpoints(database, job, firstSeq, rows, marks);
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
      `SELECT seq, epoch, step, sample_index, id, created_at, content FROM predictions
       WHERE EXISTS (SELECT 1 FROM jobs WHERE number = job) AND ${where.join(' AND ')}
       ORDER BY ${order} LIMIT ? OFFSET ?`,
    );
    return chunkOf(rows.iterate(...values, limit, offset)).map(predictionOf);
  });
}
