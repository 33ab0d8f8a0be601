import { statisticsOf } from './epochStatistics.ts';
import type { SqliteDatabase } from './sqliteDatabase.ts';
import { epochValues, predictionOf } from './sqliteRows.ts';
import { addEpochSql } from './sqliteSchema.ts';
import type { NewPrediction, PredictionsRead, StoredPrediction } from './storage.ts';

/** A chunk of a read ends at the row that reaches one of these. */
export const chunkRows = 250;
export const chunkCharacters = 1_000_000;

/** Stores rows under the sequence numbers from `firstSeq` on, with their epochs' statistics. */
export function insertPredictions(
  database: SqliteDatabase,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
): void {
  const insert = database.sql('INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?)');
  rows.forEach(({ epoch, sampleIndex, id, createdAt, content }, index) => {
    insert.run(job, firstSeq + index, epoch, sampleIndex, id, createdAt, content);
  });
  const addEpoch = database.sql(addEpochSql);
  for (const epoch of statisticsOf(rows, firstSeq)) addEpoch.run(...epochValues(job, epoch));
}

/** Each chunk is a query of its own: one that stays open would keep the write-ahead log from being folded back. */
export async function* readPredictions(
  database: SqliteDatabase,
  job: number,
  read: PredictionsRead,
): AsyncGenerator<StoredPrediction[]> {
  let remaining = read.limit ?? Number.MAX_SAFE_INTEGER;
  let offset = read.offset ?? 0;
  let last: StoredPrediction & { sampleIndex: number } = {
    seq: read.order === 'desc' ? read.upTo + 1 : read.after,
    epoch: -1,
    sampleIndex: -1,
    id: '',
    createdAt: '',
    content: '',
  };
  while (remaining > 0) {
    const { sql, values } = pageQuery(job, read, last);
    const chunk: StoredPrediction[] = [];
    let characters = 0;
    for (const row of database.sql(sql).iterate(...values, Math.min(remaining, chunkRows), offset)) {
      last = predictionOf(row);
      chunk.push(last);
      characters += last.content.length;
      if (characters >= chunkCharacters) break;
    }
    if (chunk.length === 0) return;
    remaining -= chunk.length;
    offset = 0;
    yield chunk;
  }
}

/** The rows after `last`, in the read's order; limit and offset follow as the last two values. */
function pageQuery(
  job: number,
  read: PredictionsRead,
  last: { epoch: number; sampleIndex: number; seq: number },
): { sql: string; values: number[] } {
  // Rows of a deleted job are removed little by little.
  const where = ['job = ?', 'EXISTS (SELECT 1 FROM jobs WHERE number = job)', 'seq > ?', 'seq <= ?'];
  const values = [job, read.order === 'asc' ? last.seq : read.after, read.order === 'desc' ? last.seq - 1 : read.upTo];
  if (read.epoch !== undefined) {
    where.push('epoch = ?');
    values.push(read.epoch);
  }
  if (read.order === 'sample') {
    where.push('(epoch, sample_index, seq) > (?, ?, ?)');
    values.push(last.epoch, last.sampleIndex, last.seq);
  }
  const order = { sample: 'epoch, sample_index, seq', asc: 'seq', desc: 'seq DESC' }[read.order];
  return {
    sql: `SELECT seq, epoch, sample_index, id, created_at, content FROM predictions
          WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT ? OFFSET ?`,
    values,
  };
}
