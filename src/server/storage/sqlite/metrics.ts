import { jobAfterMetrics } from '../jobProgress.ts';
import type { MetricPlace } from '../metricPages.ts';
import { chunkRows } from '../predictionPages.ts';
import type { JobRecord, NewMetric } from '../storage.ts';
import { numberOrNull, type SqlRow } from '../storedRows.ts';
import { chunkOf } from './chunks.ts';
import type { SqliteDatabase } from './database.ts';
import { updateJob } from './jobs.ts';

/** Stores metrics, which their job follows. @param job as its row is now */
export function insertMetrics(database: SqliteDatabase, job: JobRecord, rows: readonly NewMetric[]): void {
  const latest = database.sql('SELECT max(step) AS step FROM metrics WHERE job = ?').get(job.number) ?? {};
  updateJob(database, job, jobAfterMetrics(job, rows, numberOrNull(latest, 'step')));
  const insert = database.sql('INSERT INTO metrics (job, step, content) VALUES (?, ?, ?)');
  for (const { step, content } of rows) insert.run(job.number, step, content);
}

export function readMetrics(database: SqliteDatabase, job: number, last: MetricPlace): SqlRow[] {
  // Rows of a deleted job are removed little by little.
  const rows = database.sql(
    `SELECT step, number, content FROM metrics
     WHERE job = ? AND EXISTS (SELECT 1 FROM jobs WHERE jobs.number = job) AND (step, number) > (?, ?)
     ORDER BY step, number LIMIT ${chunkRows}`,
  );
  return chunkOf(rows.iterate(job, ...last));
}
