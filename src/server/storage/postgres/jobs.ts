import { createHash, randomUUID } from 'node:crypto';
import type { JobGrowth } from '../batches.ts';
import { noMarks } from '../jobMarks.ts';
import type { JobState } from '../jobStates.ts';
import type { JobRecord, JobSize, JobsRead } from '../storage.ts';
import { idText, jobOf, jobSizeOf, markColumns, numberOf } from '../storedRows.ts';
import type { Ask, PostgresDatabase } from './database.ts';

/** What a job's row is found by. */
function idHash(id: string): Buffer {
  return createHash('sha256').update(idText(id)).digest();
}

export async function findJob(database: PostgresDatabase, jobId: string): Promise<JobRecord | undefined> {
  const [row] = await database.query('SELECT * FROM training_predictions.jobs WHERE id_hash = $1', [idHash(jobId)]);
  return row && jobOf(row);
}

export async function jobOfNumber(database: PostgresDatabase, number: number): Promise<JobRecord | undefined> {
  const [row] = await database.query('SELECT * FROM training_predictions.jobs WHERE number = $1', [number]);
  return row && jobOf(row);
}

export async function listJobs(
  database: PostgresDatabase,
  userId: string,
  { status, limit, offset }: JobsRead,
): Promise<{ jobs: JobRecord[]; total: number }> {
  const from = 'FROM training_predictions.jobs WHERE user_id = $1 AND ($2::text IS NULL OR status = $2)';
  const values = [idText(userId), status ?? null];
  const [counted = {}] = await database.query(`SELECT count(*) AS total ${from}`, values);
  const page = `SELECT * ${from} ORDER BY number DESC LIMIT $3 OFFSET $4`;
  const rows = await database.query(page, [...values, limit, offset]);
  return { jobs: rows.map(jobOf), total: numberOf(counted, 'total') };
}

export async function jobSizes(database: PostgresDatabase): Promise<JobSize[]> {
  const rows = await database.query(
    `SELECT id, user_id, incarnation, status, bytes, alive_at FROM training_predictions.jobs
     ORDER BY alive_at, number`,
  );
  return rows.map(jobSizeOf);
}

/** Keeps all others from making or deleting a job of this id until the transaction ends. */
export async function lockId(ask: Ask, jobId: string): Promise<void> {
  await ask('SELECT pg_advisory_xact_lock($1)', [`${idHash(jobId).readBigInt64BE()}`]);
}

/** The job, whose row nobody else changes until the transaction ends. */
export async function lockedJob(ask: Ask, jobId: string): Promise<JobRecord | undefined> {
  const [row] = await ask('SELECT * FROM training_predictions.jobs WHERE id_hash = $1 FOR UPDATE', [idHash(jobId)]);
  return row && jobOf(row);
}

/** As `lockedJob`; undefined when the job's life is over: a number is of one life. */
export async function lockedJobOfNumber(ask: Ask, number: number): Promise<JobRecord | undefined> {
  const [row] = await ask('SELECT * FROM training_predictions.jobs WHERE number = $1 FOR UPDATE', [number]);
  return row && jobOf(row);
}

/** Where the sequence of a deleted job goes on; 0 for an id that was never used. */
export async function retiredSeq(ask: Ask, jobId: string): Promise<number> {
  const [row] = await ask('SELECT last_seq FROM training_predictions.retired WHERE id_hash = $1', [idHash(jobId)]);
  return row === undefined ? 0 : numberOf(row, 'last_seq');
}

export async function takeRetiredSeq(ask: Ask, jobId: string): Promise<number> {
  const lastSeq = await retiredSeq(ask, jobId);
  await ask('DELETE FROM training_predictions.retired WHERE id_hash = $1', [idHash(jobId)]);
  return lastSeq;
}

interface FirstState extends JobState {
  readonly jobId: string;
  readonly userId: string;
  readonly lastSeq: number;
  /** The next one by default. */
  readonly number?: number;
  /** Of the rows that it has already. */
  readonly growth?: JobGrowth;
}

export async function createJob(ask: Ask, job: FirstState): Promise<JobRecord> {
  const now = new Date().toISOString();
  const { growth } = job;
  const marks = growth?.marks ?? noMarks;
  const [row] = await ask(
    `INSERT INTO training_predictions.jobs (number, id, id_hash, user_id, incarnation, status, created_at, fields,
       last_seq, prediction_count, bytes, alive_at, nonfinite_values, ${markColumns})
     OVERRIDING SYSTEM VALUE
     VALUES (coalesce($1::bigint, nextval(pg_get_serial_sequence('training_predictions.jobs', 'number'))),
       $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $7, $12, $13, $14, $15) RETURNING *`,
    [
      job.number ?? null,
      idText(job.jobId),
      idHash(job.jobId),
      idText(job.userId),
      randomUUID(),
      job.status,
      now,
      job.fields,
      job.lastSeq,
      growth?.predictions ?? 0,
      growth?.bytes ?? 0,
      growth?.nonfiniteValues ?? 0,
      marks.promptIds,
      marks.severalStepsFrom,
      Number(marks.maySupersede),
    ],
  );
  return jobOf(row ?? {});
}

/** A number for a job that is made later. */
export async function nextJobNumber(ask: Ask): Promise<number> {
  const [next] = await ask("SELECT nextval(pg_get_serial_sequence('training_predictions.jobs', 'number')) AS number");
  return numberOf(next ?? {}, 'number');
}

/** Changes what its script says of a job, which is a sign of life. */
export async function updateJob(ask: Ask, job: JobRecord, { status, fields }: JobState): Promise<JobRecord> {
  const aliveAt = new Date().toISOString();
  await ask('UPDATE training_predictions.jobs SET status = $2, fields = $3, alive_at = $4 WHERE number = $1', [
    job.number,
    status,
    fields,
    aliveAt,
  ]);
  return { ...job, status, fields, aliveAt };
}

export async function growJob(ask: Ask, number: number, growth: JobGrowth): Promise<void> {
  const { predictions, bytes, aliveAt, nonfiniteValues, marks } = growth;
  await ask(
    `UPDATE training_predictions.jobs SET last_seq = last_seq + $2, prediction_count = prediction_count + $2,
       bytes = bytes + $3, alive_at = $4, nonfinite_values = nonfinite_values + $5, prompt_ids = $6,
       several_steps_seq = $7, may_supersede = $8
     WHERE number = $1`,
    [
      ...[number, predictions, bytes, aliveAt, nonfiniteValues],
      ...[marks.promptIds, marks.severalStepsFrom, Number(marks.maySupersede)],
    ],
  );
}

/** Removes all of a job whose id is locked; its sequence goes on should the id come back. */
export async function removeJob(ask: Ask, { id, number, lastSeq }: JobRecord): Promise<void> {
  for (const table of ['predictions', 'epochs', 'checkpoints', 'starts', 'prompts', 'metrics', 'batches']) {
    await ask(`DELETE FROM training_predictions.${table} WHERE job = $1`, [number]);
  }
  await ask('DELETE FROM training_predictions.jobs WHERE number = $1', [number]);
  await ask('INSERT INTO training_predictions.retired VALUES ($1, $2)', [idHash(id), lastSeq]);
}
