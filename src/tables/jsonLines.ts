import { mostLevels, stepsToField } from '../wire/depth.ts';
import { parseExactly } from '../wire/exactJson.ts';
import { numberFields } from '../wire/prediction.ts';
import { SchemaError } from '../wire/schema.ts';
import { isObject, longestRow, type TableRow } from './rows.ts';
import { ImportError } from './tableError.ts';

/** Rows of JSON Lines: one object a line; empty lines are left out. */
export async function* jsonLines(text: AsyncIterable<string>): AsyncGenerator<TableRow> {
  let rest = '';
  let line = 0;
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) {
      line += 1;
      if (one.trim() !== '') yield { line, cells: parseRow(one, line) };
    }
    if (rest.length > longestRow) throw new ImportError('longer than 32 MB', line + 1);
  }
  if (rest.trim() !== '') yield { line: line + 1, cells: parseRow(rest, line + 1) };
}

/** Says so of a row, by what its check threw. */
export function tooDeep(line: number, cause: SchemaError): ImportError {
  return new ImportError(`more than ${mostLevels} levels deep`, line, cause.field === '' ? null : cause.field, {
    cause,
  });
}

/** @throws ImportError at the character where it stops to be JSON */
export function parseRow(text: string, line: number): Record<string, unknown> {
  const value = parseJson(text, line);
  if (isObject(value)) return value;
  throw new ImportError('expected a JSON object', line);
}

export function parseJson(text: string, line: number): unknown {
  try {
    return parseExactly(text, stepsToField.ofRow, numberFields);
  } catch (cause) {
    if (cause instanceof SchemaError) throw tooDeep(line, cause);
    // V8 tells the place in its message alone, and not for every fault.
    const position = /at position (\d+)/.exec((cause as Error).message)?.[1];
    const before = text.slice(0, position === undefined ? 0 : Number(position));
    const lines = before.split('\n').length - 1;
    const character = position === undefined ? null : before.length - (before.lastIndexOf('\n') + 1) + 1;
    throw new ImportError('this is not valid JSON', line + lines, character, { cause });
  }
}
