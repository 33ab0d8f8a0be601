import type { EpochRange, NewPrediction, StoredEpoch } from '../storage.ts';
import { epochsOf } from '../storedEpochs.ts';
import { epochOf, epochValues, numberOf } from '../storedRows.ts';
import type { Ask, PostgresDatabase } from './database.ts';

/** Adds the statistics of a batch to those of its epochs; one array a column. */
const addEpochs = `
  INSERT INTO training_predictions.epochs AS known
  SELECT $1::bigint, * FROM unnest(
    $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::float8[], $7::bigint[], $8::float8[], $9::bigint[],
    $10::float8[], $11::float8[], $12::float8[], $13::bigint[], $14::float8[], $15::bigint[], $16::float8[], $17::bigint[])
  ON CONFLICT (job, epoch) DO UPDATE SET
    prediction_count = known.prediction_count + excluded.prediction_count,
    latest_step = greatest(known.latest_step, excluded.latest_step),
    exact_match_sum = known.exact_match_sum + excluded.exact_match_sum,
    exact_match_count = known.exact_match_count + excluded.exact_match_count,
    char_error_rate_sum = known.char_error_rate_sum + excluded.char_error_rate_sum,
    char_error_rate_count = known.char_error_rate_count + excluded.char_error_rate_count,
    char_error_rate_min = least(known.char_error_rate_min, excluded.char_error_rate_min),
    char_error_rate_max = greatest(known.char_error_rate_max, excluded.char_error_rate_max),
    length_ratio_sum = known.length_ratio_sum + excluded.length_ratio_sum,
    length_ratio_count = known.length_ratio_count + excluded.length_ratio_count,
    word_overlap_sum = known.word_overlap_sum + excluded.word_overlap_sum,
    word_overlap_count = known.word_overlap_count + excluded.word_overlap_count,
    validation_sum = known.validation_sum + excluded.validation_sum,
    validation_count = known.validation_count + excluded.validation_count`;

/** Brings the statistics of epochs up to date with rows that are stored under the sequence numbers from `firstSeq` on. */
export async function addToEpochs(
  ask: Ask,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
): Promise<void> {
  const epochs = epochsOf(rows, firstSeq).map((epoch) => epochValues(job, epoch).slice(1));
  const columns = (epochs[0] ?? []).map((_, column) => epochs.map((values) => values[column] ?? null));
  if (epochs.length > 0) await ask(addEpochs, [job, ...columns]);
}

export async function readEpochs(database: PostgresDatabase, job: number, between: EpochRange): Promise<StoredEpoch[]> {
  const sql = 'SELECT * FROM training_predictions.epochs WHERE job = $1 AND epoch BETWEEN $2 AND $3 ORDER BY epoch';
  return (await database.query(sql, [job, ...between])).map(epochOf);
}

export async function latestEpoch(database: PostgresDatabase, job: number, seq: number): Promise<number | null> {
  const sql = `SELECT epoch FROM training_predictions.epochs
    WHERE job = $1 AND first_seq <= $2 ORDER BY epoch DESC LIMIT 1`;
  const [found] = await database.query(sql, [job, seq]);
  return found === undefined ? null : numberOf(found, 'epoch');
}

export async function countEpochs(database: PostgresDatabase, job: number): Promise<number> {
  const sql = 'SELECT count(*) AS total FROM training_predictions.epochs WHERE job = $1';
  const [counted = {}] = await database.query(sql, [job]);
  return numberOf(counted, 'total');
}
