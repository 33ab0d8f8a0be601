import type { ApiClient } from '../api/client.ts';
import { sendForJson } from '../api/request.ts';
import type { GroupShare } from '../model/completions.ts';
import { noSettings, type ScoreSettings } from '../model/directions.ts';
import type { PredictionStore } from '../store/predictionStore.ts';
import { HeldRows } from '../watch/heldRows.ts';
import type { Log } from '../watch/log.ts';
import { anyTrendsAnswer, type CheckpointTrends } from '../wire/anyTrends.ts';
import { maxPageSize } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';

/** An epoch that has predictions. */
export interface ReadEpoch {
  readonly epoch: number;
  /** The largest; null where the server does not say. */
  readonly latestStep: number | null;
}

/** What a server does not tell of a checkpoint; absent then. */
interface HeldPoint {
  readonly source?: string;
  /** Null where no sample has several completions. */
  readonly groups?: GroupShare | null;
  /** Of scores whose values are all 0 or 1, the share of the samples of which some completion passes. */
  readonly passes?: readonly (readonly [name: string, any: number])[];
}

/** Scores over the samples of each checkpoint, ascending. */
export interface CheckpointScores {
  /** By source where the reader knows it, by name. */
  readonly points: readonly (CheckpointTrends[number] & HeldPoint)[];
  /** Every epoch has one step. */
  readonly byEpoch: boolean;
}

/** Reads a job for one question, from what is held or from its server. */
export interface JobReader {
  /** Ascending by epoch. */
  trends(): Promise<readonly TrendPoint[]>;
  /** Of one score, or of all that the reader has room for; null where the server does not know checkpoints. */
  checkpoints(score: string | undefined): Promise<CheckpointScores | null>;
  /** What the job and its reader say of scores. */
  readonly judging: Judging;
  /** Ascending. */
  epochs(): Promise<ReadEpoch[]>;
  /** A store that has the rows of these epochs, and maybe others. */
  rowsOf(epochs: readonly number[]): Promise<PredictionStore>;
  /**
   * A store that has answers to a sample: at least `limit` of them where there are so many. `unread` older epochs may have
   * more.
   */
  history(find: SampleFinder, limit: number): Promise<{ store: PredictionStore; unread: number }>;
}

/** How many answers a store has to the sample that is asked for. */
export type SampleFinder = (store: PredictionStore) => number;

export interface Judging {
  readonly settings: ScoreSettings;
  /** The deciding score that the reader chose. */
  readonly chosen: string | null;
}

export const noJudging: Judging = { settings: noSettings, chosen: null };

/** A job that is watched and whose watch holds all that the server has. */
export class HeldJobReader implements JobReader {
  readonly #held: PredictionStore;
  readonly judging: Judging;

  constructor(held: PredictionStore) {
    this.#held = held;
    this.judging = { settings: held.scoreSettings, chosen: held.judge?.name ?? null };
  }

  async trends(): Promise<readonly TrendPoint[]> {
    return this.#held.trends();
  }

  async checkpoints(score: string | undefined): Promise<CheckpointScores> {
    const held = this.#held;
    const names = score === undefined ? held.scoreNames.slice(0, mostScores) : [score];
    const points = held.points(names).map(({ epoch, step, source, samples, predictions, scores, passes, groups }) => ({
      ...{ epoch, step, source, sample_count: samples, prediction_count: predictions, groups },
      passes: names.flatMap((name, at) => (passes[at] == null ? [] : [[name, passes[at].any] as const])),
      scores: Object.fromEntries(names.flatMap((name, at) => (scores[at] == null ? [] : [[name, scores[at]]]))),
    }));
    return { points, byEpoch: held.checkpointsAreEpochs };
  }

  async epochs(): Promise<ReadEpoch[]> {
    return this.#held.epochs().map(readEpoch).reverse();
  }

  async rowsOf(): Promise<PredictionStore> {
    return this.#held;
  }

  async history(): Promise<{ store: PredictionStore; unread: number }> {
    return { store: this.#held, unread: 0 };
  }
}

/** Any other job: asks its server, for no more than the question needs. */
export class ServerJobReader implements JobReader {
  readonly #client: ApiClient;
  readonly #jobId: string;
  readonly #signal: AbortSignal;
  readonly judging: Judging;

  constructor(client: ApiClient, jobId: string, signal: AbortSignal, judging: Judging = noJudging) {
    this.#client = client;
    this.#jobId = jobId;
    this.#signal = signal;
    this.judging = judging;
  }

  async trends(): Promise<readonly TrendPoint[]> {
    return (await this.#client.trends(this.#jobId, this.#signal)).trends;
  }

  async checkpoints(score: string | undefined): Promise<CheckpointScores | null> {
    const path = `/api/training/predictions/${encodeURIComponent(this.#jobId)}/trends`;
    const query = { by: 'checkpoint', scores: score };
    // What is asked for now and then alone is not loaded with the client.
    const answer = await sendForJson(this.#client.endpoint, path, anyTrendsAnswer, { query, signal: this.#signal });
    if (!('by' in answer)) return null;
    const points = answer.trends;
    return { points, byEpoch: new Set(points.map(({ epoch }) => epoch)).size === points.length };
  }

  async epochs(): Promise<ReadEpoch[]> {
    const epochs = await this.#client.epochs(this.#jobId, this.#signal);
    return epochs.map(readEpoch).sort((a, b) => a.epoch - b.epoch);
  }

  async rowsOf(epochs: readonly number[]): Promise<PredictionStore> {
    const rows = this.#noRows();
    for (const epoch of epochs) await this.#read(rows, epoch);
    return rows.store;
  }

  /** The API has no way to ask for one sample: epochs are read from the newest on until there are enough answers. */
  async history(answers: SampleFinder, limit: number): Promise<{ store: PredictionStore; unread: number }> {
    const epochs = (await this.epochs()).reverse();
    const rows = this.#noRows();
    let read = 0;
    for (const { epoch } of epochs) {
      if (answers(rows.store) >= limit) break;
      await this.#read(rows, epoch);
      read += 1;
    }
    return { store: rows.store, unread: epochs.length - read };
  }

  async #read(rows: HeldRows, epoch: number): Promise<void> {
    for (let offset = 0; ; ) {
      const query = { epoch, limit: maxPageSize, offset };
      const { predictions } = await this.#client.predictions(this.#jobId, query, this.#signal);
      rows.take(predictions, epoch);
      offset += predictions.length;
      if (predictions.length < maxPageSize) return;
    }
  }

  #noRows(): HeldRows {
    const rows = new HeldRows({ jobId: this.#jobId, log: silent }, undefined);
    rows.store.judgeBy(this.judging.settings, this.judging.chosen);
    return rows;
  }
}

/** What could not be read is told of by the watch of the job, where there is one. */
const silent: Log = { info: () => {}, warn: () => {} };

/** As many as a server tells of unasked. */
const mostScores = 16;

function readEpoch({ epoch, latest_step }: { epoch: number; latest_step?: number | null | undefined }): ReadEpoch {
  return { epoch, latestStep: latest_step ?? null };
}
