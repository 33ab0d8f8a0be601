import { mostLevels, stepsToField } from '../../wire/depth.ts';
import { parseExactly } from '../../wire/exactJson.ts';
import { numberFields } from '../../wire/prediction.ts';
import { putNaN, readJson } from '../../wire/pythonJson.ts';
import { SchemaError } from '../../wire/schema.ts';
import { ImportError } from '../tableError.ts';
import { jsonFault } from './jsonFault.ts';

export interface JsonValue {
  readonly value: unknown;
  /** How many values in it are not finite: they are `NaN` where their place is known, else null. */
  readonly notFinite: number;
}

/** As JSON is read everywhere, with all digits; Python's tokens for what is not finite are `NaN`. @throws SyntaxError, SchemaError */
export function readValue(text: string): JsonValue {
  try {
    return { value: parseExactly(text, stepsToField.ofRow, numberFields), notFinite: 0 };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { text: finite, notFinite } = readJson(text, stepsToField.ofRow);
    if (notFinite.length === 0) throw error;
    const value = parseExactly(finite, stepsToField.ofRow, numberFields);
    putNaN(value, { notFinite });
    return { value, notFinite: notFinite.length };
  }
}

/** As `readValue`. @throws ImportError at the character where it stops to be JSON */
export function jsonValue(text: string, line: number): JsonValue {
  try {
    return readValue(text);
  } catch (cause) {
    throw placed(cause, text, line);
  }
}

/** What parsing threw, with the line and character of the file. */
export function placed(cause: unknown, text: string, line: number): unknown {
  if (cause instanceof SchemaError) return tooDeep(line, cause);
  if (!(cause instanceof SyntaxError)) return cause;
  const at = jsonFault(text) ?? text.length;
  const before = text.slice(0, at);
  const lines = before.split('\n').length - 1;
  const character = before.length - (before.lastIndexOf('\n') + 1) + 1;
  return new ImportError(`this is not valid JSON${foundAt(text, at)}`, line + lines, character, { cause });
}

/** What stands where JSON ends to be JSON, and what is right there, as far as one can say. */
function foundAt(text: string, at: number): string {
  const rest = /^[^\n]{0,20}/.exec(text.slice(at))?.[0]?.trimEnd() ?? '';
  if (at >= text.length) return ', which goes on here';
  if (rest.startsWith("'")) return `: ${rest} stands here, and JSON has double quotes`;
  const word = /^[A-Za-z_]\w*/.exec(rest)?.[0];
  if (word === undefined) return `: ${rest === '' ? 'a line break' : rest} stands here`;
  if (/^(True|False|None)$/.test(word)) {
    return `: ${word} stands here; in Python, write it with json.dumps and not with str`;
  }
  return `: ${word} stands here; texts and names have double quotes in JSON`;
}

/** Says so of a row, by what its check threw. */
export function tooDeep(line: number, cause: SchemaError): ImportError {
  return new ImportError(`more than ${mostLevels} levels deep`, line, cause.field === '' ? null : cause.field, {
    cause,
  });
}
