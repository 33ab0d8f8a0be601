import { parseJson, parseRow } from './jsonLines.ts';
import { longestRow, type TableRow } from './rows.ts';
import { ImportError } from './tableError.ts';

/** The beginning of a table that Weights & Biases exported as JSON: names first, then rows as lists. */
const tableBeginning = /^\s*\{\s*"columns"\s*:\s*(\[.*?\])\s*,\s*"data"\s*:\s*\[/s;
/** So much of a file is looked at to tell its form, in characters. */
const longestBeginning = 100_000;

/** Whether a JSON text begins like a table of lists with their names. */
export function isTableOfLists(beginning: string): boolean {
  return /^\s*\{\s*"columns"\s*:\s*\[/.test(beginning);
}

/** Rows of a JSON array of objects. */
export async function* jsonArray(text: AsyncIterable<string>): AsyncGenerator<TableRow> {
  const elements = new Elements();
  for await (const { line, element } of elements.read(text, (buffer) => {
    const start = /^\s*\[/.exec(buffer)?.[0].length;
    return start ?? null;
  })) {
    yield { line, cells: parseRow(element, line) };
  }
}

/** Rows of `{"columns": […], "data": [[…], …]}`. */
export async function* jsonTable(text: AsyncIterable<string>): AsyncGenerator<TableRow> {
  const elements = new Elements();
  let names: string[] = [];
  const begin = (buffer: string): number | null => {
    const [beginning, columns] = tableBeginning.exec(buffer) ?? [];
    if (beginning === undefined || columns === undefined) return null;
    const parsed = parseJson(columns, 1);
    names = Array.isArray(parsed) ? parsed.map(String) : [];
    return beginning.length;
  };
  for await (const { line, element } of elements.read(text, begin)) {
    const values = parseJson(element, line);
    if (!Array.isArray(values)) throw new ImportError('expected a list of values', line);
    if (values.length !== names.length) {
      throw new ImportError(`${values.length} values, but there are ${names.length} columns`, line);
    }
    yield { line, cells: Object.fromEntries(names.map((name, index) => [name, values[index]])) };
  }
}

const [quote, backslash, comma, lineFeed] = [0x22, 0x5c, 0x2c, 0x0a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Takes a JSON array apart while it arrives; each element is parsed by whoever wants it. */
class Elements {
  #line = 1;
  #depth = 0;
  #inText = false;
  #escaped = false;
  #ended = false;
  /** An element that began, up to the end of the last chunk. */
  #begun = '';
  #begunLine = 1;

  /** @param begin says how long what stands before the first element is; null when that is not there yet */
  async *read(
    text: AsyncIterable<string>,
    begin: (buffer: string) => number | null,
  ): AsyncGenerator<{ line: number; element: string }> {
    let beginning = '';
    let started = false;
    for await (const chunk of text) {
      if (started) {
        yield* this.#scan(chunk);
        continue;
      }
      beginning += chunk;
      const length = begin(beginning);
      if (length !== null) {
        started = true;
        this.#line += beginning.slice(0, length).split('\n').length - 1;
        yield* this.#scan(beginning.slice(length));
      } else if (beginning.length > longestBeginning) {
        break;
      }
    }
    if (!started) throw new ImportError('no rows were found: expected an array of objects', 1);
    if (!this.#ended) throw new ImportError('the file ends in the middle of its array', this.#line);
  }

  *#scan(chunk: string): Generator<{ line: number; element: string }> {
    let start = 0;
    if (this.#begun === '') this.#begunLine = this.#line;
    for (let index = 0; index < chunk.length && !this.#ended; index += 1) {
      const code = chunk.charCodeAt(index);
      if (code === lineFeed) this.#line += 1;
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (code === backslash) this.#escaped = true;
        else if (code === quote) this.#inText = false;
        continue;
      }
      if (code === quote) this.#inText = true;
      else if (code === openBrace || code === openBracket) this.#depth += 1;
      else if (this.#depth > 0 && (code === closeBrace || code === closeBracket)) this.#depth -= 1;
      else if (this.#depth === 0 && (code === comma || code === closeBracket)) {
        const element = this.#begun + chunk.slice(start, index);
        this.#begun = '';
        start = index + 1;
        this.#ended = code === closeBracket;
        yield* this.#element(element);
        this.#begunLine = this.#line;
      }
    }
    if (this.#ended) return;
    this.#begun += chunk.slice(start);
    if (this.#begun.length > longestRow) throw new ImportError('longer than 32 MB', this.#begunLine);
  }

  *#element(text: string): Generator<{ line: number; element: string }> {
    const element = text.trimStart();
    if (element !== '') {
      yield { line: this.#begunLine + text.slice(0, text.length - element.length).split('\n').length - 1, element };
    } else if (!this.#ended) {
      throw new ImportError('expected a value before the comma', this.#line);
    }
  }
}
