import { compareRates, type Mark } from '../model/marks.ts';
import type { RowTable } from './rowTable.ts';
import { SortedRows } from './sortedRows.ts';

/** All answers to one sample, newest first, by row. An epoch's answer is the newest that it has. */
export class SampleHistory {
  readonly answers: SortedRows;
  readonly #table: RowTable;

  constructor(table: RowTable) {
    this.#table = table;
    this.answers = new SortedRows((a, b) => table.newestFirst(a, b));
  }

  /** The answer of the epoch before that of `row`; undefined for the first epoch. */
  before(row: number): number | undefined {
    const epoch = this.#table.epoch(row);
    return this.answers.find((answer) => this.#table.epoch(answer) < epoch);
  }

  /** The answer of an epoch; undefined where it has none. */
  ofEpoch(epoch: number): number | undefined {
    const answer = this.answers.find((other) => this.#table.epoch(other) <= epoch);
    return answer !== undefined && this.#table.epoch(answer) === epoch ? answer : undefined;
  }

  /** The next epoch after this one that has an answer. */
  epochAfter(epoch: number): number | undefined {
    const answer = this.answers.findLastBefore((other) => this.#table.epoch(other) <= epoch);
    return answer === undefined ? undefined : this.#table.epoch(answer);
  }

  /** The answers of the next epoch after this one that has any, which are held against this one's. */
  *nextTo(epoch: number): Generator<number> {
    const next = this.epochAfter(epoch);
    if (next === undefined) return;
    for (const answer of this.answers.fromWhere((other) => this.#table.epoch(other) <= next)) {
      if (this.#table.epoch(answer) !== next) return;
      yield answer;
    }
  }

  mark(row: number): Mark | null {
    const before = this.before(row);
    return before === undefined
      ? null
      : compareRates(this.#table.charErrorRate(row), this.#table.charErrorRate(before));
  }
}
