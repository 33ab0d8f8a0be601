import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
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
  type NewMetric,
  type NewPrediction,
  type PredictionsRead,
  type Storage,
  StorageUnavailableError,
  type StoredEpoch,
  type StoredPrediction,
} from '../storage.ts';
import { epochOf, idText, jobOf, jobSizeOf, numberOf, textOf } from '../storedRows.ts';
import { type Ask, longTimeout, PostgresDatabase, type SqlResult } from './database.ts';
import {
  createJob,
  earlierBatch,
  idHash,
  keepKey,
  lockedJob,
  lockId,
  retiredSeq,
  takeRetiredSeq,
  updateJob,
} from './jobs.ts';
import { PostgresKeys } from './keys.ts';
import { channel, PostgresListener } from './listener.ts';
import { insertPredictions, readPredictions } from './predictions.ts';
import { migrate } from './schema.ts';

/** How long the server's own notification is waited for at the start, in ms. */
const probePatience = 5000;

/**
 * Storage in a PostgreSQL database that several server processes share. Whoever extends a job holds its row, so that
 * sequence numbers are given in commit order; a notification tells the other processes, in the same transaction.
 */
export class PostgresStorage implements Storage {
  readonly engine = 'postgresql';
  readonly keys: KeyStore;
  readonly #database: PostgresDatabase;
  readonly #listener: PostgresListener;
  /** Marks this process's own notifications: it tells its listeners itself, at once. */
  readonly #origin = randomUUID();
  readonly #changes = new EventEmitter<{ change: [job: number | undefined]; probe: [] }>();

  private constructor(url: string, report: (error: unknown) => void) {
    this.#changes.setMaxListeners(0);
    this.#database = new PostgresDatabase(url, report);
    this.keys = new PostgresKeys(this.#database);
    this.#listener = new PostgresListener(url, {
      onPayload: (payload) => this.#heard(payload),
      onGap: () => this.#changes.emit('change', undefined),
      report,
    });
  }

  /**
   * @param report hears of failures that nobody waits for, such as a lost connection
   * @throws Error when the database cannot be reached or used; one of a newer version is left as it is
   */
  static async open(url: string, report: (error: unknown) => void): Promise<PostgresStorage> {
    const storage = new PostgresStorage(url, report);
    try {
      await storage.#listener.start();
      await storage.#refusePooler();
      await storage.#database.transaction(migrate);
      return storage;
    } catch (error) {
      await storage.close();
      throw error;
    }
  }

  async saveJob(userId: string, jobId: string, change: JobChange): Promise<JobRecord | undefined> {
    const saved = await this.#transaction(async (ask) => {
      let known = await lockedJob(ask, jobId);
      if (known === undefined) {
        await lockId(ask, jobId);
        known = await lockedJob(ask, jobId);
      }
      if (known === undefined) {
        const lastSeq = await takeRetiredSeq(ask, jobId);
        const fields = objectText(members(change.fields));
        return createJob(ask, { jobId, userId, status: change.status ?? 'running', fields, lastSeq });
      }
      if (known.userId !== userId) return undefined;
      const fields = objectText(new Map([...members(known.fields), ...members(change.fields)]));
      return updateJob(ask, known, change.status ?? known.status, fields);
    });
    return saved;
  }

  async job(jobId: string): Promise<JobRecord | undefined> {
    const rows = await this.#database.query('SELECT * FROM training_predictions.jobs WHERE id_hash = $1', [
      idHash(jobId),
    ]);
    return rows[0] && jobOf(rows[0]);
  }

  async jobToExtend(number: number): Promise<JobRecord | undefined> {
    const rows = await this.#database.query('SELECT * FROM training_predictions.jobs WHERE number = $1', [number]);
    return rows[0] && jobOf(rows[0]);
  }

  async jobs(userId: string, { status, limit, offset }: JobsRead): Promise<{ jobs: JobRecord[]; total: number }> {
    const from = 'FROM training_predictions.jobs WHERE user_id = $1 AND ($2::text IS NULL OR status = $2)';
    const values = [idText(userId), status ?? null];
    const counted = await this.#database.query(`SELECT count(*) AS total ${from}`, values);
    const rows = await this.#database.query(`SELECT * ${from} ORDER BY number DESC LIMIT $3 OFFSET $4`, [
      ...values,
      limit,
      offset,
    ]);
    return { jobs: rows.map(jobOf), total: numberOf(counted[0] ?? {}, 'total') };
  }

  async jobSizes(): Promise<JobSize[]> {
    const rows = await this.#database.query(
      `SELECT id, user_id, incarnation, status, bytes, alive_at FROM training_predictions.jobs
       ORDER BY alive_at, number`,
    );
    return rows.map(jobSizeOf);
  }

  async deleteJob(userId: string, jobId: string, only?: Pick<JobRecord, 'incarnation' | 'aliveAt'>): Promise<boolean> {
    const deleted = await this.#transaction(async (ask) => {
      await lockId(ask, jobId);
      const job = await lockedJob(ask, jobId);
      if (job === undefined || job.userId !== userId) return undefined;
      if (only !== undefined && (only.incarnation !== job.incarnation || only.aliveAt !== job.aliveAt)) {
        return undefined;
      }
      for (const table of ['predictions', 'epochs', 'metrics', 'batches']) {
        await ask(`DELETE FROM training_predictions.${table} WHERE job = $1`, [job.number]);
      }
      await ask('DELETE FROM training_predictions.jobs WHERE number = $1', [job.number]);
      await ask('INSERT INTO training_predictions.retired VALUES ($1, $2)', [idHash(jobId), job.lastSeq]);
      return job;
    }, longTimeout);
    return deleted !== undefined;
  }

  addPredictions(job: JobRecord, rows: readonly NewPrediction[], key?: BatchKey): Promise<AddOutcome> {
    return this.#addBatch(job, rows, key, async (ask, known) => {
      await insertPredictions(ask, known.number, known.lastSeq + 1, rows);
      return rows.length;
    });
  }

  addMetrics(job: JobRecord, rows: readonly NewMetric[], key?: BatchKey): Promise<AddOutcome> {
    return this.#addBatch(job, rows, key, async (ask, known) => {
      const latest = await ask('SELECT max(step) AS step FROM training_predictions.metrics WHERE job = $1', [
        known.number,
      ]);
      const latestStep = latest[0]?.['step'] == null ? null : numberOf(latest[0], 'step');
      const { status, fields } = jobAfterMetrics(known, rows, latestStep);
      await updateJob(ask, known, status, fields);
      await ask(
        `INSERT INTO training_predictions.metrics (job, step, content)
         SELECT $1, row.step, row.content
         FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS row (step, content, at) ORDER BY row.at`,
        [known.number, rows.map((row) => row.step), rows.map((row) => row.content)],
      );
      return 0;
    });
  }

  predictions(job: JobRecord, read: PredictionsRead): AsyncGenerator<StoredPrediction[]> {
    return readPredictions(this.#database, job.number, read);
  }

  async *metrics(job: JobRecord, after = -1): AsyncGenerator<string[]> {
    let last = [after, Number.MAX_SAFE_INTEGER];
    for (;;) {
      const rows: SqlResult = await this.#database.query(
        `SELECT step, number, content FROM (
           SELECT *, sum(octet_length(content)) OVER (ORDER BY step, number) - octet_length(content) AS bytes_before
           FROM (
             SELECT step, number, content FROM training_predictions.metrics
             WHERE job = $1 AND (step, number) > ($2, $3) ORDER BY step, number LIMIT ${chunkRows}
           ) page
         ) sized WHERE bytes_before < ${chunkCharacters} ORDER BY step, number`,
        [job.number, ...last],
      );
      const end = rows.at(-1);
      if (end === undefined) return;
      last = [numberOf(end, 'step'), numberOf(end, 'number')];
      yield rows.map((row) => textOf(row, 'content'));
    }
  }

  async epochs(job: JobRecord, between = allEpochs): Promise<StoredEpoch[]> {
    const sql = 'SELECT * FROM training_predictions.epochs WHERE job = $1 AND epoch BETWEEN $2 AND $3 ORDER BY epoch';
    return (await this.#database.query(sql, [job.number, ...between])).map(epochOf);
  }

  async latestEpoch(job: JobRecord, seq: number): Promise<number | null> {
    const sql = `SELECT epoch FROM training_predictions.epochs
      WHERE job = $1 AND first_seq <= $2 ORDER BY epoch DESC LIMIT 1`;
    const [found] = await this.#database.query(sql, [job.number, seq]);
    return found === undefined ? null : numberOf(found, 'epoch');
  }

  async epochCount(job: JobRecord): Promise<number> {
    const sql = 'SELECT count(*) AS total FROM training_predictions.epochs WHERE job = $1';
    const [counted = {}] = await this.#database.query(sql, [job.number]);
    return numberOf(counted, 'total');
  }

  /** One transaction that takes the rows while they arrive; the job itself, which makes them seen, comes last. */
  async importJob(
    userId: string,
    jobId: string,
    rows: AsyncIterable<readonly NewPrediction[]>,
    change: () => JobChange,
  ): Promise<JobRecord | undefined> {
    if ((await this.job(jobId)) !== undefined) return undefined;
    const saved = await this.#database
      .importTransaction(async (ask) => {
        const retired = await retiredSeq(ask, jobId);
        const [next] = await ask(
          "SELECT nextval(pg_get_serial_sequence('training_predictions.jobs', 'number')) AS number",
        );
        const number = numberOf(next ?? {}, 'number');
        let [count, bytes] = [0, 0];
        for await (const batch of rows) {
          await insertPredictions(ask, number, retired + count + 1, batch);
          count += batch.length;
          bytes += bytesOf(batch);
        }
        await lockId(ask, jobId);
        if ((await lockedJob(ask, jobId)) !== undefined || (await takeRetiredSeq(ask, jobId)) !== retired) {
          throw new ImportOvertaken();
        }
        const { status = 'completed', fields } = change();
        const created = {
          jobId,
          userId,
          status,
          fields: objectText(members(fields)),
          number,
          lastSeq: retired + count,
        };
        const job = await createJob(ask, { ...created, predictionCount: count, bytes });
        await this.#notify(ask, job.number);
        return job;
      })
      .catch((error: unknown) => {
        if (error instanceof ImportOvertaken) return undefined;
        throw error;
      });
    if (saved !== undefined) this.#changes.emit('change', saved.number);
    return saved;
  }

  onChange(listener: (job: number | undefined) => void): () => void {
    this.#changes.on('change', listener);
    return () => this.#changes.off('change', listener);
  }

  async sharedSecret(proposed: Buffer): Promise<Buffer> {
    const known = await this.#sharedSecret();
    if (known !== undefined) return known;
    await this.#database.query(
      "INSERT INTO training_predictions.secrets VALUES ('job-tokens', $1) ON CONFLICT DO NOTHING",
      [proposed],
    );
    const value = await this.#sharedSecret();
    if (value === undefined) throw new TypeError('the database holds no secret');
    return value;
  }

  /** Gives all processes on this database another one. */
  async replaceSharedSecret(secret: Buffer): Promise<void> {
    await this.#database.query(
      `INSERT INTO training_predictions.secrets VALUES ('job-tokens', $1)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [secret],
    );
  }

  async #sharedSecret(): Promise<Buffer | undefined> {
    const rows = await this.#database.query("SELECT value FROM training_predictions.secrets WHERE name = 'job-tokens'");
    const value = rows[0]?.['value'];
    return Buffer.isBuffer(value) ? value : undefined;
  }

  async close(): Promise<void> {
    await this.#listener.close();
    await this.#database.close();
  }

  /**
   * Changes one job, of which `work` answers the record, and tells of it. When the connection is lost it may be that
   * all was stored, so that is told of too.
   */
  async #transaction(
    work: (ask: Ask) => Promise<JobRecord | undefined>,
    timeout?: number,
  ): Promise<JobRecord | undefined> {
    let changed: JobRecord | undefined;
    try {
      await this.#database.transaction(async (ask) => {
        changed = await work(ask);
        if (changed !== undefined) await this.#notify(ask, changed.number);
      }, timeout);
    } catch (error) {
      if (changed !== undefined && error instanceof StorageUnavailableError)
        this.#changes.emit('change', changed.number);
      throw error;
    }
    if (changed !== undefined) this.#changes.emit('change', changed.number);
    return changed;
  }

  async #addBatch(
    job: JobRecord,
    rows: readonly { content: string }[],
    key: BatchKey | undefined,
    store: (ask: Ask, known: JobRecord) => Promise<number>,
  ): Promise<AddOutcome> {
    let outcome: AddOutcome = { kind: 'stored' };
    await this.#transaction(async (ask) => {
      const [row] = await ask('SELECT * FROM training_predictions.jobs WHERE number = $1 FOR UPDATE', [job.number]);
      if (row === undefined) {
        outcome = { kind: 'gone' };
        return undefined;
      }
      const known = jobOf(row);
      const earlier = key && (await earlierBatch(ask, known.number, key));
      if (earlier !== undefined) {
        outcome = earlier;
        return undefined;
      }
      const predictions = await store(ask, known);
      await ask(
        `UPDATE training_predictions.jobs SET last_seq = last_seq + $2, prediction_count = prediction_count + $2,
           bytes = bytes + $3, alive_at = $4 WHERE number = $1`,
        [known.number, predictions, bytesOf(rows), new Date().toISOString()],
      );
      if (key !== undefined) await keepKey(ask, known.number, key, rows.length);
      return known;
    });
    return outcome;
  }

  /** Told to the other processes once the transaction is committed. A job's id may be too long for a payload. */
  async #notify(ask: Ask, job: number): Promise<void> {
    await ask('SELECT pg_notify($1, $2)', [channel, `${this.#origin} ${job}`]);
  }

  #heard(payload: string): void {
    const [origin, job] = payload.split(' ');
    if (origin === this.#origin) this.#changes.emit('probe');
    else if (/^\d+$/.test(job ?? '')) this.#changes.emit('change', Number(job));
  }

  /**
   * Over a pooler that gives a connection away after each transaction, LISTEN is heard by nobody, or by somebody else.
   * It is known by what it does: two connections that are open at once share one process of the database, one
   * connection moves to another, or a notification does not come.
   *
   * @throws Error with advice
   */
  async #refusePooler(): Promise<void> {
    const heard = new Promise<boolean>((resolve) => this.#changes.once('probe', () => resolve(true)));
    const before = await this.#listener.backend();
    const [row] = await this.#database.query('SELECT pg_backend_pid() AS pid, pg_notify($1, $2)', [
      channel,
      `${this.#origin} probe`,
    ]);
    const shared = row?.['pid'] === before || (await this.#listener.backend()) !== before;
    const patience = new AbortController();
    const late = sleep(probePatience, false, { signal: patience.signal }).catch(() => false);
    const holds = !shared && (await Promise.race([heard, late]));
    patience.abort();
    if (holds) return;
    throw new Error(
      'it is behind a connection pooler in transaction mode, over which notifications are lost. ' +
        'Use the direct connection or the session mode: at Supabase port 5432 instead of 6543, ' +
        'with PgBouncer pool_mode = session',
    );
  }
}

/** Somebody else made the job while it was being imported. */
class ImportOvertaken extends Error {}
