import type { Checkpoint } from '../../model/checkpoints.ts';
import type { EpochStatistics, ScoredRow } from '../../model/epochStatistics.ts';
import type { JobStatus } from '../../wire/job.ts';
import type { JobMarks } from './jobMarks.ts';
import type { KeyStore } from './keyStore.ts';

/** One life of a job. */
export interface JobRecord extends JobMarks {
  /** The engine's own number of this life; never used again. */
  readonly number: number;
  readonly id: string;
  readonly userId: string;
  /** Random and new for each life, also in a new database. */
  readonly incarnation: string;
  readonly status: JobStatus;
  /** ISO 8601. */
  readonly createdAt: string;
  /** JSON object of all other fields, as they came. */
  readonly fields: string;
  /** Sequence number of the last prediction. The numbers of a life have no holes. */
  readonly lastSeq: number;
  readonly predictionCount: number;
  /** What its rows' texts take, about, in bytes. */
  readonly bytes: number;
  /** When it was last created, changed or extended: its script lived then. ISO 8601. */
  readonly aliveAt: string;
  /** Values of its rows that were sent as NaN or infinite. */
  readonly nonfiniteValues: number;
}

/** What a create-or-update gives; what is absent stays. */
export interface JobChange {
  readonly status: JobStatus | undefined;
  /** JSON object. */
  readonly fields: string;
}

export interface NewPrediction extends ScoredRow {
  readonly id: string;
  /** The id is a UUID of the sender's: the job may have the row already. */
  readonly isOwnId?: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly epoch: number;
  readonly sampleIndex: number;
  /** JSON object of all that the script sent and the scores that were filled in; one line, well-formed Unicode. */
  readonly content: string;
  /** Names its sample, where it has a `prompt_id`. */
  readonly promptKey?: string | undefined;
  /** Of a start of the training process after the first: which one, and the step at which it went on, where it says so. */
  readonly start?: { readonly restart: number; readonly from: number | null } | undefined;
  /** It replaces rows of its checkpoint that had been written before. */
  readonly isRevision?: boolean;
  /** Its values that were sent as NaN or infinite. */
  readonly nonfiniteValues?: number;
}

export interface StoredPrediction {
  readonly seq: number;
  readonly id: string;
  readonly createdAt: string;
  readonly epoch: number;
  readonly step: number;
  readonly content: string;
}

export interface PredictionsRead {
  /** `sample`: by epoch, sample, sequence. `asc`, `desc`: by sequence. */
  readonly order: 'sample' | 'asc' | 'desc';
  /** Only sequence numbers above this one. */
  readonly after: number;
  /** Only sequence numbers up to this one: rows never change, so a fixed bound makes a read a snapshot. */
  readonly upTo: number;
  readonly epoch?: number | undefined;
  /** Only of this step of `epoch`. */
  readonly step?: number | undefined;
  readonly limit?: number;
  readonly offset?: number;
}

/** One step's losses and figures. */
export interface NewMetric {
  readonly step: number;
  /** JSON object of all that the script sent; one line. */
  readonly content: string;
  /** Its values that were sent as NaN or infinite. */
  readonly nonfiniteValues?: number;
}

/** A script's name for one batch, under which it may send it again when the answer was lost. */
export interface BatchKey {
  /** Printable ASCII. */
  readonly key: string;
  /** Of the request: a batch that comes again is the same one. */
  readonly digest: string;
}

/**
 * What became of a batch. `stored`: of its rows these were added, and so many were `known`; null where no row brought an
 * id. `repeated`: a batch of that key was stored before, and nothing is now; `digest`, `count` (of rows) and `known` are
 * the first one's. `gone`: the job's life is over.
 */
export type AddOutcome =
  | { readonly kind: 'stored'; readonly stored: number; readonly known: number | null }
  | { readonly kind: 'repeated'; readonly digest: string; readonly count: number; readonly known: number | null }
  | { readonly kind: 'gone' };

/** Keys that are kept of each job, the newest ones: a script sends again soon, or not at all. */
export const keptBatchKeys = 2000;

/** What decides whether a job is kept. */
export type JobSize = Pick<JobRecord, 'id' | 'userId' | 'incarnation' | 'status' | 'bytes' | 'aliveAt'>;

/** There is no room for what should be stored. Nothing of it is, and what is stored can still be read. */
export class StorageFullError extends Error {
  override readonly name: string = 'StorageFullError';
}

/** There is no room for deleting either, which goes on by itself when there is. */
export class NoRoomToDeleteError extends StorageFullError {
  override readonly name = 'NoRoomToDeleteError';
}

/** The storage does not answer for now. Of a change it is not known whether it was stored. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError';
}

/** From the first to the last of them, both included. */
export type EpochRange = readonly [first: number, last: number];

export const allEpochs: EpochRange = [0, Number.MAX_SAFE_INTEGER];

/** An epoch's statistics as they are kept: each insert brings them up to date, so that reading costs nothing per row. */
export interface StoredEpoch extends EpochStatistics {
  /** Sequence number of the epoch's first prediction. */
  readonly firstSeq: number;
}

/** A checkpoint as it is kept: an insert counts its rows alone, and its summary is made when somebody asks. */
export interface StoredCheckpoint extends Checkpoint {
  /** Of all rows. */
  readonly predictionCount: number;
  /** Of what the summary is that was kept; undefined where there is none yet. */
  readonly summaryOf: SummaryOf | undefined;
}

/** What a checkpoint's summary is of. */
export interface SummaryOf {
  /** Rows: it is no longer true when the checkpoint has others. */
  readonly predictionCount: number;
  /** Whether a `prompt_id` named the sample. */
  readonly isNamed: boolean;
  /** Rows of starts before this one were left out, and those that others replaced; null where no row of the job could be. */
  readonly liveFrom: number | null;
}

/** What was kept of a checkpoint's rows. */
export interface KeptSummary extends SummaryOf, Checkpoint {
  readonly text: string;
}

/** All checkpoints of a job at one moment. */
export interface JobCheckpoints extends JobMarks {
  /** Their rows are those up to this sequence number. */
  readonly lastSeq: number;
  /** Ascending. */
  readonly checkpoints: StoredCheckpoint[];
  /** Those after the first, ascending. */
  readonly starts: readonly StoredStart[];
}

/** A start of a job's training process after the first, as the job's rows tell of it. */
export interface StoredStart {
  readonly restart: number;
  /** The smallest step at which its rows say that it went on; null where none does. */
  readonly from: number | null;
  /** Its smallest checkpoint. */
  readonly first: Checkpoint;
}

/** How many rows a checkpoint has. */
export interface CheckpointCount extends Checkpoint {
  readonly predictionCount: number;
}

/**
 * Where jobs and predictions are kept. Jobs are found by id for every user: whoever asks compares `userId`.
 * Sequence numbers are given in commit order. A promise resolves once its change is safe on disk.
 */
export interface Storage {
  /** Name of the engine, for `/health`. */
  readonly engine: string;
  /** The keys of a team. */
  readonly keys: KeyStore;
  /** Creates or updates a job; undefined when the id is another user's. */
  saveJob(userId: string, jobId: string, change: JobChange): Promise<JobRecord | undefined>;
  job(jobId: string): Promise<JobRecord | undefined>;
  /**
   * The job of this number, for whoever is about to add to it: unlike all that is read, its figures may be of rows that
   * are not safe yet.
   */
  jobToExtend(number: number): Promise<JobRecord | undefined>;
  /** Newest first. */
  jobs(userId: string, read: JobsRead): Promise<{ jobs: JobRecord[]; total: number }>;
  /**
   * Removes a job with its predictions and metrics; its sequence goes on should its id come back. False when there is
   * none, or when it is no longer as `only` says.
   */
  deleteJob(userId: string, jobId: string, only?: Pick<JobRecord, 'incarnation' | 'aliveAt'>): Promise<boolean>;
  /** Keeps with a job which fields of its rows are not known, as `withUnknownFields` says; nothing where its life is over. */
  keepUnknownFields(job: JobRecord, found: Readonly<Record<string, string>>): Promise<void>;
  /** Stores all rows or none, and the key with them. */
  addPredictions(job: JobRecord, rows: readonly NewPrediction[], key?: BatchKey): Promise<AddOutcome>;
  /** Stores all rows or none, and the key with them; the job follows as `jobAfterMetrics` says. */
  addMetrics(job: JobRecord, rows: readonly NewMetric[], key?: BatchKey): Promise<AddOutcome>;
  /**
   * `content` of all metrics by step, equal ones as they came; in chunks of bounded size, never empty.
   *
   * @param after leaves out the steps up to this one
   */
  metrics(job: JobRecord, after?: number): AsyncIterable<string[]>;
  /**
   * Makes a job of all `rows` at once, numbered in their order; until then nobody sees any of it. Nothing is stored
   * when `rows` throws, and undefined is returned, and `rows` left alone or ended, when there is a job of that id.
   *
   * @param change what the job is, asked after the last row
   */
  importJob(
    userId: string,
    jobId: string,
    rows: AsyncIterable<readonly NewPrediction[]>,
    change: () => JobChange,
  ): Promise<JobRecord | undefined>;
  /** Every job of every user, the longest silent first. */
  jobSizes(): Promise<JobSize[]>;
  /** Yields chunks of bounded size, never empty. A job deleted meanwhile has no more rows. */
  predictions(job: JobRecord, read: PredictionsRead): AsyncIterable<StoredPrediction[]>;
  /** Ascending; `between` leaves out those before and after two epochs. */
  epochs(job: JobRecord, between?: EpochRange): Promise<StoredEpoch[]>;
  /** The largest epoch that had begun at a sequence number; null before the first prediction. */
  latestEpoch(job: JobRecord, seq: number): Promise<number | null>;
  /** Undefined when the job's life is over. */
  checkpoints(job: JobRecord): Promise<JobCheckpoints | undefined>;
  /** Keeps summaries of checkpoints; of those that are no longer there nothing is kept. */
  keepSummaries(job: JobRecord, summaries: readonly KeptSummary[]): Promise<void>;
  /** All summaries that were kept of a job. */
  summaries(job: JobRecord): Promise<KeptSummary[]>;
  /** The largest checkpoint that had begun at a sequence number; null before the first prediction. */
  latestCheckpoint(job: JobRecord, seq: number): Promise<Checkpoint | null>;
  /** From the first to the last of them, both included, ascending. */
  checkpointCounts(job: JobRecord, first: Checkpoint, last: Checkpoint): Promise<CheckpointCount[]>;
  /** How many epochs there are, at a cost that each page of a read can bear. */
  epochCount(job: JobRecord): Promise<number>;
  /**
   * Calls back with the number of every job that was created, changed, extended or deleted, after the commit, by
   * whatever process; with undefined when any job may have changed, since other processes were not heard for a while.
   * Calls may be merged. Returns the way to stop.
   */
  onChange(listener: (job: number | undefined) => void): () => void;
  /** The secret that all processes on this storage share: the one that was proposed first, where there are several. */
  sharedSecret(proposed: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}

export interface JobsRead {
  readonly status?: JobStatus | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** What rows of these contents add to a job's `bytes`: the texts, and about what stands around each of them. */
export function bytesOf(rows: readonly { readonly content: string }[]): number {
  return rows.reduce((sum, { content }) => sum + Buffer.byteLength(content) + 200, 0);
}
