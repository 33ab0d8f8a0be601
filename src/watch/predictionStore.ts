import type { Prediction } from '../wire/prediction.ts';
import type { EpochSummary } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';
import { type EpochChanges, EpochChangesCounter } from './epochChanges.ts';
import { type Mark, SampleHistory } from './sampleHistory.ts';
import { insert } from './sortedList.ts';
import { EpochTrend } from './trends.ts';

/** A held prediction and its place in the order of arrival, which says what a reader has seen already. */
export interface HeldPrediction {
  readonly row: Prediction;
  readonly arrival: number;
}

interface Epoch {
  /** Newest first. */
  readonly rows: HeldPrediction[];
  readonly trend: EpochTrend;
}

/**
 * Every prediction of one job that has been seen, each once, by id. The order of rows is newest first: the reverse of
 * `(epoch, step, sample_index, created_at, id)`; arrival plays no part in it.
 */
export class PredictionStore {
  readonly #byId = new Map<string, HeldPrediction>();
  readonly #epochs = new Map<number, Epoch>();
  /** Descending. */
  readonly #epochNumbers: number[] = [];
  readonly #byArrival: HeldPrediction[] = [];
  readonly #samples = new Map<number, SampleHistory>();
  readonly #changes = new EpochChangesCounter();
  #arrivals = 0;
  /** The arrival number of the first row of this life. */
  #firstArrival = 0;
  #life = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** How many rows ever arrived; the next one gets this number. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** Grows whenever everything was forgotten. */
  get life(): number {
    return this.#life;
  }

  get(id: string): Prediction | undefined {
    return this.#byId.get(id)?.row;
  }

  /** Takes a row unless its id is held already. @returns whether it was new */
  add(row: Prediction): boolean {
    if (this.#byId.has(row.id)) return false;
    const held: HeldPrediction = { row, arrival: this.#arrivals };
    this.#arrivals += 1;
    this.#byId.set(row.id, held);
    this.#byArrival.push(held);
    const epoch = this.#epochOf(row.epoch);
    insert(epoch.rows, held, (a, b) => newestFirst(a.row, b.row));
    epoch.trend.add(row);
    this.#changes.add(row, this.#sampleOf(row.sample_index));
    return true;
  }

  /** Forgets everything: another life of the job begins. */
  clear(): void {
    this.#life += 1;
    this.#byId.clear();
    this.#epochs.clear();
    this.#epochNumbers.length = 0;
    this.#samples.clear();
    this.#byArrival.length = 0;
    this.#firstArrival = this.#arrivals;
    this.#changes.clear();
  }

  /** How many rows an epoch has; of all epochs for null. */
  count(epoch: number | null): number {
    return epoch === null ? this.size : (this.#epochs.get(epoch)?.rows.length ?? 0);
  }

  /** Newest epoch first. */
  epochs(): EpochSummary[] {
    return this.#epochNumbers.map((epoch) => {
      const { rows, trend } = this.#epochOf(epoch);
      return { epoch, prediction_count: rows.length, latest_step: trend.largestStep };
    });
  }

  /** Rows `offset` to `offset + limit`, newest first; epochs that lie before them are skipped by their count. */
  page(epoch: number | null, offset: number, limit: number): Prediction[] {
    const page: Prediction[] = [];
    let skip = offset;
    for (const number of epoch === null ? this.#epochNumbers : [epoch]) {
      const rows = this.#epochs.get(number)?.rows ?? [];
      for (let index = skip; index < rows.length && page.length < limit; index += 1) {
        const held = rows[index];
        if (held !== undefined) page.push(held.row);
      }
      if (page.length >= limit) break;
      skip = Math.max(0, skip - rows.length);
    }
    return page;
  }

  /** Like `page`, as the rows stood before arrival number `before`; costs a walk over the rows. */
  pageBefore(before: number, epoch: number | null, offset: number, limit: number): Prediction[] {
    const page: Prediction[] = [];
    let skip = offset;
    for (const number of epoch === null ? this.#epochNumbers : [epoch]) {
      for (const held of this.#epochs.get(number)?.rows ?? []) {
        if (held.arrival >= before) continue;
        if (skip > 0) skip -= 1;
        else page.push(held.row);
        if (page.length >= limit) return page;
      }
    }
    return page;
  }

  /** How many of an epoch's rows, or of all for null, had come before arrival number `before`. */
  countBefore(before: number, epoch: number | null): number {
    if (before >= this.#arrivals) return this.count(epoch);
    let count = 0;
    for (const number of epoch === null ? this.#epochNumbers : [epoch]) {
      for (const held of this.#epochs.get(number)?.rows ?? []) if (held.arrival < before) count += 1;
    }
    return count;
  }

  /** Ascending by epoch. */
  trends(): TrendPoint[] {
    return this.#epochNumbers.map((epoch) => this.#epochOf(epoch).trend.point).reverse();
  }

  /** How the samples of each epoch changed, ascending by epoch. */
  changes(): EpochChanges[] {
    return this.#epochNumbers.map((epoch) => this.#changes.get(epoch)).reverse();
  }

  /** The largest epoch; null while nothing is held. */
  get newestEpoch(): number | null {
    return this.#epochNumbers[0] ?? null;
  }

  /** Rows in their order of arrival, from arrival number `start` on. */
  arrivedSince(start: number): readonly HeldPrediction[] {
    return this.#byArrival.slice(Math.max(0, start - this.#firstArrival));
  }

  /** Ascending by sample, each with its newest prompt and the number of its answers. */
  samples(): { sampleIndex: number; prompt: string; answers: number }[] {
    return [...this.#samples]
      .map(([sampleIndex, { answers }]) => ({
        sampleIndex,
        prompt: answers[0]?.prompt ?? '',
        answers: answers.length,
      }))
      .sort((a, b) => a.sampleIndex - b.sampleIndex);
  }

  /** All answers to one sample, newest first. */
  history(sampleIndex: number): readonly Prediction[] {
    return this.#samples.get(sampleIndex)?.answers ?? [];
  }

  /** The same sample's answer of the epoch before; undefined for its first. */
  before(row: Prediction): Prediction | undefined {
    return this.#samples.get(row.sample_index)?.before(row);
  }

  /** Whether the same sample has an answer of a later epoch. */
  hasLaterAnswer(row: Prediction): boolean {
    return this.#samples.get(row.sample_index)?.epochAfter(row.epoch) !== undefined;
  }

  /** A held row against its sample's answer of the epoch before. */
  mark(row: Prediction): Mark | null {
    return this.#samples.get(row.sample_index)?.mark(row) ?? null;
  }

  #epochOf(number: number): Epoch {
    let epoch = this.#epochs.get(number);
    if (epoch === undefined) {
      epoch = { rows: [], trend: new EpochTrend(number) };
      this.#epochs.set(number, epoch);
      insert(this.#epochNumbers, number, (a, b) => b - a);
    }
    return epoch;
  }

  #sampleOf(index: number): SampleHistory {
    let sample = this.#samples.get(index);
    if (sample === undefined) {
      sample = new SampleHistory(newestFirst);
      this.#samples.set(index, sample);
    }
    return sample;
  }
}

/** The order of the table: the reverse of `(epoch, step, sample_index, created_at, id)`. */
export function newestFirst(a: Prediction, b: Prediction): number {
  return (
    b.epoch - a.epoch ||
    b.step - a.step ||
    b.sample_index - a.sample_index ||
    compareText(b.created_at, a.created_at) ||
    compareText(b.id, a.id)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
