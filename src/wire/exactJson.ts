import { endOfText, parseJson, stepsToField } from './depth.ts';

/** A number as a text writes it: `JSON.stringify` writes it so again. */
export interface RawNumber {
  readonly rawJSON: string;
}

/** Of ECMAScript's source text access (V8 11.4); TypeScript's library has it not yet. */
const json = JSON as unknown as { rawJSON?(text: string): RawNumber; isRawJSON?(value: unknown): boolean };

/**
 * Text without such a number, which is nearly all, is parsed once. What looks like one may stand in a string. Of a fraction
 * seventeen digits are no reason to look closer: half of all scores have as many.
 */
const longNumber =
  /[:,[]\s*(?:-0(?:\.0*)?[\s,\]}eE]|-?(?:\d{16}|0\.(?:0{18}|0*[1-9]\d{17})|[1-9][\d.]{18}|[\d.]+?[eE][+-]?\d{3}))/;
/** No row that is read is as deep: what lies deeper keeps no digits. */
const mostLevels = 500;
/** More characters than any double is written with. */
const longestNumber = 400;
const quote = 0x22;

/**
 * As `parseJson`, but a number that a double would change (`18446744073709551615`, `1e400`, `-0`) stays as it is written.
 *
 * @param plain names of a row's fields whose numbers are doubles nevertheless; within a field they mean nothing
 */
export function parseExactly(text: string, steps: number, plain: ReadonlySet<string>): unknown {
  const value = parseJson(text, steps);
  if (json.rawJSON === undefined || typeof value !== 'object' || value === null) return value;
  // Of what stands around rows, numbers are counts.
  const rows = steps === stepsToField.ofRow ? [value] : Object.values(value);
  if (!rows.some((row) => typeof row === 'object' && holdsNumbers(row, plain)) || !longNumber.test(text)) return value;
  // Nobody who wrote the text knew it, in whatever escapes; to look for one that is not in it may take for ever.
  const mark = crypto.randomUUID();
  const marked = withMarks(text, mark);
  const above = steps === stepsToField.ofRow ? 0 : 1;
  return marked === undefined
    ? value
    : withNumbers(JSON.parse(marked), false, { mark, plain, levels: mostLevels, above });
}

/**
 * Whether a number stands in a row where its digits are kept: most rows have none, and a look at their members takes less
 * than one at their text.
 */
function rowHoldsNumber(row: object, plain: ReadonlySet<string>): boolean {
  for (const name of keptNames(row, plain)) {
    if (holdsNumber((row as Record<string, unknown>)[name], mostLevels - 1)) return true;
  }
  return false;
}

/** The same of what may be a row, or a list of them. */
function holdsNumbers(rows: unknown, plain: ReadonlySet<string>): boolean {
  const list: unknown[] = Array.isArray(rows) ? rows : [rows];
  for (const row of list) {
    const isRow = typeof row === 'object' && row !== null && !Array.isArray(row);
    if (isRow ? rowHoldsNumber(row, plain) : holdsNumber(row, mostLevels)) return true;
  }
  return false;
}

function holdsNumber(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return true;
  if (typeof value !== 'object' || value === null || levels === 0) return false;
  if (Array.isArray(value)) {
    for (const inner of value) if (holdsNumber(inner, levels - 1)) return true;
    return false;
  }
  for (const name of Object.keys(value)) {
    if (holdsNumber((value as Record<string, unknown>)[name], levels - 1)) return true;
  }
  return false;
}

let lastRow: { names: string[]; plain: ReadonlySet<string>; kept: string[] } | undefined;

/** The names of a row's members, but for the plain ones: the rows of a job have the same. */
function keptNames(row: object, plain: ReadonlySet<string>): string[] {
  const names = Object.keys(row);
  if (lastRow?.plain === plain && areEqual(names, lastRow.names)) return lastRow.kept;
  const kept = names.filter((name) => !plain.has(name));
  lastRow = { names, plain, kept };
  return kept;
}

function areEqual(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let at = 0; at < names.length; at += 1) if (names[at] !== others[at]) return false;
  return true;
}

/** Whether this is a number whose digits are kept. */
export function isRawNumber(value: unknown): value is RawNumber {
  return typeof value === 'object' && json.isRawJSON?.(value) === true;
}

/** The number as it is written; undefined for what is no such number. */
export function writtenNumber(value: unknown): string | undefined {
  return isRawNumber(value) ? value.rawJSON : undefined;
}

/** The JSON with a string in place of each number that a double would change; undefined where there is none. */
function withMarks(text: string, mark: string): string | undefined {
  let marked = '';
  let copied = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at);
    if (!isOfNumber(code)) continue;
    const start = at;
    while (isOfNumber(text.charCodeAt(at + 1))) at += 1;
    const source = text.slice(start, at + 1);
    // The letters of `true`, `false` and `null` are taken for one too.
    if (!isChanged(Number(source), source)) continue;
    marked += `${text.slice(copied, start)}"${mark}${source}"`;
    copied = at + 1;
  }
  return copied === 0 ? undefined : marked + text.slice(copied);
}

interface Marked {
  readonly mark: string;
  readonly plain: ReadonlySet<string>;
  readonly levels: number;
  /** How many objects are around a row here; below 0 within one of its fields. */
  readonly above: number;
}

/** Puts the numbers into the places of their marks. */
function withNumbers(value: unknown, isPlain: boolean, how: Marked): unknown {
  if (typeof value === 'string' && value.startsWith(how.mark)) {
    const source = value.slice(how.mark.length);
    return isPlain ? Number(source) : json.rawJSON?.(source);
  }
  if (typeof value !== 'object' || value === null || how.levels === 0) return value;
  const isList = Array.isArray(value);
  const deeper = { ...how, levels: how.levels - 1, above: isList ? how.above : how.above - 1 };
  const mayBePlain = !isList && how.above >= 0;
  for (const [key, inner] of Object.entries(value)) {
    const number: unknown = withNumbers(inner, mayBePlain && how.plain.has(key), deeper);
    // An assignment would not do for a field of the name `__proto__`.
    if (number !== inner) Object.defineProperty(value, key, { value: number });
  }
  return value;
}

function isOfNumber(code: number): boolean {
  // Digits, `+`, `-` and `.`, `E`, `e`.
  return (code >= 0x30 && code <= 0x39) || (code >= 0x2b && code <= 0x2e && code !== 0x2c) || (code | 0x20) === 0x65;
}

/** Whether the double is another number than the text says. */
function isChanged(value: number, source: string): boolean {
  if (Object.is(value, -0)) return true;
  const [, sign, number = ''] = /^(-?)(\d[\d.]*)/.exec(source) ?? [];
  if (sign === undefined) return false;
  // What is so long is no longer looked at: the digits below are searched from both ends.
  if (!Number.isFinite(value) || source.length > longestNumber) return true;
  // 2^63 is a double, but is written with other digits at its end.
  if (/^-?\d+$/.test(source)) return !Number.isSafeInteger(value) && String(value) !== source;
  const digits = number.replace('.', '').replace(/^0+|0+$/g, '');
  // Seventeen digits tell every double from its neighbours.
  return digits.length > 17 || (value === 0 && digits !== '');
}
