import { compareScoreNames, isKnownScore, mostOtherScores, type ScoreOrigin } from '../model/scores.ts';
import { type Column, scoreColumn } from './column.ts';

/** A score of a job that has a value somewhere. */
interface Named {
  readonly values: Column;
  /** That have a value. */
  rows: number;
  /** That have it under `scores`. */
  underScores: number;
  /** No value was other than 0 and 1. */
  isShare: boolean;
}

/**
 * The values of all scores by row, a column for each. Of those that are not of the contract the first
 * `mostOtherScores` by name are kept, whichever came first.
 */
export class ScoreColumns {
  readonly #scores = new Map<string, Named>();
  #names: string[] | undefined;
  #others = 0;
  readonly #leftOut = new Set<string>();

  /** Known ones first, the others by name; another list whenever a row changed it. */
  get names(): readonly string[] {
    this.#names ??= [...this.#scores]
      .filter(([, { rows }]) => rows > 0)
      .map(([name]) => name)
      .sort(compareScoreNames);
    return this.#names;
  }

  /** How many names have no column because there are too many. */
  get leftOut(): number {
    return this.#leftOut.size;
  }

  has(name: string): boolean {
    return (this.#scores.get(name)?.rows ?? 0) > 0;
  }

  /** All values are 0 or 1: their mean is a share. */
  isShare(name: string): boolean {
    return this.#scores.get(name)?.isShare ?? false;
  }

  /** Those that came under `scores` in a row. */
  get underScores(): string[] {
    return this.names.filter((name) => (this.#scores.get(name)?.underScores ?? 0) > 0);
  }

  /** NaN where the row has none. */
  get(row: number, name: string): number {
    return this.#scores.get(name)?.values.get(row) ?? Number.NaN;
  }

  /** Gives a row, which has none of this name, a value. Where it throws, nothing changed. */
  set(row: number, name: string, value: number, origin: ScoreOrigin): void {
    const named = this.#scores.get(name) ?? this.#add(name);
    if (named === undefined) return;
    named.values.set(row, value);
    named.rows += 1;
    if (value !== 0 && value !== 1) named.isShare = false;
    if (origin === 'scores') named.underScores += 1;
    if (named.rows === 1 || (origin === 'scores' && named.underScores === 1)) this.#names = undefined;
  }

  /** Takes the values of a row back. */
  clearRow(row: number): void {
    for (const named of this.#scores.values()) {
      if (Number.isNaN(named.values.get(row))) continue;
      named.values.set(row, Number.NaN);
      named.rows -= 1;
      if (named.rows === 0) this.#names = undefined;
    }
  }

  #add(name: string): Named | undefined {
    const isOther = !isKnownScore(name);
    if (isOther && this.#others === mostOtherScores && !this.#makeRoom(name)) return undefined;
    const named: Named = { values: scoreColumn(), rows: 0, underScores: 0, isShare: true };
    this.#scores.set(name, named);
    if (isOther) this.#others += 1;
    return named;
  }

  /** Lets go of the last one by name, unless the new one would be it. */
  #makeRoom(name: string): boolean {
    const last = [...this.#scores.keys()].sort(compareScoreNames).at(-1) ?? '';
    const out = compareScoreNames(name, last) < 0 ? last : name;
    if (this.#leftOut.size < mostNames) this.#leftOut.add(out);
    if (out === name) return false;
    this.#scores.delete(last);
    this.#others -= 1;
    this.#names = undefined;
    return true;
  }
}

/** Names that are told to be left out: a script may make up names without end. */
const mostNames = 1000;
