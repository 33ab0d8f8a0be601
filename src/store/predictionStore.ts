import type { EpochChanges, Mark } from '../model/marks.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { EpochSummary } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';
import { EpochChangesCounter } from './epochChanges.ts';
import { EpochIndex } from './epochIndex.ts';
import { RowTable } from './rowTable.ts';
import { type SampleAnswers, SampleIndex } from './sampleIndex.ts';
import type { SpillOptions } from './spill.ts';

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
  #epochs: EpochIndex;
  #samples: SampleIndex;
  readonly #changes = new EpochChangesCounter();
  /** The arrival number of the first row of this life. */
  #firstArrival = 0;
  #life = 0;

  /** @param spill where texts go that are too much for the memory; undefined keeps all there */
  constructor(spill?: SpillOptions) {
    this.#spill = spill;
    this.#table = new RowTable(spill);
    this.#epochs = new EpochIndex(this.#table);
    this.#samples = new SampleIndex(this.#table);
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
    this.#epochs = new EpochIndex(this.#table);
    this.#samples = new SampleIndex(this.#table);
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
    return epoch === null ? this.size : this.#epochs.count(epoch);
  }

  /** Newest epoch first. */
  epochs(): EpochSummary[] {
    return this.#epochs.numbers.map((epoch) => this.#epochs.summary(epoch)).reverse();
  }

  /** The epochs of the rows from `row` on, newest epoch first. */
  epochsSince(row: number): EpochSummary[] {
    const epochs = new Set<number>();
    for (let next = row; next < this.size; next += 1) epochs.add(this.#table.epoch(next));
    return [...epochs].sort((a, b) => b - a).map((epoch) => this.#epochs.summary(epoch));
  }

  /** Rows `offset` to `offset + limit`, newest first; epochs that lie before them are skipped by their count. */
  rows(epoch: number | null, offset: number, limit: number): number[] {
    const page: number[] = [];
    let skip = offset;
    for (const rows of this.#epochs.rows(epoch)) {
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
    for (const rows of this.#epochs.rows(epoch)) {
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
    return this.#epochs.numbers.map((epoch) => this.#epochs.point(epoch));
  }

  /** How the samples of each epoch changed, ascending by epoch. */
  changes(): EpochChanges[] {
    return this.#epochs.numbers.map((epoch) => this.#changes.get(epoch));
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
      points: epochs.map((epoch) => this.#epochs.point(epoch)),
      changes: epochs.map((epoch) => this.#changes.get(epoch)),
    };
  }

  /** As of `trends`, without making all of them; null where it says nothing. */
  get overallImprovement(): number | null {
    return this.#epochs.overallImprovement;
  }

  /** The largest epoch; null while nothing is held. */
  get newestEpoch(): number | null {
    return this.#epochs.numbers.at(-1) ?? null;
  }

  /** The first row that arrived at arrival number `start` or later; `size` when none did. */
  rowSince(start: number): number {
    return Math.min(this.size, Math.max(0, start - this.#firstArrival));
  }

  /** Ascending by sample. */
  samples(): SampleAnswers[] {
    return this.#samples.answers();
  }

  /** The samples that the rows from `row` on answer, ascending, as they are now. */
  samplesSince(row: number): SampleAnswers[] {
    const samples = new Set<number>();
    for (let next = row; next < this.size; next += 1) samples.add(this.#table.sample(next));
    return this.#samples.answers(samples);
  }

  /** The smallest sample; null while nothing is held. */
  get firstSample(): number | null {
    return this.#samples.first;
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
    const sample = this.#samples.of(prediction.sample_index);
    this.#epochs.insert(row, prediction.epoch);
    this.#changes.add(row, prediction.epoch, sample);
    this.#epochs.addScores(prediction);
  }

  /** Takes back the row that is being added, however far that came. */
  #removeLast(row: number, prediction: Prediction): void {
    this.#epochs.remove(row, prediction.epoch);
    this.#samples.remove(row, prediction.sample_index);
    this.#table.removeLast();
  }
}
