import { fromHarmless } from '../csv.ts';
import { compareScoreNames, namesScore, sentScores } from '../model/scores.ts';
import { isRawNumber, writtenNumber } from '../wire/exactJson.ts';
import { type Prediction, predictionFields } from '../wire/prediction.ts';
import { jsonOf, meaningOf, numberOf, standsForNothing, truthOf } from './cells.ts';
import { scoresOfColumn } from './scoreColumns.ts';

/**
 * What the cells of a CSV mean in columns that are no field of a prediction. CSV has no types, so the first reading looks
 * at each column as a whole; before its end nothing of this is known.
 */
export class CsvCells {
  readonly #isOwn: boolean;
  /** Columns with a cell that is neither a number nor a truth value, and those with one that is. */
  readonly #others = new Set<string>();
  readonly #numbers = new Set<string>();
  /** Of our own exports: scores that have a value, and which of them a column does not repeat. */
  readonly #scores = new Set<string>();
  readonly #differing = new Map<string, Set<string>>();
  #copies: ReadonlySet<string> | undefined;

  /** @param isOwn whether this extension wrote the file: then cells are to be written the same again */
  constructor(isOwn: boolean) {
    this.#isOwn = isOwn;
  }

  /** Takes in a row of the first reading. */
  look(cells: Readonly<Record<string, unknown>>): void {
    if (this.#isOwn) this.#compare(cells);
    else for (const [column, cell] of Object.entries(cells)) this.#weigh(column, String(cell));
  }

  /** All rows were looked at. */
  beginSecondReading(): void {
    const copies = new Set<string>();
    // An export has its copies behind the fields, in the order of the scores: where several columns say the same, the last
    // one is the last score's.
    for (const name of [...this.#scores].sort(compareScoreNames).reverse()) {
      const columns = [...this.#differing].filter(([column, scores]) => !scores.has(name) && !copies.has(column));
      const named = columns.map(([column]) => column).filter((column) => scoresOfColumn(column).includes(name));
      copies.add(named.at(-1) ?? '');
    }
    this.#copies = copies;
  }

  /** Whether the column only repeats a score of the column `scores`. */
  isCopy(column: string): boolean {
    return this.#copies?.has(column) ?? false;
  }

  /** A score where the column holds nothing but numbers and truth values, as programs write them. */
  meaningOf(column: string, cell: string): unknown {
    if (this.#isOwn) return meaningOf(cell);
    const isScore = this.#copies !== undefined && this.#numbers.has(column) && !this.#others.has(column);
    if (!isScore) {
      const meaning = meaningOf(cell);
      // So many digits are a name.
      return isRawNumber(meaning) ? cell : meaning;
    }
    return standsForNothing(cell) || isNotFinite(cell) ? null : (truthOf(cell) ?? numberOf(cell));
  }

  #weigh(column: string, cell: string): void {
    if (this.#others.has(column)) return;
    if (!namesScore(column)) this.#others.add(column);
    else if (numberOf(cell) !== undefined || truthOf(cell) !== undefined) this.#numbers.add(column);
    else if (!standsForNothing(cell) && !isNotFinite(cell)) this.#others.add(column);
  }

  #compare(cells: Readonly<Record<string, unknown>>): void {
    const cell = cells['scores'];
    if (typeof cell !== 'string') return;
    const scores = sentScores({ scores: jsonOf(fromHarmless(cell)) } as Prediction) ?? {};
    for (const [name, value] of Object.entries(scores)) if (value !== null) this.#scores.add(name);
    for (const [column, copied] of Object.entries(cells)) {
      if (predictionFields.has(column)) continue;
      const differing = this.#differing.get(column) ?? new Set();
      this.#differing.set(column, differing);
      for (const name of scoresOfColumn(column)) if (written(scores, name) !== copied) differing.add(name);
    }
  }
}

/** A score as its cell has it. */
function written(scores: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(scores, name) ? scores[name] : null;
  return value === null ? '' : (writtenNumber(value) ?? String(value));
}

function isNotFinite(cell: string): boolean {
  return /^[+-]?inf(inity)?$/i.test(cell);
}
