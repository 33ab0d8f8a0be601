import type { Judge } from '../model/directions.ts';
import { compareScores, type Mark } from '../model/marks.ts';
import type { RowTable } from './rowTable.ts';
import { SortedRows } from './sortedRows.ts';
import type { Superseding } from './superseding.ts';

/**
 * All answers to one sample, newest first, by row; those of one checkpoint, its completions, follow each other. What
 * others superseded is among them, and plays no part in anything that is told of the sample.
 */
export class SampleHistory {
  readonly answers: SortedRows;
  readonly #table: RowTable;
  readonly #superseding: Superseding;

  constructor(table: RowTable, superseding: Superseding) {
    this.#table = table;
    this.#superseding = superseding;
    this.answers = new SortedRows((a, b) => table.newestFirst(a, b));
  }

  /** How many answers are not superseded. */
  get count(): number {
    if (!this.#superseding.isPossible) return this.answers.length;
    let count = 0;
    for (const answer of this.answers.from(0)) if (this.#isLive(answer)) count += 1;
    return count;
  }

  /** The newest answer that is not superseded. */
  get newest(): number | undefined {
    for (const answer of this.answers.from(0)) if (this.#isLive(answer)) return answer;
    return undefined;
  }

  /** The newest answer of the checkpoint before that of `row`; undefined for the first one. */
  before(row: number): number | undefined {
    for (const answer of this.answers.fromWhere((other) => this.#compare(other, row) < 0)) {
      if (this.#isLive(answer)) return answer;
    }
    return undefined;
  }

  /** The completions of the checkpoint of `row`. */
  completions(row: number): number[] {
    const rows: number[] = [];
    for (const answer of this.#at(row)) if (this.#isLive(answer)) rows.push(answer);
    return rows;
  }

  /** The completions of the next checkpoint after that of `row` that has any, which are held against those of `row`. */
  nextTo(row: number): number[] {
    const next = this.checkpointAfter(row);
    return next === undefined ? [] : this.completions(next);
  }

  /** A row of the next checkpoint after that of `row` that has an answer. */
  checkpointAfter(row: number): number | undefined {
    for (const answer of this.answers.before((other) => this.#compare(other, row) <= 0)) {
      if (this.#isLive(answer)) return answer;
    }
    return undefined;
  }

  /** Mean of a score over the completions at the checkpoint of `row`; NaN where none has it. */
  value(row: number, name: string): number {
    let [sum, count] = [0, 0];
    for (const answer of this.#at(row)) {
      const value = this.#table.score(answer, name);
      if (Number.isNaN(value) || !this.#isLive(answer)) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? Number.NaN : sum / count;
  }

  /** The answers at the checkpoint of `row` against those of the one before; null for a superseded one. */
  mark(row: number, judge: Judge | null): Mark | null {
    if (judge === null || !this.#isLive(row)) return null;
    const before = this.before(row);
    if (before === undefined) return null;
    return compareScores(this.value(row, judge.name), this.value(before, judge.name), judge.direction);
  }

  /** Whether a row has a fellow: another completion of its sample at its checkpoint. Which start superseded them plays no part. */
  hasFellow(row: number): boolean {
    for (const answer of this.#at(row)) {
      if (answer === row) continue;
      if (this.#superseding.isOfOneWriting(answer, row) || (this.#isLive(answer) && this.#isLive(row))) return true;
    }
    return false;
  }

  /** The rows that stand for one answer with `row`, the newest first: its completions, or those that were superseded with it. */
  fellows(row: number): number[] {
    const rows: number[] = [];
    for (const answer of this.#at(row)) if (this.#superseding.standTogether(row, answer)) rows.push(answer);
    return rows;
  }

  *#at(row: number): Generator<number> {
    for (const answer of this.answers.fromWhere((other) => this.#compare(other, row) <= 0)) {
      if (this.#compare(answer, row) !== 0) return;
      yield answer;
    }
  }

  #isLive(row: number): boolean {
    return !this.#superseding.isSuperseded(row);
  }

  #compare(a: number, b: number): number {
    return this.#table.compareCheckpoints(a, b);
  }
}
