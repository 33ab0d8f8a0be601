import type { Checkpoint } from '../../../model/checkpoints.ts';
import { type Added, addedOf, growthBy } from '../batches.ts';
import { ChangeListeners } from '../changeListeners.ts';
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
  type StoredEpoch,
  type StoredPrediction,
} from '../storage.ts';
import { earlierBatch, keepKey } from './batches.ts';
import { checkpointCounts, keepSummaries, latestCheckpoint, readCheckpoints, readSummaries } from './checkpoints.ts';
import { SqliteCommits } from './commits.ts';
import { SqliteDatabase } from './database.ts';
import { DiskRoom, openWithRoom } from './diskRoom.ts';
import { countEpochs, latestEpoch, readEpochs } from './epochs.ts';
import { SqliteImports } from './imports.ts';
import {
  createJob,
  endOf,
  findJob,
  growJob,
  type JobEnd,
  jobOfNumber,
  jobSizes,
  listJobs,
  retire,
  updateJob,
} from './jobs.ts';
import { SqliteKeys } from './keys.ts';
import { insertMetrics, readMetrics } from './metrics.ts';
import { insertPredictions, readPredictions, unknownRows } from './predictions.ts';
import { discardJob, SqliteSweeper } from './sweeper.ts';
import { SqliteWrites } from './writes.ts';

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
  readonly #writes: SqliteWrites;
  readonly #sweeper: SqliteSweeper;
  readonly #imports: SqliteImports;
  readonly #changes = new ChangeListeners();

  /**
   * @param report hears of failures in work that nobody waits for
   * @throws Error when the file is damaged, of a newer version or not to be opened; it is left as it is then
   */
  constructor(file: string, report: (error: unknown) => void = (error) => process.emitWarning(String(error))) {
    this.#database = openWithRoom(file, () => new SqliteDatabase(file));
    this.#commits = new SqliteCommits(this.#database, file);
    this.#room = new DiskRoom(this.#database, file);
    this.#writes = new SqliteWrites(this.#database, this.#commits, this.#room);
    this.keys = new SqliteKeys(this.#database, this.#room);
    this.#sweeper = new SqliteSweeper(this.#database, this.#room, report);
    this.#imports = new SqliteImports(this.#database, this.#writes, this.#sweeper);
    this.#imports.abandonUnfinished();
    this.#sweeper.start();
  }

  async saveJob(userId: string, jobId: string, change: JobChange): Promise<JobRecord | undefined> {
    const saved = this.#writes.atOnce(() => {
      const known = findJob(this.#database, jobId);
      const state = savedState(known, userId, change);
      if (state === undefined) return undefined;
      if (known === undefined) return createJob(this.#database, userId, jobId, state);
      return updateJob(this.#database, known, state);
    });
    if (saved !== undefined) this.#changes.tell(saved.number);
    return saved;
  }

  async keepUnknownFields({ number }: JobRecord, found: Readonly<Record<string, string>>): Promise<void> {
    const changed = this.#writes.atOnce(() => {
      const job = jobOfNumber(this.#database, number);
      if (job === undefined) return undefined;
      const fields = withUnknownFields(job.fields, found);
      return fields === undefined ? undefined : updateJob(this.#database, job, { status: job.status, fields });
    });
    if (changed !== undefined) this.#changes.tell(number);
  }

  async job(jobId: string): Promise<JobRecord | undefined> {
    return this.#commits.read(() => findJob(this.#database, jobId));
  }

  async jobToExtend(number: number): Promise<JobRecord | undefined> {
    return jobOfNumber(this.#database, number);
  }

  async jobs(userId: string, read: JobsRead): Promise<{ jobs: JobRecord[]; total: number }> {
    return this.#commits.read(() => listJobs(this.#database, userId, read));
  }

  async jobSizes(): Promise<JobSize[]> {
    return jobSizes(this.#database);
  }

  async deleteJob(userId: string, jobId: string, only?: SeenJob): Promise<boolean> {
    const remove = () => {
      const job = findJob(this.#database, jobId);
      if (job === undefined || !mayDelete(job, userId, only)) return undefined;
      discardJob(this.#database, job.number);
      retire(this.#database, jobId, job.lastSeq);
      return job.number;
    };
    const deleted = this.#room.freeing(() => this.#database.transaction(remove));
    if (deleted !== undefined) {
      this.#changes.tell(deleted);
      this.#sweeper.start();
    }
    return deleted !== undefined;
  }

  async addPredictions(job: JobRecord, rows: readonly NewPrediction[], key?: BatchKey): Promise<AddOutcome> {
    return this.#addBatch(job, rows.length, key, ({ lastSeq, marks }) => {
      const unknown = unknownRows(this.#database, job.number, rows);
      const grown = insertPredictions(this.#database, job.number, lastSeq + 1, unknown, marks);
      return addedOf(rows, unknown, grown);
    });
  }

  async addMetrics(job: JobRecord, rows: readonly NewMetric[], key?: BatchKey): Promise<AddOutcome> {
    return this.#addBatch(job, rows.length, key, ({ marks }) => {
      insertMetrics(this.#database, jobOfNumber(this.#database, job.number) ?? job, rows);
      return { stored: rows.length, growth: growthBy(rows, 0, marks), known: null };
    });
  }

  predictions(job: JobRecord, read: PredictionsRead): AsyncGenerator<StoredPrediction[]> {
    return readPredictions(this.#database, job.number, read);
  }

  metrics(job: JobRecord, after = -1): AsyncGenerator<string[]> {
    return metricPages(after, (last) => this.#commits.read(() => readMetrics(this.#database, job.number, last)));
  }

  async epochs(job: JobRecord, between = allEpochs): Promise<StoredEpoch[]> {
    return this.#commits.read(() => readEpochs(this.#database, job.number, between));
  }

  async latestEpoch(job: JobRecord, seq: number): Promise<number | null> {
    return this.#commits.read(() => latestEpoch(this.#database, job.number, seq));
  }

  async epochCount(job: JobRecord): Promise<number> {
    return this.#commits.read(() => countEpochs(this.#database, job.number));
  }

  async checkpoints(job: JobRecord): Promise<JobCheckpoints | undefined> {
    return this.#commits.read(() => readCheckpoints(this.#database, job.number));
  }

  async keepSummaries(job: JobRecord, summaries: readonly KeptSummary[]): Promise<void> {
    await this.#writes.together(() => keepSummaries(this.#database, job.number, summaries));
  }

  async summaries(job: JobRecord): Promise<KeptSummary[]> {
    return this.#commits.read(() => readSummaries(this.#database, job.number));
  }

  async latestCheckpoint(job: JobRecord, seq: number): Promise<Checkpoint | null> {
    return this.#commits.read(() => latestCheckpoint(this.#database, job.number, seq));
  }

  async checkpointCounts(job: JobRecord, first: Checkpoint, last: Checkpoint): Promise<CheckpointCount[]> {
    return this.#commits.read(() => checkpointCounts(this.#database, job.number, first, last));
  }

  async importJob(
    userId: string,
    jobId: string,
    rows: AsyncIterable<readonly NewPrediction[]>,
    change: () => JobChange,
  ): Promise<JobRecord | undefined> {
    const saved = await this.#imports.import(userId, jobId, rows, change);
    if (saved !== undefined) this.#changes.tell(saved.number);
    return saved;
  }

  onChange(listener: (job: number | undefined) => void): () => void {
    return this.#changes.add(listener);
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

  /** @param count of the rows that came. @param store gets where the job's rows end */
  async #addBatch(
    { number }: JobRecord,
    count: number,
    key: BatchKey | undefined,
    store: (end: JobEnd) => Added,
  ): Promise<AddOutcome> {
    const outcome = await this.#writes.together((): AddOutcome => {
      const end = endOf(this.#database, number);
      if (end === undefined) return { kind: 'gone' };
      const earlier = key && earlierBatch(this.#database, number, key);
      if (earlier !== undefined) return earlier;
      const { stored, growth, known } = store(end);
      growJob(this.#database, number, growth);
      if (key !== undefined) keepKey(this.#database, number, key, count, known);
      return { kind: 'stored', stored, known };
    });
    if (outcome.kind === 'stored') this.#changes.tell(number);
    return outcome;
  }
}
