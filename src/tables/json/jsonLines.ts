import { longestRow, type TableRow } from '../rows.ts';
import { ImportError } from '../tableError.ts';
import { rowsOfValue } from './jsonRows.ts';
import { type CutTeller, jsonStream } from './jsonStream.ts';
import { type JsonValue, jsonValue, placed, readValue } from './jsonValue.ts';

/**
 * Rows of JSON Lines, as many at once as come at once: an object a line, or a list of them; empty lines are left out.
 *
 * @param cut is told of a last line that is cut in the middle; without it such a line is an error
 */
export async function* jsonLines(text: AsyncIterable<string>, cut?: CutTeller): AsyncGenerator<TableRow[]> {
  let rest = '';
  let line = 0;
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    const rows: TableRow[] = [];
    try {
      for (const one of lines) {
        line += 1;
        if (one === '' || one === '\r') continue;
        const value = plainLine(one, line);
        if (value === undefined) rows.push(...(await oddLine(one, line)));
        else for (const row of rowsOfValue(value, line)) rows.push(row);
      }
    } catch (error) {
      // What stands before it is told first, so that the first fault of a file is the one that is named.
      yield rows;
      throw error;
    }
    if (rows.length > 0) yield rows;
    if (rest.length > longestRow) throw new ImportError('longer than 32 MB', line + 1);
  }
  if (rest.trim() === '') return;
  const value = plainLine(rest, line + 1);
  yield value === undefined ? await oddLine(rest, line + 1, cut) : [...rowsOfValue(value, line + 1)];
}

/** @returns undefined for what is not one JSON value */
function plainLine(text: string, line: number): JsonValue | undefined {
  try {
    return readValue(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw placed(error, text, line);
  }
}

/** Several values in one line, as of two programs that write at once; or a line that was cut. */
async function oddLine(text: string, line: number, cut?: CutTeller): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  let isCut = false;
  try {
    for await (const row of jsonStream(only(text), () => (isCut = true))) rows.push({ ...row, line });
  } catch (error) {
    // Nothing but the beginning of a value.
    isCut = error instanceof ImportError && error.message.includes('ends in the middle');
    if (!isCut) jsonValue(text, line);
  }
  if (isCut && cut === undefined) {
    throw new ImportError('this line ends in the middle of what it says: take it out, or write it anew', line);
  }
  if (isCut) cut?.(line);
  return rows;
}

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}
