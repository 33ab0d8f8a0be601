import { isWithinLevels, stepsToField } from '../wire/depth.ts';
import { parseExactly, writtenNumber } from '../wire/exactJson.ts';
import { numberFields } from '../wire/prediction.ts';
import { cellChat, chatText } from './chatCells.ts';
import { isObject } from './rows.ts';

/** What stands in a cell does not fit its column. */
export class CellError extends Error {
  override readonly name = 'CellError';
}

/**
 * The text of a prompt, an answer or a truth, which tables hold in many forms: a text, a chat, an object around a text,
 * a list of answers of which the first counts. Of anything else it is the JSON, and never a text out of its depths.
 */
export function textOf(value: unknown): string | null {
  if (value == null || Number.isNaN(value)) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const number = writtenNumber(value);
  if (number !== undefined) return number;
  const chat = cellChat(value);
  if (chat !== undefined) return chatText(chat);
  return wrappedText(value) ?? JSON.stringify(value);
}

/** What an object holds beside nothing else, or before all others, and the first of a list of texts. */
function wrappedText(value: unknown): string | null {
  if (Array.isArray(value)) {
    const [first] = value as readonly unknown[];
    if (value.length === 0) return '';
    const isAnswers = value.every((one) => typeof one === typeof first || one === null);
    return isAnswers && (typeof first === 'string' || value.length === 1) ? textOf(first) : null;
  }
  if (!isObject(value)) return null;
  for (const name of ['text', 'content', 'value', 'ground_truth'])
    if (typeof value[name] === 'string') return value[name];
  // OpenAI's answers, and those of SQuAD.
  const { choices, message, text } = value;
  if (Array.isArray(choices) && choices.length > 0) return textOf(choices[0]);
  if (isObject(message)) return textOf(message);
  return Array.isArray(text) && typeof text[0] === 'string' ? text[0] : null;
}

/** A whole number from 0 on, which spreadsheets and pandas may write as `3.0`. @throws CellError */
export function countOf(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new CellError(`expected a whole number from 0 on, got ${shown(value)}`);
}

/** An epoch, of which trainers count parts too: 0.25. Null where nothing stands. @throws CellError */
export function epochOf(value: unknown): number | null {
  if (value == null || Number.isNaN(value) || (typeof value === 'string' && standsForNothing(value))) return null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number >= 0 && number <= Number.MAX_SAFE_INTEGER) return number;
  throw new CellError(`expected a whole number or a fraction, from 0 on, got ${shown(value)}`);
}

/** A value as an error says it. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'nothing');
  return text === '""' || text === 'null' ? 'nothing' : text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/**
 * What a cell of CSV meant: a number, a truth value or JSON where writing it again gives the same text; else the text.
 * Nothing is null.
 */
export function meaningOf(cell: string): unknown {
  if (cell === '') return null;
  if (!/^(-?\d|true$|false$|[[{])/.test(cell)) return cell;
  const value = jsonOf(cell);
  return JSON.stringify(value) === cell ? value : cell;
}

/** The value of a cell that holds JSON, its digits kept; undefined where that is none, or deeper than a row may be. */
export function jsonOf(cell: string): unknown {
  try {
    const list: unknown = parseExactly(`[${cell}]`, stepsToField.ofRow, numberFields);
    return Array.isArray(list) && list.length === 1 && isWithinLevels(list) ? list[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Whether programs write this where a number is missing. */
export function standsForNothing(cell: string): boolean {
  return cell === '' || /^(nan|none|null|n\/a)$/i.test(cell);
}

/** The number that a cell holds, as programs write numbers; undefined for `007` and for digits that would be lost. */
export function numberOf(cell: string): number | undefined {
  if (!/^[+-]?(0|[1-9]\d*)?(\.\d*)?(e[+-]?\d+)?$/i.test(cell) || !/\d/.test(cell)) return undefined;
  const number = Number(cell);
  const isKept = /^[+-]?\d+$/.test(cell) ? Number.isSafeInteger(number) : Number.isFinite(number);
  return isKept ? number : undefined;
}

/** The truth value that a cell holds, in Python's spelling too. */
export function truthOf(cell: string): boolean | undefined {
  return /^true$/i.test(cell) ? true : /^false$/i.test(cell) ? false : undefined;
}

/** What a cell of CSV means in a field whose schema takes these types. @throws CellError */
export function fieldValueOf(cell: string, types: readonly string[]): unknown {
  if (types.includes('string')) return cell === '' ? null : cell;
  if (standsForNothing(cell)) return null;
  if (types.includes('object')) return jsonOf(cell) ?? cell;
  const meant = meantValue(cell, types);
  return meant === undefined ? meaningOf(cell) : meant;
}

/** Milliseconds in what people write behind a duration. */
const units: ReadonlyMap<string, number> = new Map([
  ...['ms', 'msec', 'milliseconds'].map((unit) => [unit, 1] as const),
  ...['s', 'sec', 'seconds'].map((unit) => [unit, 1000] as const),
]);

/**
 * What a text means in a field of a number or truth value, where that is clear: `"1.0"`, `"True"`, `"12.5 ms"`.
 *
 * @returns undefined for a field of another type
 * @throws CellError where it is not clear
 */
export function meantValue(cell: string, types: readonly string[]): unknown {
  const text = cell.trim();
  if (types.includes('number') || types.includes('integer')) {
    const truth = types.includes('boolean') ? truthOf(text) : undefined;
    if (truth !== undefined) return truth;
    const [, digits, unit] = /^([+-]?[\d.]+(?:e[+-]?\d+)?)\s*([a-z]+)?$/i.exec(text) ?? [];
    const factor = unit === undefined ? 1 : units.get(unit.toLowerCase());
    const number = Number(digits);
    if (text !== '' && factor !== undefined && Number.isFinite(number)) return number * factor;
    throw new CellError(`expected a number, got ${shown(cell)}`);
  }
  if (!types.includes('boolean')) return undefined;
  if (/^(true|1|1\.0|yes|pass|passed)$/i.test(text)) return true;
  if (/^(false|0|0\.0|no|fail|failed)$/i.test(text)) return false;
  throw new CellError(`expected true or false, got ${shown(cell)}`);
}

/** A time as ISO 8601: of seconds or milliseconds since 1970, or as programs write it. @throws CellError */
export function timeOf(cell: unknown): string | null {
  if (cell == null || Number.isNaN(cell) || cell === '') return null;
  const number = typeof cell === 'string' && /^\d{9,13}(\.\d+)?$/.test(cell.trim()) ? Number(cell) : cell;
  // Years 2001 to 2286 in seconds, and the same in milliseconds.
  if (typeof number === 'number' && number >= 1e9 && number < 1e13) {
    return new Date(number < 1e10 ? number * 1000 : number).toISOString();
  }
  if (typeof cell === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.+Z-]*$/.test(cell) && cell.length <= 64) {
    if (!Number.isNaN(Date.parse(cell))) return cell;
  }
  throw new CellError(`expected a time such as 2026-01-31T12:00:00Z, got ${shown(cell)}`);
}
