import { EpochTrend } from '../watch/trends.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { EpochSummary } from '../wire/responses.ts';
import { overallImprovement, type TrendPoint } from '../wire/trends.ts';
import { type EpochChanges, EpochChangesCounter } from './epochChanges.ts';
import { RowTable } from './rowTable.ts';
import { type Mark, SampleHistory } from './sampleHistory.ts';
import { SortedRows } from './sortedRows.ts';
import type { SpillOptions } from './spill.ts';

interface Epoch {
  /** Newest first. */
  readonly rows: SortedRows;
  readonly trend: EpochTrend;
}

/** A sample with its newest prompt and the number of its answers. */
export interface SampleAnswers {
  sampleIndex: number;
  prompt: string;
  answers: number;
}

/**
 * Every prediction of one job that has been seen, each once, by id. The order of rows is newest first: the reverse of
 * `(epoch, step, sample_index, created_at, id)`; arrival plays no part in it.
 *
 * A row is a number: how many rows of this life of the job came before it. `table` tells what is in it; whatever needs
 * a text may read it from a file, and throws TextsLostError when that is gone.
 */
export class PredictionStore {
  readonly #spill: SpillOptions | undefined;
  #table: RowTable;
  readonly #epochs = new Map<number, Epoch>();
  /** Ascending: a new epoch is mostly the newest, and what goes to an end of a long list moves nothing. */
  readonly #epochNumbers: number[] = [];
  readonly #samples = new Map<number, SampleHistory>();
  #firstSample: number | null = null;
  readonly #changes = new EpochChangesCounter();
  /** The arrival number of the first row of this life. */
  #firstArrival = 0;
  #life = 0;

  /** @param spill where texts go that are too much for the memory; undefined keeps all there */
  constructor(spill?: SpillOptions) {
    this.#spill = spill;
    this.#table = new RowTable(spill);
  }

  get size(): number {
    return this.#table.size;
  }

  /** How many rows ever arrived; the next one gets this number. */
  get arrivals(): number {
    return this.#firstArrival + this.#table.size;
  }

  /** Grows whenever everything was forgotten. */
  get life(): number {
    return this.#life;
  }

  /** What is in each row of this life. */
  get table(): RowTable {
    return this.#table;
  }

  get(id: string): Prediction | undefined {
    const row = this.#table.find(id);
    return row === undefined ? undefined : this.#table.read(row);
  }

  /** Takes a prediction unless its id is held already; nothing of it where it throws. @returns whether it was new */
  add(prediction: Prediction): boolean {
    if (this.#table.find(prediction.id) !== undefined) return false;
    const row = this.#table.add(prediction);
    try {
      this.#index(row, prediction);
    } catch (error) {
      this.#removeLast(row, prediction);
      throw error;
    }
    return true;
  }

  /** Forgets everything: another life of the job begins. */
  clear(): void {
    this.#life += 1;
    this.#firstArrival = this.arrivals;
    this.#table.dispose();
    this.#table = new RowTable(this.#spill);
    this.#epochs.clear();
    this.#epochNumbers.length = 0;
    this.#samples.clear();
    this.#firstSample = null;
    this.#changes.clear();
  }

  /** Texts were lost: what is held cannot all be read any more. */
  get isDamaged(): boolean {
    return this.#table.isDamaged;
  }

  /** Predictions whose texts are in memory; long ones count as several. */
  get textsInMemory(): number {
    return this.#table.textsInMemory;
  }

  /** Puts texts into the file that are too much for the memory by now. */
  spillSome(): void {
    this.#table.spillSome();
  }

  /** Lets go of everything for good. */
  dispose(): void {
    this.clear();
  }

  /** How many rows an epoch has; of all epochs for null. */
  count(epoch: number | null): number {
    return epoch === null ? this.size : (this.#epochs.get(epoch)?.rows.length ?? 0);
  }

  /** Newest epoch first. */
  epochs(): EpochSummary[] {
    return this.#epochNumbers.map((epoch) => this.#summaryOf(epoch)).reverse();
  }

  /** The epochs of the rows from `row` on, newest epoch first. */
  epochsSince(row: number): EpochSummary[] {
    const epochs = new Set<number>();
    for (let next = row; next < this.size; next += 1) epochs.add(this.#table.epoch(next));
    return [...epochs].sort((a, b) => b - a).map((epoch) => this.#summaryOf(epoch));
  }

  /** Rows `offset` to `offset + limit`, newest first; epochs that lie before them are skipped by their count. */
  rows(epoch: number | null, offset: number, limit: number): number[] {
    const page: number[] = [];
    let skip = offset;
    for (const rows of this.#rowsOf(epoch)) {
      if (skip < rows.length) {
        for (const row of rows.from(skip)) {
          if (page.length >= limit) return page;
          page.push(row);
        }
      }
      skip = Math.max(0, skip - rows.length);
    }
    return page;
  }

  /** Like `rows`, as they stood before arrival number `before`; costs a walk over the rows. */
  rowsBefore(before: number, epoch: number | null, offset: number, limit: number): number[] {
    if (before >= this.arrivals) return this.rows(epoch, offset, limit);
    const end = before - this.#firstArrival;
    const page: number[] = [];
    let skip = offset;
    for (const rows of this.#rowsOf(epoch)) {
      for (const row of rows.from(0)) {
        if (row >= end) continue;
        if (page.length >= limit) return page;
        if (skip > 0) skip -= 1;
        else page.push(row);
      }
    }
    return page;
  }

  /** Like `rows`, read. */
  page(epoch: number | null, offset: number, limit: number): Prediction[] {
    return this.rows(epoch, offset, limit).map((row) => this.#table.read(row));
  }

  /** Like `rowsBefore`, read. */
  pageBefore(before: number, epoch: number | null, offset: number, limit: number): Prediction[] {
    return this.rowsBefore(before, epoch, offset, limit).map((row) => this.#table.read(row));
  }

  /** How many of an epoch's rows, or of all for null, had come before arrival number `before`. */
  countBefore(before: number, epoch: number | null): number {
    const end = Math.max(0, before - this.#firstArrival);
    if (epoch === null) return Math.min(end, this.size);
    let count = this.count(epoch);
    for (let row = end; row < this.size; row += 1) if (this.#table.epoch(row) === epoch) count -= 1;
    return count;
  }

  /** Ascending by epoch. */
  trends(): TrendPoint[] {
    return this.#epochNumbers.map((epoch) => this.#epochOf(epoch).trend.point);
  }

  /** How the samples of each epoch changed, ascending by epoch. */
  changes(): EpochChanges[] {
    return this.#epochNumbers.map((epoch) => this.#changes.get(epoch));
  }

  /** The epochs whose trend or changes the rows from `row` on touched, ascending, as they are now. */
  trendsSince(row: number): { points: TrendPoint[]; changes: EpochChanges[] } {
    const touched = new Set<number>();
    for (let next = row; next < this.size; next += 1) {
      const epoch = this.#table.epoch(next);
      touched.add(epoch);
      // The sample's next answer is held against this one now.
      const after = this.#samples.get(this.#table.sample(next))?.epochAfter(epoch);
      if (after !== undefined) touched.add(after);
    }
    const epochs = [...touched].sort((a, b) => a - b);
    return {
      points: epochs.map((epoch) => this.#epochOf(epoch).trend.point),
      changes: epochs.map((epoch) => this.#changes.get(epoch)),
    };
  }

  /** As of `trends`, without making all of them; null where it says nothing. */
  get overallImprovement(): number | null {
    const ends = [...new Set([this.#epochNumbers[0], this.#epochNumbers.at(-1)])];
    return overallImprovement(ends.flatMap((epoch) => (epoch === undefined ? [] : this.#epochOf(epoch).trend.point)));
  }

  /** The largest epoch; null while nothing is held. */
  get newestEpoch(): number | null {
    return this.#epochNumbers.at(-1) ?? null;
  }

  /** The first row that arrived at arrival number `start` or later; `size` when none did. */
  rowSince(start: number): number {
    return Math.min(this.size, Math.max(0, start - this.#firstArrival));
  }

  /** Ascending by sample. */
  samples(): SampleAnswers[] {
    return this.#answersTo(this.#samples.keys());
  }

  /** The samples that the rows from `row` on answer, ascending, as they are now. */
  samplesSince(row: number): SampleAnswers[] {
    const samples = new Set<number>();
    for (let next = row; next < this.size; next += 1) samples.add(this.#table.sample(next));
    return this.#answersTo(samples);
  }

  /** The smallest sample; null while nothing is held. */
  get firstSample(): number | null {
    return this.#firstSample;
  }

  /** How many answers a sample has. */
  answerCount(sampleIndex: number): number {
    return this.#samples.get(sampleIndex)?.answers.length ?? 0;
  }

  /** The answers to one sample, newest first, by row; `limit` of them at most. */
  historyRows(sampleIndex: number, limit = Number.POSITIVE_INFINITY): number[] {
    const rows: number[] = [];
    for (const row of this.#samples.get(sampleIndex)?.answers.from(0) ?? []) {
      if (rows.length >= limit) break;
      rows.push(row);
    }
    return rows;
  }

  /** All answers to one sample, newest first. */
  history(sampleIndex: number): Prediction[] {
    return this.historyRows(sampleIndex).map((row) => this.#table.read(row));
  }

  /** The same sample's answer of the epoch before; undefined for its first. */
  before(row: number): number | undefined {
    return this.#samples.get(this.#table.sample(row))?.before(row);
  }

  /** The same sample's answers whose marks depend on this row: those of the next epoch that has any. */
  nextAnswers(row: number): Iterable<number> {
    return this.#samples.get(this.#table.sample(row))?.nextTo(this.#table.epoch(row)) ?? [];
  }

  /** A row against its sample's answer of the epoch before. */
  mark(row: number): Mark | null {
    return this.#samples.get(this.#table.sample(row))?.mark(row) ?? null;
  }

  #index(row: number, prediction: Prediction): void {
    const epoch = this.#epochOf(prediction.epoch);
    const sample = this.#sampleOf(prediction.sample_index);
    epoch.rows.insert(row);
    this.#changes.add(row, prediction.epoch, sample);
    // Nothing takes these sums back, and nothing of theirs can fail.
    epoch.trend.add(prediction);
  }

  /** Takes back the row that is being added, however far that came. */
  #removeLast(row: number, prediction: Prediction): void {
    const rows = this.#epochs.get(prediction.epoch)?.rows;
    rows?.delete(row);
    if (rows?.length === 0) {
      this.#epochs.delete(prediction.epoch);
      const place = placeIn(this.#epochNumbers, prediction.epoch);
      if (this.#epochNumbers[place] === prediction.epoch) this.#epochNumbers.splice(place, 1);
    }
    const answers = this.#samples.get(prediction.sample_index)?.answers;
    answers?.delete(row);
    if (answers?.length === 0) {
      this.#samples.delete(prediction.sample_index);
      this.#firstSample = smallest(this.#samples.keys());
    }
    this.#table.removeLast();
  }

  *#rowsOf(epoch: number | null): Generator<SortedRows> {
    const numbers = epoch === null ? this.#epochNumbers : [epoch];
    for (let index = numbers.length - 1; index >= 0; index -= 1) {
      const rows = this.#epochs.get(numbers[index] ?? 0)?.rows;
      if (rows !== undefined) yield rows;
    }
  }

  #summaryOf(epoch: number): EpochSummary {
    const { rows, trend } = this.#epochOf(epoch);
    return { epoch, prediction_count: rows.length, latest_step: trend.largestStep };
  }

  #epochOf(number: number): Epoch {
    let epoch = this.#epochs.get(number);
    if (epoch === undefined) {
      const table = this.#table;
      epoch = { rows: new SortedRows((a, b) => table.newestFirst(a, b)), trend: new EpochTrend(number) };
      this.#epochs.set(number, epoch);
      this.#epochNumbers.splice(placeIn(this.#epochNumbers, number), 0, number);
    }
    return epoch;
  }

  #answersTo(samples: Iterable<number>): SampleAnswers[] {
    return [...samples]
      .sort((a, b) => a - b)
      .map((sampleIndex) => {
        const { answers } = this.#sampleOf(sampleIndex);
        return { sampleIndex, prompt: this.#table.prompt(answers.at(0) ?? 0), answers: answers.length };
      });
  }

  #sampleOf(index: number): SampleHistory {
    let sample = this.#samples.get(index);
    if (sample === undefined) {
      sample = new SampleHistory(this.#table);
      this.#samples.set(index, sample);
      this.#firstSample = Math.min(index, this.#firstSample ?? index);
    }
    return sample;
  }
}

/** Where an epoch belongs among epochs that ascend. */
function placeIn(epochs: readonly number[], epoch: number): number {
  let low = 0;
  let high = epochs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((epochs[middle] ?? 0) < epoch) low = middle + 1;
    else high = middle;
  }
  return low;
}

function smallest(numbers: Iterable<number>): number | null {
  let found: number | null = null;
  for (const number of numbers) found = Math.min(number, found ?? number);
  return found;
}
