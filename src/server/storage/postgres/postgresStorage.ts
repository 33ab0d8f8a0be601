import type { Checkpoint } from '../../../model/checkpoints.ts';
import { type Added, addedOf, growthBy } from '../batches.ts';
import { mayDelete, type SeenJob, savedState, withUnknownFields } from '../jobStates.ts';
import type { KeyStore } from '../keyStore.ts';
import { metricPages } from '../metricPages.ts';
import {
  type AddOutcome,
  allEpochs,
  type BatchKey,
  type CheckpointCount,
  type JobChange,
  type JobCheckpoints,
  type JobRecord,
  type JobSize,
  type JobsRead,
  type KeptSummary,
  type NewMetric,
  type NewPrediction,
  type PredictionsRead,
  type Storage,
  StorageUnavailableError,
  type StoredEpoch,
  type StoredPrediction,
} from '../storage.ts';
import { earlierBatch, keepKey } from './batches.ts';
import { checkpointCounts, keepSummaries, latestCheckpoint, readCheckpoints, readSummaries } from './checkpoints.ts';
import { type Ask, longTimeout, PostgresDatabase } from './database.ts';
import { countEpochs, latestEpoch, readEpochs } from './epochs.ts';
import { importRows } from './imports.ts';
import {
  createJob,
  findJob,
  growJob,
  jobOfNumber,
  jobSizes,
  listJobs,
  lockedJob,
  lockedJobOfNumber,
  lockId,
  removeJob,
  takeRetiredSeq,
  updateJob,
} from './jobs.ts';
import { PostgresKeys } from './keys.ts';
import { insertMetrics, readMetrics } from './metrics.ts';
import { PostgresNotifications } from './notifications.ts';
import { insertPredictions, readPredictions, unknownRows } from './predictions.ts';
import { migrate } from './schema.ts';
import { PostgresSecrets } from './secrets.ts';

/**
 * Storage in a PostgreSQL database that several server processes share. Whoever extends a job holds its row, so that
 * sequence numbers are given in commit order; a notification tells the other processes, in the same transaction.
 */
export class PostgresStorage implements Storage {
  readonly engine = 'postgresql';
  readonly keys: KeyStore;
  readonly #database: PostgresDatabase;
  readonly #notifications: PostgresNotifications;
  readonly #secrets: PostgresSecrets;

  private constructor(url: string, report: (error: unknown) => void) {
    this.#database = new PostgresDatabase(url, report);
    this.keys = new PostgresKeys(this.#database);
    this.#notifications = new PostgresNotifications(url, report);
    this.#secrets = new PostgresSecrets(this.#database);
  }

  /**
   * @param report hears of failures that nobody waits for, such as a lost connection
   * @throws Error when the database cannot be reached or used; one of a newer version is left as it is
   */
  static async open(url: string, report: (error: unknown) => void): Promise<PostgresStorage> {
    const storage = new PostgresStorage(url, report);
    try {
      await storage.#notifications.start(storage.#database);
      await storage.#database.transaction(migrate, longTimeout);
      return storage;
    } catch (error) {
      await storage.close();
      throw error;
    }
  }

  saveJob(userId: string, jobId: string, change: JobChange): Promise<JobRecord | undefined> {
    return this.#change(async (ask) => {
      let known = await lockedJob(ask, jobId);
      if (known === undefined) {
        await lockId(ask, jobId);
        known = await lockedJob(ask, jobId);
      }
      const state = savedState(known, userId, change);
      if (state === undefined) return undefined;
      if (known !== undefined) return updateJob(ask, known, state);
      return createJob(ask, { ...state, jobId, userId, lastSeq: await takeRetiredSeq(ask, jobId) });
    });
  }

  async keepUnknownFields({ number }: JobRecord, found: Readonly<Record<string, string>>): Promise<void> {
    await this.#change(async (ask) => {
      const job = await lockedJobOfNumber(ask, number);
      if (job === undefined) return undefined;
      const fields = withUnknownFields(job.fields, found);
      return fields === undefined ? undefined : updateJob(ask, job, { status: job.status, fields });
    });
  }

  job(jobId: string): Promise<JobRecord | undefined> {
    return findJob(this.#database, jobId);
  }

  jobToExtend(number: number): Promise<JobRecord | undefined> {
    return jobOfNumber(this.#database, number);
  }

  jobs(userId: string, read: JobsRead): Promise<{ jobs: JobRecord[]; total: number }> {
    return listJobs(this.#database, userId, read);
  }

  jobSizes(): Promise<JobSize[]> {
    return jobSizes(this.#database);
  }

  async deleteJob(userId: string, jobId: string, only?: SeenJob): Promise<boolean> {
    const deleted = await this.#change(async (ask) => {
      await lockId(ask, jobId);
      const job = await lockedJob(ask, jobId);
      if (job === undefined || !mayDelete(job, userId, only)) return undefined;
      await removeJob(ask, job);
      return job;
    }, longTimeout);
    return deleted !== undefined;
  }

  addPredictions(job: JobRecord, rows: readonly NewPrediction[], key?: BatchKey): Promise<AddOutcome> {
    return this.#addBatch(job, rows.length, key, async (ask, held) => {
      const unknown = await unknownRows(ask, held.number, rows);
      return addedOf(rows, unknown, await insertPredictions(ask, held.number, held.lastSeq + 1, unknown, held));
    });
  }

  addMetrics(job: JobRecord, rows: readonly NewMetric[], key?: BatchKey): Promise<AddOutcome> {
    return this.#addBatch(job, rows.length, key, async (ask, held) => {
      await insertMetrics(ask, held, rows);
      return { stored: rows.length, growth: growthBy(rows, 0, held), known: null };
    });
  }

  predictions(job: JobRecord, read: PredictionsRead): AsyncGenerator<StoredPrediction[]> {
    return readPredictions(this.#database, job.number, read);
  }

  metrics(job: JobRecord, after = -1): AsyncGenerator<string[]> {
    return metricPages(after, (last) => readMetrics(this.#database, job.number, last));
  }

  epochs(job: JobRecord, between = allEpochs): Promise<StoredEpoch[]> {
    return readEpochs(this.#database, job.number, between);
  }

  latestEpoch(job: JobRecord, seq: number): Promise<number | null> {
    return latestEpoch(this.#database, job.number, seq);
  }

  epochCount(job: JobRecord): Promise<number> {
    return countEpochs(this.#database, job.number);
  }

  checkpoints(job: JobRecord): Promise<JobCheckpoints | undefined> {
    return readCheckpoints(this.#database, job.number);
  }

  keepSummaries(job: JobRecord, summaries: readonly KeptSummary[]): Promise<void> {
    return keepSummaries(this.#database, job, summaries);
  }

  summaries(job: JobRecord): Promise<KeptSummary[]> {
    return readSummaries(this.#database, job.number);
  }

  latestCheckpoint(job: JobRecord, seq: number): Promise<Checkpoint | null> {
    return latestCheckpoint(this.#database, job.number, seq);
  }

  checkpointCounts(job: JobRecord, first: Checkpoint, last: Checkpoint): Promise<CheckpointCount[]> {
    return checkpointCounts(this.#database, job.number, first, last);
  }

  async importJob(
    userId: string,
    jobId: string,
    rows: AsyncIterable<readonly NewPrediction[]>,
    change: () => JobChange,
  ): Promise<JobRecord | undefined> {
    if ((await this.job(jobId)) !== undefined) return undefined;
    const tellOthers = (ask: Ask, job: number) => this.#notifications.tellOthers(ask, job);
    const saved = await importRows(this.#database, userId, jobId, rows, change, tellOthers);
    if (saved !== undefined) this.#notifications.tell(saved.number);
    return saved;
  }

  onChange(listener: (job: number | undefined) => void): () => void {
    return this.#notifications.add(listener);
  }

  sharedSecret(proposed: Buffer): Promise<Buffer> {
    return this.#secrets.shared(proposed);
  }

  /** Gives all processes on this database another one. */
  replaceSharedSecret(secret: Buffer): Promise<void> {
    return this.#secrets.replace(secret);
  }

  async close(): Promise<void> {
    await this.#notifications.close();
    await this.#database.close();
  }

  /**
   * Changes one job, of which `work` answers the record, and tells of it. When the connection is lost it may be that
   * all was stored, so that is told of too.
   */
  async #change(work: (ask: Ask) => Promise<JobRecord | undefined>, timeout?: number): Promise<JobRecord | undefined> {
    let changed: JobRecord | undefined;
    try {
      await this.#database.transaction(async (ask) => {
        changed = await work(ask);
        if (changed !== undefined) await this.#notifications.tellOthers(ask, changed.number);
      }, timeout);
    } catch (error) {
      if (changed !== undefined && error instanceof StorageUnavailableError) this.#notifications.tell(changed.number);
      throw error;
    }
    if (changed !== undefined) this.#notifications.tell(changed.number);
    return changed;
  }

  /** @param count of the rows that came. @param store gets the job, whose row is held */
  async #addBatch(
    { number }: JobRecord,
    count: number,
    key: BatchKey | undefined,
    store: (ask: Ask, held: JobRecord) => Promise<Added>,
  ): Promise<AddOutcome> {
    let outcome: AddOutcome = { kind: 'gone' };
    await this.#change(async (ask) => {
      const held = await lockedJobOfNumber(ask, number);
      const earlier = held && key && (await earlierBatch(ask, held.number, key));
      if (held === undefined || earlier !== undefined) {
        outcome = earlier ?? { kind: 'gone' };
        return undefined;
      }
      const { stored, growth, known } = await store(ask, held);
      await growJob(ask, held.number, growth);
      if (key !== undefined) await keepKey(ask, held.number, key, count, known);
      outcome = { kind: 'stored', stored, known };
      return held;
    });
    return outcome;
  }
}
