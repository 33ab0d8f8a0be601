import type { EpochRange, NewPrediction, StoredEpoch } from '../storage.ts';
import { epochsOf } from '../storedEpochs.ts';
import { epochOf, epochValues, numberOf } from '../storedRows.ts';
import type { SqliteDatabase } from './database.ts';

/** Adds the statistics of a batch to those of its epochs. Parameters in the order of the columns. */
const addEpochSql = `
  INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (job, epoch) DO UPDATE SET
    prediction_count = prediction_count + excluded.prediction_count,
    latest_step = max(latest_step, excluded.latest_step),
    exact_match_sum = exact_match_sum + excluded.exact_match_sum,
    exact_match_count = exact_match_count + excluded.exact_match_count,
    char_error_rate_sum = char_error_rate_sum + excluded.char_error_rate_sum,
    char_error_rate_count = char_error_rate_count + excluded.char_error_rate_count,
    char_error_rate_min = min(coalesce(char_error_rate_min, excluded.char_error_rate_min),
                              coalesce(excluded.char_error_rate_min, char_error_rate_min)),
    char_error_rate_max = max(coalesce(char_error_rate_max, excluded.char_error_rate_max),
                              coalesce(excluded.char_error_rate_max, char_error_rate_max)),
    length_ratio_sum = length_ratio_sum + excluded.length_ratio_sum,
    length_ratio_count = length_ratio_count + excluded.length_ratio_count,
    word_overlap_sum = word_overlap_sum + excluded.word_overlap_sum,
    word_overlap_count = word_overlap_count + excluded.word_overlap_count,
    validation_sum = validation_sum + excluded.validation_sum,
    validation_count = validation_count + excluded.validation_count`;

/** Brings the statistics of epochs up to date with rows that are stored under the sequence numbers from `firstSeq` on. */
export function addToEpochs(
  database: SqliteDatabase,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
): void {
  const addEpoch = database.sql(addEpochSql);
  for (const epoch of epochsOf(rows, firstSeq)) addEpoch.run(...epochValues(job, epoch));
}

export function readEpochs(database: SqliteDatabase, job: number, between: EpochRange): StoredEpoch[] {
  const rows = database.sql('SELECT * FROM epochs WHERE job = ? AND epoch BETWEEN ? AND ? ORDER BY epoch');
  return rows.all(job, ...between).map(epochOf);
}

export function latestEpoch(database: SqliteDatabase, job: number, seq: number): number | null {
  const found = database
    .sql('SELECT epoch FROM epochs WHERE job = ? AND first_seq <= ? ORDER BY epoch DESC LIMIT 1')
    .get(job, seq);
  return found === undefined ? null : numberOf(found, 'epoch');
}

export function countEpochs(database: SqliteDatabase, job: number): number {
  const counted = database.sql('SELECT count(*) AS total FROM epochs WHERE job = ?').get(job);
  return numberOf(counted ?? {}, 'total');
}
