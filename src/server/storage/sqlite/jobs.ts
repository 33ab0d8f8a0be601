import { randomUUID } from 'node:crypto';
import type { JobGrowth } from '../batches.ts';
import type { JobMarks } from '../jobMarks.ts';
import type { JobState } from '../jobStates.ts';
import type { JobRecord, JobSize, JobsRead } from '../storage.ts';
import { idText, jobOf, jobSizeOf, markColumns, marksOf, numberOf, type SqlRow } from '../storedRows.ts';
import type { SqliteDatabase } from './database.ts';

/** `user_id` of a job that is being imported; ids are JSON text and never empty. */
const nobody = '';

export function findJob(database: SqliteDatabase, jobId: string): JobRecord | undefined {
  const row = database.sql('SELECT * FROM jobs WHERE id = ?').get(idText(jobId));
  return row && jobOf(row);
}

/** Undefined also for a job that nobody sees. */
export function jobOfNumber(database: SqliteDatabase, number: number): JobRecord | undefined {
  const row = database.sql('SELECT * FROM jobs WHERE number = ? AND user_id <> ?').get(number, nobody);
  return row && jobOf(row);
}

/** What rows go on from; undefined when the job's life is over: a number is of one life. */
export function endOf(database: SqliteDatabase, number: number): JobEnd | undefined {
  const row = database.sql(`SELECT last_seq, ${markColumns} FROM jobs WHERE number = ?`).get(number);
  return row && { lastSeq: numberOf(row, 'last_seq'), marks: marksOf(row) };
}

/** Where a job's rows end. */
export interface JobEnd {
  readonly lastSeq: number;
  readonly marks: JobMarks;
}

export function listJobs(
  database: SqliteDatabase,
  userId: string,
  { status, limit, offset }: JobsRead,
): { jobs: JobRecord[]; total: number } {
  const where = `WHERE user_id = ? ${status === undefined ? '' : 'AND status = ?'}`;
  const values = status === undefined ? [idText(userId)] : [idText(userId), status];
  const total = database.sql(`SELECT count(*) AS total FROM jobs ${where}`).get(...values) ?? {};
  const rows = database.sql(`SELECT * FROM jobs ${where} ORDER BY number DESC LIMIT ? OFFSET ?`);
  return { jobs: rows.all(...values, limit, offset).map(jobOf), total: numberOf(total, 'total') };
}

export function jobSizes(database: SqliteDatabase): JobSize[] {
  const rows = database.sql(
    `SELECT id, user_id, incarnation, status, bytes, alive_at FROM jobs WHERE user_id <> ? ORDER BY alive_at, number`,
  );
  return rows.all(nobody).map(jobSizeOf);
}

export function createJob(database: SqliteDatabase, userId: string, jobId: string, state: JobState): JobRecord {
  const lastSeq = takeRetiredSeq(database, jobId);
  return jobOf(insertRow(database, { ...state, id: idText(jobId), userId: idText(userId), lastSeq }));
}

/** A job that nobody sees. @returns its number */
export function createHiddenJob(database: SqliteDatabase, lastSeq: number): number {
  const id = `import ${randomUUID()}`;
  return numberOf(insertRow(database, { id, userId: nobody, status: 'running', fields: '{}', lastSeq }), 'number');
}

/** Numbers of the jobs that nobody sees. */
export function hiddenJobs(database: SqliteDatabase): number[] {
  const rows = database.sql('SELECT number FROM jobs WHERE user_id = ?').all(nobody);
  return rows.map((row) => numberOf(row, 'number'));
}

/** Makes a hidden job the user's, whose rows it has. */
export function showJob(
  database: SqliteDatabase,
  number: number,
  userId: string,
  jobId: string,
  { status, fields }: JobState,
  { predictions, bytes, aliveAt, nonfiniteValues, marks }: JobGrowth,
): JobRecord {
  const row = database
    .sql(
      `UPDATE jobs SET id = ?, user_id = ?, status = ?, fields = ?, last_seq = last_seq + ?, prediction_count = ?,
         bytes = ?, alive_at = ?, nonfinite_values = ?, prompt_ids = ?, several_steps_seq = ?, may_supersede = ?
       WHERE number = ? RETURNING *`,
    )
    .get(
      ...[idText(jobId), idText(userId), status, fields, predictions, predictions, bytes, aliveAt],
      ...[nonfiniteValues, marks.promptIds, marks.severalStepsFrom, Number(marks.maySupersede), number],
    );
  return jobOf(row ?? {});
}

/** Changes what its script says of a job, which is a sign of life. */
export function updateJob(database: SqliteDatabase, job: JobRecord, { status, fields }: JobState): JobRecord {
  const aliveAt = new Date().toISOString();
  const update = database.sql('UPDATE jobs SET status = ?, fields = ?, alive_at = ? WHERE number = ?');
  update.run(status, fields, aliveAt, job.number);
  return { ...job, status, fields, aliveAt };
}

export function growJob(database: SqliteDatabase, number: number, growth: JobGrowth): void {
  const { predictions, bytes, aliveAt, nonfiniteValues, marks } = growth;
  database
    .sql(
      `UPDATE jobs SET last_seq = last_seq + ?, prediction_count = prediction_count + ?, bytes = bytes + ?, alive_at = ?,
         nonfinite_values = nonfinite_values + ?, prompt_ids = ?, several_steps_seq = ?, may_supersede = ?
       WHERE number = ?`,
    )
    .run(
      ...[predictions, predictions, bytes, aliveAt],
      ...[nonfiniteValues, marks.promptIds, marks.severalStepsFrom, Number(marks.maySupersede), number],
    );
}

/** Where the sequence of a deleted job goes on; 0 for an id that was never used. */
export function retiredSeq(database: SqliteDatabase, jobId: string): number {
  const retired = database.sql('SELECT last_seq FROM retired WHERE id = ?').get(idText(jobId));
  return retired === undefined ? 0 : numberOf(retired, 'last_seq');
}

export function takeRetiredSeq(database: SqliteDatabase, jobId: string): number {
  const lastSeq = retiredSeq(database, jobId);
  database.sql('DELETE FROM retired WHERE id = ?').run(idText(jobId));
  return lastSeq;
}

export function retire(database: SqliteDatabase, jobId: string, lastSeq: number): void {
  database.sql('INSERT OR REPLACE INTO retired VALUES (?, ?)').run(idText(jobId), lastSeq);
}

/** Ids as they stand in the table. */
type FirstState = JobState & { readonly id: string; readonly userId: string; readonly lastSeq: number };

function insertRow(database: SqliteDatabase, { id, userId, status, fields, lastSeq }: FirstState): SqlRow {
  const now = new Date().toISOString();
  const row = database
    .sql(
      `INSERT INTO jobs (id, user_id, incarnation, status, created_at, fields, last_seq, prediction_count, alive_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?) RETURNING *`,
    )
    .get(id, userId, randomUUID(), status, now, fields, lastSeq, now);
  return row ?? {};
}
