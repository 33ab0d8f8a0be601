import { endOfText } from '../../wire/depth.ts';
import { shown } from '../cells.ts';
import { isObject, longestRow, type TableRow } from '../rows.ts';
import { ImportError } from '../tableError.ts';
import { columnNames, namesList, namesPlace, rowsOfValue, zipped } from './jsonRows.ts';
import { jsonValue } from './jsonValue.ts';

const [quote, comma, colon, lineFeed, nothing] = [0x22, 0x2c, 0x3a, 0x0a, -1];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Where a file ends in the middle of what it says; null where no line can be named. */
export type CutTeller = (line: number | null) => void;

/** The text ends where more has to come. */
class CutError extends Error {
  override readonly name = 'CutError';
}

/**
 * Rows of JSON values that follow one another: objects, lists of them, tables. Of a list no more than an element is in
 * memory.
 *
 * @param cut is told of an end in the middle; without it that is an error
 * @throws ImportError
 */
export async function* jsonStream(text: AsyncIterable<string>, cut?: CutTeller): AsyncGenerator<TableRow> {
  const reader = new JsonReader(text);
  try {
    yield* reader.rows();
  } catch (error) {
    if (!(error instanceof CutError)) throw error;
    if (cut === undefined || reader.count === 0) throw new ImportError(reader.cutProblem, reader.line);
    cut(reader.line);
  }
}

interface Raw {
  readonly text: string;
  readonly line: number;
}

/** Pulls values out of a text that is there in pieces. */
class JsonReader {
  readonly #source: AsyncIterator<string>;
  #text = '';
  #at = 0;
  /** What stands before this place is needed no more. */
  #kept = 0;
  #line = 1;
  #isInList = false;
  count = 0;

  constructor(text: AsyncIterable<string>) {
    this.#source = text[Symbol.asyncIterator]();
  }

  get line(): number {
    return this.#line;
  }

  get cutProblem(): string {
    return this.#isInList ? 'the file ends in the middle of its array' : 'the file ends in the middle of what it says';
  }

  async *rows(): AsyncGenerator<TableRow> {
    for (let code = await this.#next(); code !== nothing; code = await this.#next()) {
      if (code === openBracket) yield* this.#list(undefined, {});
      else if (code === openBrace) yield* this.#object();
      // Lists that were joined by hand.
      else if (code === comma && this.count > 0) this.#at += 1;
      else throw new ImportError(`expected a JSON object or a list of them, got ${this.#here()}`, this.#line);
    }
  }

  /** Elements up to the bracket that closes the list; its own bracket is next. */
  async *#list(
    names: readonly string[] | undefined,
    around: Readonly<Record<string, unknown>>,
  ): AsyncGenerator<TableRow> {
    this.#isInList = true;
    this.#at += 1;
    let code = await this.#needed();
    while (code !== closeBracket) {
      if (code === comma) throw new ImportError('expected a value before the comma', this.#line);
      this.#kept = this.#at;
      const { text, line } = await this.#value();
      const parsed = jsonValue(text, line);
      const counted = parsed.notFinite > 0 ? { notFinite: parsed.notFinite } : {};
      if (names === undefined && Array.isArray(parsed.value) && !parsed.value.every(isObject)) {
        const got = shown(parsed.value);
        throw new ImportError(
          `expected a JSON object, got ${got}: lists of values need the names of their columns`,
          line,
        );
      }
      if (names !== undefined) yield { line, cells: zipped(names, parsed.value, line), ...counted };
      else for (const row of rowsOfValue(parsed, line)) yield { ...row, cells: { ...around, ...row.cells } };
      this.count += 1;
      code = await this.#needed();
      if (code === comma) {
        this.#at += 1;
        code = await this.#needed();
        if (code === closeBracket) throw new ImportError('expected a value behind the comma', this.#line);
      } else if (code !== closeBracket) {
        throw new ImportError(`expected a comma or the end of the list, got ${this.#here()}`, this.#line);
      }
    }
    this.#at += 1;
    this.#isInList = false;
  }

  /** A row, or what rows stand in: a table, `{"predictions": […]}`. */
  async *#object(): AsyncGenerator<TableRow> {
    this.#kept = this.#at;
    const firstLine = this.#line;
    let names: string[] | undefined;
    let isRow = true;
    let hasTexts = false;
    const around: Record<string, unknown> = {};
    this.#at += 1;
    let code = await this.#needed();
    while (code !== closeBrace) {
      if (code !== quote) throw this.#fault(firstLine, isRow);
      const name = nameOf(await this.#value());
      if ((await this.#needed()) !== colon) throw this.#fault(firstLine, isRow);
      this.#at += 1;
      code = await this.#needed();
      const list = code === openBracket && isRow && !hasTexts ? await this.#rowsOf(name, names) : undefined;
      if (list !== undefined) {
        isRow = false;
        yield* this.#list(list === 'objects' ? undefined : list, around);
      } else {
        const { text, line } = await this.#value();
        if (namesPlace(name) && code !== openBrace && code !== openBracket) around[name] = jsonValue(text, line).value;
        if (name === 'columns') names = columnNames(jsonValue(text, line).value);
        hasTexts ||= code === quote && !/^_|^(type|version|name|format)$/.test(name);
      }
      // Beside a list that was read piece by piece, nothing has to stay.
      if (!isRow) this.#kept = this.#at;
      code = await this.#needed();
      if (code === comma) {
        this.#at += 1;
        code = await this.#needed();
        if (code === closeBrace) throw this.#fault(firstLine, isRow);
      } else if (code !== closeBrace) {
        throw this.#fault(firstLine, isRow);
      }
    }
    this.#at += 1;
    if (!isRow) return;
    const text = this.#text.slice(this.#kept, this.#at);
    yield* rowsOfValue(jsonValue(text, firstLine), firstLine);
    this.count += 1;
  }

  /** How the rows of a list in an object are given; undefined where it holds none, or where its end decides it. */
  async #rowsOf(name: string, names: string[] | undefined): Promise<string[] | 'objects' | undefined> {
    if (!namesList(name)) return undefined;
    const first = await this.#codeBehind();
    if (first === openBracket) return name === 'data' ? names : undefined;
    // A chat is a list of objects too.
    return first === openBrace && name !== 'completions' ? 'objects' : undefined;
  }

  /** Looks for what stands first in a list, whose bracket is next. */
  async #codeBehind(): Promise<number> {
    for (let index = this.#at + 1; ; index += 1) {
      while (index >= this.#text.length) {
        const shift = this.#kept;
        if (!(await this.#more())) return nothing;
        index -= shift;
      }
      const code = this.#text.charCodeAt(index);
      if (code > 0x20) return code;
    }
  }

  /** What is no JSON is told best by what parses it. */
  #fault(line: number, isRow: boolean): unknown {
    if (!isRow) return new ImportError(`this is not valid JSON: ${this.#here()} stands here`, this.#line);
    try {
      jsonValue(this.#text.slice(this.#kept, this.#at + 20), line);
    } catch (error) {
      return error;
    }
    return new ImportError('this is not valid JSON', this.#line);
  }

  #here(): string {
    return /^[^\n]{0,20}/.exec(this.#text.slice(this.#at))?.[0] ?? '';
  }

  /** A value from its first character on, to its last. */
  async #value(): Promise<Raw> {
    const first = this.#line;
    const open: number[] = [];
    let start = this.#at;
    let index = this.#at;
    for (;;) {
      if (index >= this.#text.length) {
        if (index - start > longestRow) throw new ImportError('longer than 32 MB', first);
        const shift = this.#kept;
        if (!(await this.#more())) {
          if (open.length > 0 || index === start) throw new CutError();
          break;
        }
        start -= shift;
        index -= shift;
      }
      const code = this.#text.charCodeAt(index);
      if (code === quote) {
        const end = endOfText(this.#text, index);
        if (end >= this.#text.length) {
          const shift = this.#kept;
          if (end - start > longestRow) throw new ImportError('longer than 32 MB', first);
          if (!(await this.#more())) throw new CutError();
          start -= shift;
          index -= shift;
          continue;
        }
        index = end + 1;
        if (open.length === 0) break;
        continue;
      }
      if (code === openBrace || code === openBracket) open.push(code === openBrace ? closeBrace : closeBracket);
      else if (code === closeBrace || code === closeBracket) {
        if (open.length === 0) break;
        if (open.pop() !== code) {
          // Its beginning is told to be no JSON.
          jsonValue(this.#text.slice(start, index + 1), first);
        }
        if (open.length === 0) {
          index += 1;
          break;
        }
      } else if (code === lineFeed) {
        if (open.length === 0) break;
        this.#line += 1;
      } else if (open.length === 0 && (code === comma || code === colon || code <= 0x20)) break;
      index += 1;
    }
    this.#at = index;
    return { text: this.#text.slice(start, index), line: first };
  }

  /** As `#next`. @throws CutError at the end */
  async #needed(): Promise<number> {
    const code = await this.#next();
    if (code === nothing) throw new CutError();
    return code;
  }

  /** The next character that is no white space; -1 at the end. */
  async #next(): Promise<number> {
    for (;;) {
      for (; this.#at < this.#text.length; this.#at += 1) {
        const code = this.#text.charCodeAt(this.#at);
        if (code === lineFeed) this.#line += 1;
        // A byte order mark may stand between files that were joined; RFC 7464 has a mark before each text.
        else if (code > 0x20 && code !== 0xfeff) return code;
      }
      if (this.#kept > this.#at) this.#kept = this.#at;
      if (!(await this.#more())) return nothing;
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#text = this.#text.slice(this.#kept) + next.value;
    this.#at -= this.#kept;
    this.#kept = 0;
    return true;
  }
}

function nameOf({ text, line }: Raw): string {
  return String(jsonValue(text, line).value);
}
