import type { Place, SourceRow } from './files/fileRows.ts';
import { RowError, type RowMaker } from './formats/format.ts';
import type { Numbering } from './numbering.ts';
import type { FilePosition } from './positions.ts';
import { hashOf, rowId } from './rowIds.ts';

/** Rows, and characters of them, that are sent at once. */
const full = { rows: 500, characters: 2_000_000 };

/** What is made of a row of a file: a prediction, or the reason why it is none. */
export interface TakenRow {
  readonly line: number;
  readonly prediction?: Readonly<Record<string, unknown>>;
  readonly refused?: string;
}

/** How far rows were taken, in the terms of a file's position. */
export type Taken = Pick<FilePosition, 'rows' | 'chain' | 'offset' | 'line'>;

/** What makes predictions of a file's rows, in their order. */
export interface Making {
  readonly maker: RowMaker;
  readonly numbering: Numbering;
  /** `identityOf` the file. */
  readonly identity: string;
  readonly revision: number;
}

/**
 * The rows of one reading of a file. Those that were sent are read too where it begins at the start: they tell whether the
 * file is the one that they were sent of, and the numbers of those behind them.
 */
export class TakenRows {
  readonly #making: Making;
  readonly #sent: number;
  /** What the contents of so many rows have to be. */
  readonly #expected: { readonly rows: number; readonly chain: string };
  #taken: Taken;
  #isKnown: boolean;
  #waiting: TakenRow[] = [];
  #characters = 0;

  /** @param goesOn whether reading begins behind what was sent */
  constructor(making: Making, position: FilePosition, goesOn: boolean) {
    this.#making = making;
    this.#sent = position.rows;
    // A batch that was under way may be stored: its rows have to be the same then.
    this.#expected = position.sending ?? position;
    this.#isKnown = goesOn || this.#expected.rows === 0;
    const { rows, chain, offset, line } = position;
    this.#taken = goesOn ? { rows, chain, offset, line } : { rows: 0, chain: '', offset: 0, line: 0 };
  }

  /** Whether the rows that were sent are those of the file. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Of lines: where the next one begins, in bytes; else 0. */
  get end(): number {
    return this.#taken.offset;
  }

  get isFull(): boolean {
    return this.#isKnown && (this.#waiting.length >= full.rows || this.#characters >= full.characters);
  }

  /** @returns false when the file is another one than rows were sent of */
  take(row: SourceRow): boolean {
    const content = hashOf(row.content);
    const index = this.#taken.rows;
    const chain = hashOf(this.#taken.chain + content);
    this.#taken = { rows: index + 1, chain, offset: row.end, line: row.line };
    const made = this.#made(row, index, content);
    if (index >= this.#sent) {
      this.#waiting.push(...made);
      this.#characters += row.content.length;
    }
    if (index + 1 === this.#expected.rows && !this.#isKnown) {
      this.#isKnown = chain === this.#expected.chain;
      return this.#isKnown;
    }
    return true;
  }

  /** What is to be sent now, and how far the file is sent then. */
  cutOff(): { rows: TakenRow[]; taken: Taken } {
    const rows = this.#waiting;
    this.#waiting = [];
    this.#characters = 0;
    return { rows, taken: this.#taken };
  }

  #made(row: SourceRow, index: number, content: string): TakenRow[] {
    const { line, problem } = row;
    if (problem !== undefined) return [{ line, refused: problem }];
    const { maker, numbering, identity, revision } = this.#making;
    try {
      return maker.make(row).map((one, part) => {
        const id = rowId({ file: identity, row: index, part, content });
        const numbered = numbering.number(one);
        return { line, prediction: revision === 0 ? { id, ...numbered } : { id, ...numbered, revision } };
      });
    } catch (error) {
      if (error instanceof RowError) return [{ line, refused: error.message }];
      throw error;
    }
  }
}

/** Behind the rows that were taken. */
export function placeOf({ offset, line }: Taken): Place {
  return { offset, line };
}
