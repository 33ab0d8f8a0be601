import type { Judge } from '../model/directions.ts';
import { compareScores, type Mark } from '../model/marks.ts';
import type { RowTable } from './rowTable.ts';
import { SortedRows } from './sortedRows.ts';

/** All answers to one sample, newest first, by row; those of one checkpoint, its completions, follow each other. */
export class SampleHistory {
  readonly answers: SortedRows;
  readonly #table: RowTable;

  constructor(table: RowTable) {
    this.#table = table;
    this.answers = new SortedRows((a, b) => table.newestFirst(a, b));
  }

  /** The newest answer of the checkpoint before that of `row`; undefined for the first one. */
  before(row: number): number | undefined {
    return this.answers.find((answer) => this.#compare(answer, row) < 0);
  }

  /** The completions of the checkpoint of `row`. */
  completions(row: number): number[] {
    const rows: number[] = [];
    for (const answer of this.answers.fromWhere((other) => this.#compare(other, row) <= 0)) {
      if (this.#compare(answer, row) !== 0) break;
      rows.push(answer);
    }
    return rows;
  }

  /** The completions of the next checkpoint after that of `row` that has any, which are held against those of `row`. */
  nextTo(row: number): number[] {
    const next = this.checkpointAfter(row);
    return next === undefined ? [] : this.completions(next);
  }

  /** A row of the next checkpoint after that of `row` that has an answer. */
  checkpointAfter(row: number): number | undefined {
    return this.answers.findLastBefore((answer) => this.#compare(answer, row) <= 0);
  }

  /** Mean of a score over the completions at the checkpoint of `row`; NaN where none has it. */
  value(row: number, name: string): number {
    let [sum, count] = [0, 0];
    for (const answer of this.answers.fromWhere((other) => this.#compare(other, row) <= 0)) {
      if (this.#compare(answer, row) !== 0) break;
      const value = this.#table.score(answer, name);
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? Number.NaN : sum / count;
  }

  /** The answers at the checkpoint of `row` against those of the one before. */
  mark(row: number, judge: Judge | null): Mark | null {
    if (judge === null) return null;
    const before = this.before(row);
    if (before === undefined) return null;
    return compareScores(this.value(row, judge.name), this.value(before, judge.name), judge.direction);
  }

  #compare(a: number, b: number): number {
    return this.#table.compareCheckpoints(a, b);
  }
}
