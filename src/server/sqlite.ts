import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { statisticsOf } from './epochStatistics.ts';
import { members, objectText } from './jsonText.ts';
import { epochOf, epochValues, idText, jobOf, numberOf, predictionOf } from './sqliteRows.ts';
import { addEpochSql, prepareSchema } from './sqliteSchema.ts';
import type {
  EpochStatistics,
  JobChange,
  JobRecord,
  JobsRead,
  NewPrediction,
  PredictionsRead,
  Storage,
  StoredPrediction,
} from './storage.ts';

/** A chunk of `predictions` ends at the row that reaches one of these. */
const chunkRows = 250;
const chunkCharacters = 1_000_000;

/**
 * Storage in one SQLite file (WAL, synchronous=FULL: what was answered survives a power cut). Every call is one
 * synchronous step of this thread, so calls never interleave inside a transaction.
 */
export class SqliteStorage implements Storage {
  readonly engine = 'sqlite';
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #changes = new EventEmitter<{ change: [job: number] }>();

  /** @throws Error when the file is damaged, of a newer version or not to be opened. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    try {
      prepareSchema(this.#database);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async saveJob(userId: string, jobId: string, change: JobChange): Promise<JobRecord | undefined> {
    const saved = this.#transaction(() => {
      const known = this.#job(jobId);
      if (known === undefined) return this.#createJob(userId, jobId, change);
      if (known.userId !== userId) return undefined;
      const fields = objectText(new Map([...members(known.fields), ...members(change.fields)]));
      const status = change.status ?? known.status;
      this.#sql('UPDATE jobs SET status = ?, fields = ? WHERE number = ?').run(status, fields, known.number);
      return { ...known, status, fields };
    });
    if (saved !== undefined) this.#changes.emit('change', saved.number);
    return saved;
  }

  async job(jobId: string): Promise<JobRecord | undefined> {
    return this.#job(jobId);
  }

  async jobs(userId: string, { status, limit, offset }: JobsRead): Promise<{ jobs: JobRecord[]; total: number }> {
    const where = `WHERE user_id = ? ${status === undefined ? '' : 'AND status = ?'}`;
    const values = status === undefined ? [idText(userId)] : [idText(userId), status];
    const total = this.#sql(`SELECT count(*) AS total FROM jobs ${where}`).get(...values) ?? {};
    const rows = this.#sql(`SELECT * FROM jobs ${where} ORDER BY number DESC LIMIT ? OFFSET ?`);
    return { jobs: rows.all(...values, limit, offset).map(jobOf), total: numberOf(total, 'total') };
  }

  async deleteJob(userId: string, jobId: string): Promise<boolean> {
    const deleted = this.#transaction(() => {
      const job = this.#job(jobId);
      if (job === undefined || job.userId !== userId) return undefined;
      this.#sql('DELETE FROM predictions WHERE job = ?').run(job.number);
      this.#sql('DELETE FROM epochs WHERE job = ?').run(job.number);
      this.#sql('DELETE FROM jobs WHERE number = ?').run(job.number);
      this.#sql('INSERT OR REPLACE INTO retired VALUES (?, ?)').run(idText(jobId), job.lastSeq);
      return job.number;
    });
    if (deleted !== undefined) this.#changes.emit('change', deleted);
    return deleted !== undefined;
  }

  async addPredictions(job: JobRecord, rows: readonly NewPrediction[]): Promise<boolean> {
    const stored = this.#transaction(() => {
      const numbers = this.#sql(
        `UPDATE jobs SET last_seq = last_seq + ?, prediction_count = prediction_count + ?
         WHERE number = ? RETURNING last_seq`,
      ).get(rows.length, rows.length, job.number);
      if (numbers === undefined) return false;
      const firstSeq = numberOf(numbers, 'last_seq') - rows.length + 1;
      const insert = this.#sql('INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?)');
      rows.forEach(({ epoch, sampleIndex, id, createdAt, content }, index) => {
        insert.run(job.number, firstSeq + index, epoch, sampleIndex, id, createdAt, content);
      });
      const addEpoch = this.#sql(addEpochSql);
      for (const epoch of statisticsOf(rows, firstSeq)) addEpoch.run(...epochValues(job.number, epoch));
      return true;
    });
    if (stored) this.#changes.emit('change', job.number);
    return stored;
  }

  /** Each chunk is a query of its own: one that stays open would keep the write-ahead log from being folded back. */
  async *predictions(job: JobRecord, read: PredictionsRead): AsyncGenerator<StoredPrediction[]> {
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
      const { sql, values } = pageQuery(job.number, read, last);
      const chunk: StoredPrediction[] = [];
      let characters = 0;
      for (const row of this.#sql(sql).iterate(...values, Math.min(remaining, chunkRows), offset)) {
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

  async epochs(job: JobRecord): Promise<EpochStatistics[]> {
    return this.#sql('SELECT * FROM epochs WHERE job = ? ORDER BY epoch').all(job.number).map(epochOf);
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
    this.#statements.clear();
    this.#database.close();
  }

  #job(jobId: string): JobRecord | undefined {
    const row = this.#sql('SELECT * FROM jobs WHERE id = ?').get(idText(jobId));
    return row === undefined ? undefined : jobOf(row);
  }

  #createJob(userId: string, jobId: string, change: JobChange): JobRecord {
    const id = idText(jobId);
    const retired = this.#sql('DELETE FROM retired WHERE id = ? RETURNING last_seq').get(id);
    const lastSeq = retired === undefined ? 0 : numberOf(retired, 'last_seq');
    const created = this.#sql(
      `INSERT INTO jobs (id, user_id, incarnation, status, created_at, fields, last_seq, prediction_count)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0) RETURNING *`,
    ).get(
      id,
      idText(userId),
      randomUUID(),
      change.status ?? 'running',
      new Date().toISOString(),
      objectText(members(change.fields)),
      lastSeq,
    );
    return jobOf(created ?? {});
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // A full disk has already rolled it back; the caller throws what went wrong.
    }
  }

  #sql(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** The rows after `last`, in the read's order; limit and offset follow as the last two values. */
function pageQuery(
  job: number,
  read: PredictionsRead,
  last: { epoch: number; sampleIndex: number; seq: number },
): { sql: string; values: number[] } {
  const where = ['job = ?', 'seq > ?', 'seq <= ?'];
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
