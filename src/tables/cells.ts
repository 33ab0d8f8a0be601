import { isWithinLevels, stepsToField } from '../wire/depth.ts';
import { parseExactly, writtenNumber } from '../wire/exactJson.ts';
import { numberFields } from '../wire/prediction.ts';
import { isObject } from './rows.ts';

/** What stands in a cell does not fit its column. */
export class CellError extends Error {
  override readonly name = 'CellError';
}

/**
 * The text of a prompt, an answer or a truth, which tables hold in many forms: a text, chat messages, the arguments of a
 * request, a list of answers of which the first counts.
 */
export function textOf(value: unknown): string | null {
  if (value == null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const number = writtenNumber(value);
  if (number !== undefined) return number;
  const messages = chatText(value);
  if (messages !== null) return messages;
  return firstText(value) ?? JSON.stringify(value);
}

/** Chat messages, `[{role, content}, …]`, as a person reads them; one alone is its content. */
function chatText(value: unknown): string | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const messages = value.map((message: unknown) => {
    if (!isObject(message) || typeof message['role'] !== 'string') return null;
    const content = contentText(message['content']);
    return content === null ? null : { role: message['role'], content };
  });
  if (!messages.every((message) => message !== null)) return null;
  const [only] = messages;
  if (messages.length === 1 && only !== undefined) return only.content;
  return messages.map(({ role, content }) => `${role}: ${content}`).join('\n');
}

function contentText(content: unknown): string | null {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  const parts = content.map((part: unknown) =>
    isObject(part) && typeof part['text'] === 'string' ? part['text'] : null,
  );
  return parts.every((part) => part !== null) ? parts.join('') : null;
}

/** The first text, however deep it lies: `{"gen_args_0": {"arg_0": "…"}}`, `[["…", {…}]]`, `[["…"]]`. */
function firstText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  for (const inner of Object.values(value)) {
    const text = firstText(inner);
    if (text !== null) return text;
  }
  return null;
}

/** A whole number from 0 on, which spreadsheets and pandas may write as `3.0`. @throws CellError */
export function countOf(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new CellError(`expected a whole number from 0 on, got ${shown(value)}`);
}

/** An epoch, of which trainers count parts too: 0.25. Null where nothing stands. @throws CellError */
export function epochOf(value: unknown): number | null {
  if (value == null || (typeof value === 'string' && standsForNothing(value))) return null;
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
  if (types.includes('number') || types.includes('integer')) {
    const number = (types.includes('boolean') ? truthOf(cell) : undefined) ?? Number(cell);
    if (cell.trim() !== '' && Number.isFinite(Number(number))) return number;
    throw new CellError(`expected a number, got ${shown(cell)}`);
  }
  if (types.includes('boolean')) {
    if (/^(true|1|1\.0)$/i.test(cell)) return true;
    if (/^(false|0|0\.0)$/i.test(cell)) return false;
    throw new CellError(`expected true or false, got ${shown(cell)}`);
  }
  return meaningOf(cell);
}
