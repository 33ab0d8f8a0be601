import { csvRows } from '../../tables/csvRows.ts';
import { isTableOfLists } from '../../tables/jsonArray.ts';
import { isParquet, openParquet, parquetGroups } from '../../tables/parquetRows.ts';
import { isObject, type TableRow } from '../../tables/rows.ts';
import { ImportError } from '../../tables/tableError.ts';
import { openTable, readTable } from '../../tables/tableFile.ts';
import { stepsToField } from '../../wire/depth.ts';
import { putNaN, readJson } from '../../wire/pythonJson.ts';
import { SchemaError } from '../../wire/schema.ts';
import type { Reading, Shape } from '../formats/format.ts';
import { linesOf } from './lines.ts';
import { bytesOf, type RunFile } from './runFile.ts';

/** A row as it stands in a file. */
export interface SourceRow extends TableRow {
  /** What tells it from another row at its place. */
  readonly content: string;
  /** Of lines: where the next one begins, in bytes; else 0. */
  readonly end: number;
  /** Why it is no row; it has no cells then. */
  readonly problem?: string;
}

/** Where reading begins: at the start of a file, or of lines behind so many. */
export interface Place {
  readonly offset: number;
  readonly line: number;
}

export const start: Place = { offset: 0, line: 0 };

/** Rows of a table that are looked at for its columns: JSON's may differ from row to row. */
const lookedAt = 200;
/** Rows that are handed on at once. */
const groupSize = 200;
/** Of a file's beginning, to tell what it holds, in bytes. */
const beginningLength = 65_536;

/** The end of a file is not there yet, or not what it should be. */
export interface Cut {
  readonly line: number | null;
  readonly problem: string;
}

/** How to read a file, as its beginning tells where its format does not. @returns undefined for one without rows yet */
export async function formOf(file: RunFile, reading: Reading): Promise<Form | undefined> {
  if (file.size === 0) return undefined;
  if (reading === 'lines') return 'lines';
  const beginning = await bytesOf(file, 0, Math.min(file.size, beginningLength));
  if (reading === 'parquet' || isParquet(beginning)) return 'parquet';
  const text = beginning
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text === '') return undefined;
  return !(await isPacked(file)) && text.startsWith('{') && !isTableOfLists(text) ? 'lines' : 'table';
}

export type Form = 'lines' | 'parquet' | 'table';

/** What its first rows tell of a file; undefined where it has none yet. */
export async function shapeOf(file: RunFile, form: Form, enough = lookedAt): Promise<Shape | undefined> {
  const columns = new Set<string>();
  const looked: Readonly<Record<string, unknown>>[] = [];
  const source = new RowSource(file, form, false);
  for await (const group of source.rows(start)) {
    for (const { cells } of group) {
      for (const name of Object.keys(cells)) columns.add(name);
      looked.push(cells);
    }
    if (looked.length >= enough) break;
  }
  if (looked.length === 0) return undefined;
  return source.isText ? { columns: [...columns], texts: looked } : { columns: [...columns] };
}

/** The rows of one file as it is now. */
export class RowSource {
  readonly #file: RunFile;
  readonly #form: Form;
  readonly #takesLast: boolean;
  #cut: Cut | undefined;
  #isText = false;

  /** @param takesLast whether the last line of a CSV counts that no line break follows: it may be half of one */
  constructor(file: RunFile, form: Form, takesLast: boolean) {
    this.#file = file;
    this.#form = form;
    this.#takesLast = takesLast;
  }

  /** After the last row: what is left of the file that is no row, or not yet. */
  get cut(): Cut | undefined {
    return this.#cut;
  }

  /** After the first row: whether all cells are texts. */
  get isText(): boolean {
    return this.#isText;
  }

  /** @param from other than the start for lines alone */
  async *rows(from: Place): AsyncGenerator<SourceRow[]> {
    if (this.#form === 'lines') yield* this.#lines(from);
    else if (this.#form === 'parquet') yield* this.#parquet();
    else yield* inGroups(this.#table());
  }

  async *#lines(from: Place): AsyncGenerator<SourceRow[]> {
    for await (const lines of linesOf(this.#file, from)) {
      const rows: SourceRow[] = [];
      for (const { number: line, end, text, isEnded, problem } of lines) {
        const content = text.trim();
        const parsed = problem === undefined ? objectOf(content) : { cells: {}, problem };
        // An object whose last brace is there cannot be half of one.
        if (!isEnded && parsed.problem !== undefined) {
          this.#cut = { line, problem: 'the file ends in the middle of this line' };
          break;
        }
        rows.push({ line, end, content, ...parsed });
      }
      if (rows.length > 0) yield rows;
    }
    if (this.#file.damage !== undefined) this.#cut = { line: null, problem: this.#file.damage };
  }

  async *#parquet(): AsyncGenerator<SourceRow[]> {
    const parquet = await openParquet(this.#file.handle, this.#file.size);
    if (parquet === undefined) {
      this.#cut = { line: null, problem: 'this is no whole Parquet file' };
      return;
    }
    try {
      for await (const rows of parquetGroups(parquet)) {
        for (let at = 0; at < rows.length; at += groupSize) yield rows.slice(at, at + groupSize).map(withContent);
      }
    } catch (error) {
      // Of the disk, and not of what is written there.
      if (!(error instanceof Error) || 'code' in error) throw error;
      this.#cut = { line: null, problem: `this Parquet file is damaged (${error.message})` };
    }
  }

  async *#table(): AsyncGenerator<SourceRow> {
    try {
      const table = await openTable(this.#file.path);
      this.#isText = table.form === 'csv';
      const rows = this.#isText && !(await isPacked(this.#file)) ? await this.#csv() : readTable(table, () => {});
      for await (const row of rows) yield withContent(row);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      this.#cut = { line: error.line, problem: error.message.replace(/^Line \d+[:,] /, '') };
    }
  }

  /** Rows whose end is there: a parser that meets half a row tells none of those before it. */
  async #csv(): Promise<AsyncIterable<TableRow>> {
    const { size } = this.#file;
    const whole = await endOfRows(this.#file);
    if (whole < size && !this.#takesLast) this.#cut = { line: null, problem: 'the file ends in the middle of a row' };
    const end = this.#takesLast ? size : whole;
    const beginning = await bytesOf(this.#file, 0, Math.min(end, beginningLength));
    return csvRows(textUpTo(this.#file, end), beginning.toString('utf8'));
  }
}

async function isPacked(file: RunFile): Promise<boolean> {
  const [first, second] = await bytesOf(file, 0, Math.min(2, file.size));
  return first === 0x1f && second === 0x8b;
}

const chunkLength = 1024 * 1024;
const [quote, lineFeed] = [0x22, 0x0a];

/** Where the last row of a CSV ends that has an end, in bytes: behind a line break outside of quotes. */
async function endOfRows(file: RunFile): Promise<number> {
  let end = 0;
  let isQuoted = false;
  for (let at = 0; at < file.size; at += chunkLength) {
    const chunk = await bytesOf(file, at, Math.min(file.size, at + chunkLength));
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (byte === quote) isQuoted = !isQuoted;
      else if (byte === lineFeed && !isQuoted) end = at + index + 1;
    }
  }
  return end;
}

/** @throws ImportError for what is not UTF-8 */
async function* textUpTo(file: RunFile, end: number): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; at < end; at += chunkLength) {
      yield decoder.decode(await bytesOf(file, at, Math.min(end, at + chunkLength)), { stream: true });
    }
    yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new ImportError('this is not UTF-8: save the file in that encoding', null, null, { cause });
  }
}

async function* inGroups(rows: AsyncIterable<SourceRow>): AsyncGenerator<SourceRow[]> {
  let group: SourceRow[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < groupSize) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function withContent(row: TableRow): SourceRow {
  return { ...row, content: JSON.stringify(row.cells), end: 0 };
}

function objectOf(text: string): Pick<SourceRow, 'cells' | 'problem'> {
  try {
    const json = readJson(text, stepsToField.ofRow);
    const { value } = json;
    putNaN(value, json);
    return isObject(value) ? { cells: value } : { cells: {}, problem: 'expected a JSON object' };
  } catch (error) {
    if (error instanceof SchemaError) return { cells: {}, problem: error.message };
    return { cells: {}, problem: `this is not valid JSON (${(error as Error).message})` };
  }
}
