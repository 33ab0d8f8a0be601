import { chunkCharacters, predictionPages } from '../predictionPages.ts';
import type { NewPrediction, PredictionsRead, StoredPrediction } from '../storage.ts';
import { epochsOf } from '../storedEpochs.ts';
import { epochValues, predictionOf } from '../storedRows.ts';
import type { Ask, PostgresDatabase } from './database.ts';

const insertRows = `
  INSERT INTO training_predictions.predictions (job, seq, epoch, sample_index, id, created_at, content)
  SELECT $1, $2::bigint + row.at - 1, row.epoch, row.sample_index, row.id, row.created_at, row.content
  FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])
    WITH ORDINALITY AS row (epoch, sample_index, id, created_at, content, at)`;

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
  const epochs = epochsOf(rows, firstSeq).map((epoch) => epochValues(job, epoch).slice(1));
  const columns = (epochs[0] ?? []).map((_, column) => epochs.map((values) => values[column] ?? null));
  if (epochs.length > 0) await ask(addEpochs, [job, ...columns]);
}

/** The sizes of long texts are known without reading them, so a chunk is bounded before its rows are sent. */
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
    const rows = await database.query(
      `SELECT seq, epoch, sample_index, id, created_at, content FROM (
         SELECT *, sum(octet_length(content)) OVER (ORDER BY ${order}) - octet_length(content) AS bytes_before FROM (
           SELECT seq, epoch, sample_index, id, created_at, content FROM training_predictions.predictions
           WHERE ${conditions} ORDER BY ${order} LIMIT $${placed + 1} OFFSET $${placed + 2}
         ) page
       ) sized WHERE bytes_before < ${chunkCharacters} ORDER BY ${order}`,
      [...values, limit, offset],
    );
    return rows.map(predictionOf);
  });
}
