import type { ApiClient } from '../api/client.ts';
import type { Prediction } from '../wire/prediction.ts';
import { prediction } from '../wire/prediction.ts';
import { maxPageSize } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';

/** Reads a job for one question, from what is held or from its server. */
export interface JobReader {
  /** Ascending by epoch. */
  trends(): Promise<readonly TrendPoint[]>;
  /** Ascending. */
  epochs(): Promise<number[]>;
  rowsOf(epoch: number): Promise<Prediction[]>;
  /**
   * Answers to a sample, the newest first: at least `limit` of them where there are so many. `unread` older epochs may
   * have more.
   */
  history(sampleIndex: number, limit: number): Promise<{ rows: readonly Prediction[]; unread: number }>;
}

/** The part of a watched job's store that questions need. */
export interface HeldRows {
  trends(): readonly TrendPoint[];
  epochs(): { epoch: number }[];
  count(epoch: number | null): number;
  page(epoch: number | null, offset: number, limit: number): Prediction[];
  history(sampleIndex: number): readonly Prediction[];
}

/** A job that is watched and whose watch holds all that the server has. */
export class HeldJobReader implements JobReader {
  readonly #held: HeldRows;

  constructor(held: HeldRows) {
    this.#held = held;
  }

  async trends(): Promise<readonly TrendPoint[]> {
    return this.#held.trends();
  }

  async epochs(): Promise<number[]> {
    return this.#held
      .epochs()
      .map(({ epoch }) => epoch)
      .sort((a, b) => a - b);
  }

  async rowsOf(epoch: number): Promise<Prediction[]> {
    return this.#held.page(epoch, 0, this.#held.count(epoch));
  }

  async history(sampleIndex: number): Promise<{ rows: readonly Prediction[]; unread: number }> {
    return { rows: this.#held.history(sampleIndex), unread: 0 };
  }
}

/** Any other job: asks its server, for no more than the question needs. */
export class ServerJobReader implements JobReader {
  readonly #client: ApiClient;
  readonly #jobId: string;
  readonly #signal: AbortSignal;

  constructor(client: ApiClient, jobId: string, signal: AbortSignal) {
    this.#client = client;
    this.#jobId = jobId;
    this.#signal = signal;
  }

  async trends(): Promise<readonly TrendPoint[]> {
    return (await this.#client.trends(this.#jobId, this.#signal)).trends;
  }

  async epochs(): Promise<number[]> {
    return (await this.#client.epochs(this.#jobId, this.#signal)).map(({ epoch }) => epoch).sort((a, b) => a - b);
  }

  async rowsOf(epoch: number): Promise<Prediction[]> {
    const rows: Prediction[] = [];
    for (let offset = 0; ; ) {
      const query = { epoch, limit: maxPageSize, offset };
      const { predictions } = await this.#client.predictions(this.#jobId, query, this.#signal);
      rows.push(...predictions.filter((row) => prediction.check(row)));
      offset += predictions.length;
      if (predictions.length < maxPageSize) return rows;
    }
  }

  /** The API has no way to ask for one sample: epochs are read from the newest on until there are enough answers. */
  async history(sampleIndex: number, limit: number): Promise<{ rows: Prediction[]; unread: number }> {
    const epochs = (await this.epochs()).reverse();
    const rows: Prediction[] = [];
    let read = 0;
    for (const epoch of epochs) {
      if (rows.length >= limit) break;
      const answers = (await this.rowsOf(epoch)).filter((row) => row.sample_index === sampleIndex);
      rows.push(...answers.sort((a, b) => b.step - a.step));
      read += 1;
    }
    return { rows, unread: epochs.length - read };
  }
}
