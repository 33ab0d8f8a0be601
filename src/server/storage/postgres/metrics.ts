import { jobAfterMetrics } from '../jobProgress.ts';
import type { MetricPlace } from '../metricPages.ts';
import { chunkRows } from '../predictionPages.ts';
import type { JobRecord, NewMetric } from '../storage.ts';
import { numberOrNull } from '../storedRows.ts';
import { boundedChunk } from './chunks.ts';
import type { Ask, PostgresDatabase, SqlResult } from './database.ts';
import { updateJob } from './jobs.ts';

/** Stores metrics, which their job follows. @param job as its row is now, which is held */
export async function insertMetrics(ask: Ask, job: JobRecord, rows: readonly NewMetric[]): Promise<void> {
  const [latest = {}] = await ask('SELECT max(step) AS step FROM training_predictions.metrics WHERE job = $1', [
    job.number,
  ]);
  await updateJob(ask, job, jobAfterMetrics(job, rows, numberOrNull(latest, 'step')));
  await ask(
    `INSERT INTO training_predictions.metrics (job, step, content)
     SELECT $1, row.step, row.content
     FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS row (step, content, at) ORDER BY row.at`,
    [job.number, rows.map((row) => row.step), rows.map((row) => row.content)],
  );
}

export function readMetrics(database: PostgresDatabase, job: number, last: MetricPlace): Promise<SqlResult> {
  const page = `SELECT step, number, content FROM training_predictions.metrics
    WHERE job = $1 AND (step, number) > ($2, $3) ORDER BY step, number LIMIT ${chunkRows}`;
  return database.query(boundedChunk('step, number, content', page, 'step, number'), [job, ...last]);
}
