import {
  addRow,
  type EpochStatistics,
  emptyStatistics,
  epochSummary,
  overallImprovement,
  scoredRow,
  trendPoint,
} from '../model/epochStatistics.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { EpochSummary } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';
import type { RowTable } from './rowTable.ts';
import { SortedRows } from './sortedRows.ts';

interface Epoch {
  /** Newest first. */
  readonly rows: SortedRows;
  readonly statistics: EpochStatistics;
}

/** The rows of a table by epoch, in their order, with each epoch's statistics. */
export class EpochIndex {
  readonly #table: RowTable;
  readonly #epochs = new Map<number, Epoch>();
  /** Ascending: a new epoch is mostly the newest, and what goes to an end of a long list moves nothing. */
  readonly #numbers: number[] = [];

  constructor(table: RowTable) {
    this.#table = table;
  }

  /** Ascending. */
  get numbers(): readonly number[] {
    return this.#numbers;
  }

  /** How many rows an epoch has. */
  count(epoch: number): number {
    return this.#epochs.get(epoch)?.rows.length ?? 0;
  }

  /** The rows of one epoch; for null of each, the newest epoch first. */
  *rows(epoch: number | null): Generator<SortedRows> {
    const numbers = epoch === null ? this.#numbers : [epoch];
    for (let index = numbers.length - 1; index >= 0; index -= 1) {
      const rows = this.#epochs.get(numbers[index] ?? 0)?.rows;
      if (rows !== undefined) yield rows;
    }
  }

  /** Of an epoch that has rows. */
  summary(epoch: number): EpochSummary {
    return epochSummary(this.#of(epoch).statistics);
  }

  /** Of an epoch that has rows. */
  point(epoch: number): TrendPoint {
    return trendPoint(this.#of(epoch).statistics);
  }

  /** Without making the points between the first epoch and the last; null where it says nothing. */
  get overallImprovement(): number | null {
    const ends = [...new Set([this.#numbers[0], this.#numbers.at(-1)])];
    return overallImprovement(ends.flatMap((epoch) => (epoch === undefined ? [] : this.point(epoch))));
  }

  /** Puts a row in its place. */
  insert(row: number, epoch: number): void {
    this.#of(epoch).rows.insert(row);
  }

  /** Counts the scores of a row that was put in: nothing takes these sums back, and nothing of theirs can fail. */
  addScores(prediction: Prediction): void {
    addRow(this.#of(prediction.epoch).statistics, scoredRow(prediction));
  }

  /** Takes a row back whose scores were not counted, however far it came. */
  remove(row: number, epoch: number): void {
    const rows = this.#epochs.get(epoch)?.rows;
    rows?.delete(row);
    if (rows?.length !== 0) return;
    this.#epochs.delete(epoch);
    const place = placeIn(this.#numbers, epoch);
    if (this.#numbers[place] === epoch) this.#numbers.splice(place, 1);
  }

  #of(number: number): Epoch {
    let epoch = this.#epochs.get(number);
    if (epoch === undefined) {
      const table = this.#table;
      epoch = { rows: new SortedRows((a, b) => table.newestFirst(a, b)), statistics: emptyStatistics(number) };
      this.#epochs.set(number, epoch);
      this.#numbers.splice(placeIn(this.#numbers, number), 0, number);
    }
    return epoch;
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
