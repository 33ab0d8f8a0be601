import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { jobAfterMetrics } from '../jobProgress.ts';
import { members, objectText } from '../jsonText.ts';
import type { KeyStore } from '../keyStore.ts';
import { chunkCharacters, chunkRows } from '../predictionPages.ts';
import {
  type AddOutcome,
  allEpochs,
  type BatchKey,
  bytesOf,
  type JobChange,
  type JobRecord,
  type JobSize,
  type JobsRead,
  keptBatchKeys,
  type NewMetric,
  type NewPrediction,
  type PredictionsRead,
  type Storage,
  StorageFullError,
  type StoredEpoch,
  type StoredPrediction,
} from '../storage.ts';
import { epochOf, idText, jobOf, jobSizeOf, numberOf, textOf } from '../storedRows.ts';
import { SqliteCommits } from './commits.ts';
import { SqliteDatabase } from './database.ts';
import { DiskRoom, openWithRoom } from './diskRoom.ts';
import { SqliteKeys } from './keys.ts';
import { insertPredictions, readPredictions } from './predictions.ts';
import { discardJob, SqliteSweeper } from './sweeper.ts';

/** `user_id` of a job that is being imported; ids are JSON text and never empty. */
const nobody = '';

/**
 * Storage in one SQLite file. Every transaction is one synchronous step of this thread, so calls never interleave inside
 * one. What a batch changed can be read once it is safe on disk: predictions by the `lastSeq` of a job that was read so.
 */
export class SqliteStorage implements Storage {
  readonly engine = 'sqlite';
  readonly keys: KeyStore;
  readonly #database: SqliteDatabase;
  readonly #commits: SqliteCommits;
  readonly #room: DiskRoom;
  readonly #sweeper: SqliteSweeper;
  readonly #changes = new EventEmitter<{ change: [job: number] }>();

  /**
   * @param report hears of failures in work that nobody waits for
   * @throws Error when the file is damaged, of a newer version or not to be opened; it is left as it is then
   */
  constructor(file: string, report: (error: unknown) => void = (error) => process.emitWarning(String(error))) {
    this.#database = openWithRoom(file, () => new SqliteDatabase(file));
    this.#commits = new SqliteCommits(this.#database, file);
    this.#room = new DiskRoom(this.#database, file);
    this.keys = new SqliteKeys(this.#database, this.#room);
    this.#changes.setMaxListeners(0);
    this.#sweeper = new SqliteSweeper(this.#database, this.#room, report);
    // Imports that a killed server left unfinished.
    const unfinished = this.#sql('SELECT number FROM jobs WHERE user_id = ?').all(nobody);
    for (const row of unfinished) this.#sweeper.abandon(numberOf(row, 'number'));
    this.#sweeper.start();
  }

  async saveJob(userId: string, jobId: string, change: JobChange): Promise<JobRecord | undefined> {
    const saved = this.#store(() => {
      const known = this.#job(jobId);
      if (known === undefined) return this.#createJob(userId, jobId, change);
      if (known.userId !== userId) return undefined;
      const fields = objectText(new Map([...members(known.fields), ...members(change.fields)]));
      return this.#updateJob(known, change.status ?? known.status, fields);
    });
    if (saved !== undefined) this.#changes.emit('change', saved.number);
    return saved;
  }

  async job(jobId: string): Promise<JobRecord | undefined> {
    return this.#commits.read(() => this.#job(jobId));
  }

  async jobToExtend(number: number): Promise<JobRecord | undefined> {
    const row = this.#sql('SELECT * FROM jobs WHERE number = ? AND user_id <> ?').get(number, nobody);
    return row === undefined ? undefined : jobOf(row);
  }

  async jobs(userId: string, { status, limit, offset }: JobsRead): Promise<{ jobs: JobRecord[]; total: number }> {
    const where = `WHERE user_id = ? ${status === undefined ? '' : 'AND status = ?'}`;
    const values = status === undefined ? [idText(userId)] : [idText(userId), status];
    return this.#commits.read(() => {
      const total = this.#sql(`SELECT count(*) AS total FROM jobs ${where}`).get(...values) ?? {};
      const rows = this.#sql(`SELECT * FROM jobs ${where} ORDER BY number DESC LIMIT ? OFFSET ?`);
      return { jobs: rows.all(...values, limit, offset).map(jobOf), total: numberOf(total, 'total') };
    });
  }

  async jobSizes(): Promise<JobSize[]> {
    const rows = this.#sql(
      `SELECT id, user_id, incarnation, status, bytes, alive_at FROM jobs WHERE user_id <> ? ORDER BY alive_at, number`,
    );
    return rows.all(nobody).map(jobSizeOf);
  }

  async deleteJob(userId: string, jobId: string, only?: Pick<JobRecord, 'incarnation' | 'aliveAt'>): Promise<boolean> {
    const remove = () => {
      const job = this.#job(jobId);
      if (job === undefined || job.userId !== userId) return undefined;
      if (only !== undefined && (only.incarnation !== job.incarnation || only.aliveAt !== job.aliveAt))
        return undefined;
      discardJob(this.#database, job.number);
      this.#sql('INSERT OR REPLACE INTO retired VALUES (?, ?)').run(idText(jobId), job.lastSeq);
      return job.number;
    };
    const deleted = this.#room.freeing(() => this.#database.transaction(remove));
    if (deleted !== undefined) {
      this.#changes.emit('change', deleted);
      this.#sweeper.start();
    }
    return deleted !== undefined;
  }

  async addPredictions(job: JobRecord, rows: readonly NewPrediction[], key?: BatchKey): Promise<AddOutcome> {
    return this.#addBatch(job, rows, key, (lastSeq) => {
      insertPredictions(this.#database, job.number, lastSeq + 1, rows);
      return rows.length;
    });
  }

  async addMetrics(job: JobRecord, rows: readonly NewMetric[], key?: BatchKey): Promise<AddOutcome> {
    return this.#addBatch(job, rows, key, () => {
      const latest = this.#sql('SELECT max(step) AS step FROM metrics WHERE job = ?').get(job.number) ?? {};
      const latestStep = latest['step'] === null ? null : numberOf(latest, 'step');
      const known = this.#job(job.id) ?? job;
      const { status, fields } = jobAfterMetrics(known, rows, latestStep);
      this.#updateJob(known, status, fields);
      const insert = this.#sql('INSERT INTO metrics (job, step, content) VALUES (?, ?, ?)');
      for (const { step, content } of rows) insert.run(job.number, step, content);
      return 0;
    });
  }

  predictions(job: JobRecord, read: PredictionsRead): AsyncGenerator<StoredPrediction[]> {
    return readPredictions(this.#database, job.number, read);
  }

  async *metrics(job: JobRecord, after = -1): AsyncGenerator<string[]> {
    let last = [after, Number.MAX_SAFE_INTEGER];
    const next = (): string[] => {
      const rows = this.#sql(
        `SELECT step, number, content FROM metrics
         WHERE job = ? AND EXISTS (SELECT 1 FROM jobs WHERE jobs.number = job) AND (step, number) > (?, ?)
         ORDER BY step, number LIMIT ${chunkRows}`,
      );
      const chunk: string[] = [];
      let characters = 0;
      for (const row of rows.iterate(job.number, ...last)) {
        last = [numberOf(row, 'step'), numberOf(row, 'number')];
        const content = textOf(row, 'content');
        chunk.push(content);
        characters += content.length;
        if (characters >= chunkCharacters) break;
      }
      return chunk;
    };
    for (;;) {
      const chunk = await this.#commits.read(next);
      if (chunk.length === 0) return;
      yield chunk;
    }
  }

  async epochs(job: JobRecord, between = allEpochs): Promise<StoredEpoch[]> {
    const rows = this.#sql('SELECT * FROM epochs WHERE job = ? AND epoch BETWEEN ? AND ? ORDER BY epoch');
    return this.#commits.read(() => rows.all(job.number, ...between).map(epochOf));
  }

  async latestEpoch(job: JobRecord, seq: number): Promise<number | null> {
    const latest = this.#sql('SELECT epoch FROM epochs WHERE job = ? AND first_seq <= ? ORDER BY epoch DESC LIMIT 1');
    return this.#commits.read(() => {
      const found = latest.get(job.number, seq);
      return found === undefined ? null : numberOf(found, 'epoch');
    });
  }

  async epochCount(job: JobRecord): Promise<number> {
    const counted = this.#sql('SELECT count(*) AS total FROM epochs WHERE job = ?');
    return this.#commits.read(() => numberOf(counted.get(job.number) ?? {}, 'total'));
  }

  /**
   * A transaction that stays open while rows arrive would hold up every other writer. So they are stored under a job
   * that nobody sees, which one last transaction makes the user's.
   */
  async importJob(
    userId: string,
    jobId: string,
    rows: AsyncIterable<readonly NewPrediction[]>,
    change: () => JobChange,
  ): Promise<JobRecord | undefined> {
    if (this.#job(jobId) !== undefined) return undefined;
    const firstSeq = this.#retiredSeq(jobId) + 1;
    const hidden = this.#store(() => this.#insertJob(`import ${randomUUID()}`, nobody, '{}', firstSeq - 1));
    let saved: JobRecord | undefined;
    try {
      let [count, bytes] = [0, 0];
      for await (const batch of rows) {
        this.#store(() => insertPredictions(this.#database, hidden.number, firstSeq + count, batch));
        count += batch.length;
        bytes += bytesOf(batch);
        await nextTurn();
      }
      saved = this.#database.transaction(() => {
        if (this.#job(jobId) !== undefined || this.#retiredSeq(jobId) !== firstSeq - 1) return undefined;
        this.#sql('DELETE FROM retired WHERE id = ?').run(idText(jobId));
        const { status, fields } = change();
        const row = this.#sql(
          `UPDATE jobs SET id = ?, user_id = ?, status = ?, fields = ?, last_seq = last_seq + ?, prediction_count = ?,
             bytes = ?, alive_at = ? WHERE number = ? RETURNING *`,
        ).get(
          idText(jobId),
          idText(userId),
          status ?? 'completed',
          objectText(members(fields)),
          count,
          count,
          bytes,
          new Date().toISOString(),
          hidden.number,
        );
        return jobOf(row ?? {});
      });
    } finally {
      if (saved === undefined) this.#sweeper.abandon(hidden.number);
    }
    if (saved !== undefined) this.#changes.emit('change', saved.number);
    return saved;
  }

  onChange(listener: (job: number) => void): () => void {
    this.#changes.on('change', listener);
    return () => this.#changes.off('change', listener);
  }

  /** A directory, whose secret it is, has one process. */
  async sharedSecret(proposed: Buffer): Promise<Buffer> {
    return proposed;
  }

  async close(): Promise<void> {
    await this.#sweeper.close();
    await this.#commits.close();
    this.#database.close();
    this.#room.keep();
  }

  #sql(sql: string) {
    return this.#database.sql(sql);
  }

  /** A transaction that leaves the room which has to stay free. @throws StorageFullError or what `work` throws */
  #store<T>(work: () => T): T {
    const run = () => this.#database.transaction(this.#room.leavingRoom(work));
    let result: T;
    try {
      result = run();
    } catch (error) {
      if (!(error instanceof StorageFullError && this.#room.tidy())) throw error;
      result = run();
    }
    this.#room.stored();
    return result;
  }

  #job(jobId: string): JobRecord | undefined {
    const row = this.#sql('SELECT * FROM jobs WHERE id = ?').get(idText(jobId));
    return row === undefined ? undefined : jobOf(row);
  }

  #createJob(userId: string, jobId: string, change: JobChange): JobRecord {
    const lastSeq = this.#retiredSeq(jobId);
    this.#sql('DELETE FROM retired WHERE id = ?').run(idText(jobId));
    const { number } = this.#insertJob(idText(jobId), idText(userId), objectText(members(change.fields)), lastSeq);
    const row = this.#sql('UPDATE jobs SET status = ? WHERE number = ? RETURNING *').get(
      change.status ?? 'running',
      number,
    );
    return jobOf(row ?? {});
  }

  /** Where the sequence of a deleted job goes on; 0 for an id that was never used. */
  #retiredSeq(jobId: string): number {
    const retired = this.#sql('SELECT last_seq FROM retired WHERE id = ?').get(idText(jobId));
    return retired === undefined ? 0 : numberOf(retired, 'last_seq');
  }

  #insertJob(id: string, userId: string, fields: string, lastSeq: number): { number: number } {
    const now = new Date().toISOString();
    const created = this.#sql(
      `INSERT INTO jobs (id, user_id, incarnation, status, created_at, fields, last_seq, prediction_count, alive_at)
       VALUES (?, ?, ?, 'running', ?, ?, ?, 0, ?) RETURNING number`,
    ).get(id, userId, randomUUID(), now, fields, lastSeq, now);
    return { number: numberOf(created ?? {}, 'number') };
  }

  #updateJob(job: JobRecord, status: JobRecord['status'], fields: string): JobRecord {
    const aliveAt = new Date().toISOString();
    this.#sql('UPDATE jobs SET status = ?, fields = ?, alive_at = ? WHERE number = ?').run(
      status,
      fields,
      aliveAt,
      job.number,
    );
    return { ...job, status, fields, aliveAt };
  }

  /** @param store gets the number of the last prediction, returns how many it stored */
  async #addBatch(
    job: JobRecord,
    rows: readonly { content: string }[],
    key: BatchKey | undefined,
    store: (lastSeq: number) => number,
  ): Promise<AddOutcome> {
    const add = (): AddOutcome => {
      // A number is of one life of a job.
      const known = this.#sql('SELECT last_seq FROM jobs WHERE number = ?').get(job.number);
      if (known === undefined) return { kind: 'gone' };
      const earlier = key && this.#sql('SELECT * FROM batches WHERE job = ? AND key = ?').get(job.number, key.key);
      if (earlier)
        return { kind: 'repeated', digest: textOf(earlier, 'digest'), count: numberOf(earlier, 'row_count') };
      const count = store(numberOf(known, 'last_seq'));
      this.#sql(
        `UPDATE jobs SET last_seq = last_seq + ?, prediction_count = prediction_count + ?, bytes = bytes + ?, alive_at = ?
         WHERE number = ?`,
      ).run(count, count, bytesOf(rows), new Date().toISOString(), job.number);
      if (key !== undefined) this.#keepKey(job.number, key, rows.length);
      return { kind: 'stored' };
    };
    const outcome = await this.#commits.transaction(this.#room.leavingRoom(add)).catch((error: unknown) => {
      if (!(error instanceof StorageFullError && this.#room.tidy())) throw error;
      return this.#commits.transaction(this.#room.leavingRoom(add));
    });
    if (outcome.kind === 'stored') {
      this.#room.stored();
      this.#changes.emit('change', job.number);
    }
    return outcome;
  }

  #keepKey(job: number, { key, digest }: BatchKey, count: number): void {
    const kept = this.#sql(
      `INSERT INTO batches VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM batches WHERE job = ?1), ?2, ?3, ?4)
       RETURNING number`,
    ).get(job, key, digest, count);
    const oldest = numberOf(kept ?? {}, 'number') - keptBatchKeys;
    this.#sql('DELETE FROM batches WHERE job = ? AND number <= ?').run(job, oldest);
  }
}
