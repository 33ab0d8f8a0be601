import { createHash, randomUUID } from 'node:crypto';
import { type AddOutcome, type BatchKey, type JobRecord, keptBatchKeys } from '../storage.ts';
import { idText, jobOf, numberOf, textOf } from '../storedRows.ts';
import type { Ask } from './database.ts';

/** What a job's row is found by. */
export function idHash(id: string): Buffer {
  return createHash('sha256').update(idText(id)).digest();
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

interface FirstState {
  readonly jobId: string;
  readonly userId: string;
  readonly status: string;
  readonly fields: string;
  readonly lastSeq: number;
  /** The next one by default. */
  readonly number?: number;
  readonly predictionCount?: number;
  readonly bytes?: number;
}

export async function createJob(ask: Ask, job: FirstState): Promise<JobRecord> {
  const now = new Date().toISOString();
  const [row] = await ask(
    `INSERT INTO training_predictions.jobs (number, id, id_hash, user_id, incarnation, status, created_at, fields,
       last_seq, prediction_count, bytes, alive_at)
     OVERRIDING SYSTEM VALUE
     VALUES (coalesce($1::bigint, nextval(pg_get_serial_sequence('training_predictions.jobs', 'number'))),
       $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $7) RETURNING *`,
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
      job.predictionCount ?? 0,
      job.bytes ?? 0,
    ],
  );
  return jobOf(row ?? {});
}

export async function updateJob(
  ask: Ask,
  job: JobRecord,
  status: JobRecord['status'],
  fields: string,
): Promise<JobRecord> {
  const aliveAt = new Date().toISOString();
  await ask('UPDATE training_predictions.jobs SET status = $2, fields = $3, alive_at = $4 WHERE number = $1', [
    job.number,
    status,
    fields,
    aliveAt,
  ]);
  return { ...job, status, fields, aliveAt };
}

/** What was answered to the batch of this key. To be asked while the job's row is held. */
export async function earlierBatch(ask: Ask, job: number, { key }: BatchKey): Promise<AddOutcome | undefined> {
  const [row] = await ask('SELECT digest, row_count FROM training_predictions.batches WHERE job = $1 AND key = $2', [
    job,
    key,
  ]);
  return row && { kind: 'repeated', digest: textOf(row, 'digest'), count: numberOf(row, 'row_count') };
}

export async function keepKey(ask: Ask, job: number, { key, digest }: BatchKey, count: number): Promise<void> {
  const [kept] = await ask(
    `INSERT INTO training_predictions.batches
     VALUES ($1, (SELECT coalesce(max(number), 0) + 1 FROM training_predictions.batches WHERE job = $1), $2, $3, $4)
     RETURNING number`,
    [job, key, digest, count],
  );
  await ask('DELETE FROM training_predictions.batches WHERE job = $1 AND number <= $2', [
    job,
    numberOf(kept ?? {}, 'number') - keptBatchKeys,
  ]);
}
