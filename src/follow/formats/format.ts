import type { TableRow } from '../../tables/rows.ts';

/** How the rows of a file are read: a line each, Parquet, or whatever a table may be. */
export type Reading = 'lines' | 'parquet' | 'table';

/** What the path of a file that holds rows says of them. */
export interface RowFile {
  /** The run's folder, or the one file that it is; of one with a folder for each step, `StepFolder.all`. */
  readonly run: string;
  readonly reading: Reading;
  readonly step?: number;
  /**
   * The time of an evaluation, in letters that sort by it. Where nothing tells the step, the n-th of a run is step n; else
   * a later one of the same step and source is a revision of those before.
   */
  readonly evaluation?: string;
  /** Of such a later one: evaluations before it. */
  readonly revision?: number;
  readonly source?: string;
  /** The state of a Trainer, by its path, that tells the step better than `step` where it is there. */
  readonly state?: string;
}

/** A row as a prediction, but for what is numbered by the run: sample, completion, epoch where there is none. */
export type MadeRow = Record<string, unknown> & {
  readonly prompt: string;
  readonly prediction: string;
  readonly step: number;
};

/** Makes predictions of the rows of one file, from its first row on. */
export interface RowMaker {
  /** NaN stands where a value was not finite. @throws RowError for a row that is none */
  make(row: TableRow): readonly MadeRow[];
}

/** What a file's beginning says of its rows. */
export interface Shape {
  /** In the order in which they are first seen. */
  readonly columns: readonly string[];
  /** Of CSV, whose cells are texts: the first rows, which tell what they stand for; undefined for others. */
  readonly texts?: readonly Readonly<Record<string, unknown>>[];
}

/** A row of a file is not what its trainer writes; the message says why, and not where. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

/** By which scores a job is judged, in the form of its `config`. */
export interface ScoreConfig {
  readonly deciding_score?: string;
  readonly scores?: Readonly<Record<string, { readonly better: 'higher' | 'lower' | 'none' }>>;
}

/** What one trainer writes. */
export interface Format {
  readonly name: string;
  /** Globs of names that its files have, for a search that reads no file; more may have them. */
  readonly globs: readonly string[];
  /** A file by its absolute path; undefined where the path alone tells that it is none of this trainer's. */
  locate(path: string): RowFile | undefined;
  /** Whether a file with these columns, of the first row or of the whole table, is this trainer's. */
  knows(columns: readonly string[]): boolean;
  /** Whether the columns of a file say what its rows mean; else they are the trainer's. */
  readonly readsColumns: boolean;
  maker(file: RowFile, shape: Shape): RowMaker;
  /** @param scores names under `scores` of a row */
  judging(scores: readonly string[]): ScoreConfig;
}
