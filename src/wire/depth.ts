import { SchemaError } from './schema.ts';

/**
 * Levels that a prediction, a metric or a job may have: the object itself is the first, a list or an object in one of
 * its fields the second. `JSON.stringify`, copies between threads and every database end in an error some thousand
 * levels down.
 */
export const mostLevels = 100;
const problem = `more than ${mostLevels} levels deep`;

/** Text deeper than this is not parsed at all: 16 million levels, 32 MB, take V8 nine seconds and 1.7 GB. */
const mostTextLevels = 10_000;

/** Whether no field of a row has too many levels. */
export function isWithinLevels(row: object): boolean {
  return !isDeeper(row, mostLevels);
}

/** Returns what came. @throws SchemaError naming the first field that has too many levels */
export function withinLevels<T extends object>(row: T, place = ''): T {
  // Nearly every row is: without the names that takes a tenth of the time.
  if (isWithinLevels(row)) return row;
  for (const [name, value] of Object.entries(row)) {
    if (isDeeper(value, mostLevels - 1)) throw new SchemaError(place === '' ? name : `${place}.${name}`, problem);
  }
  return row;
}

/** True when `value` is lists and objects in more than so many `levels`; looks no further down. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  // Of what JSON says all members are its own, and a list of them would take most of the time.
  for (const name in value) if (isDeeper((value as Record<string, unknown>)[name], levels - 1)) return true;
  return false;
}

/** True of nearly all texts: too few lists and objects begin in it for a row of more than the levels that it may have. */
export function isSurelyWithinLevels(text: string): boolean {
  let openings = 0;
  for (const opening of ['{', '[']) {
    for (let at = text.indexOf(opening); at !== -1; at = text.indexOf(opening, at + 1)) {
      openings += 1;
      if (openings > mostLevels) return false;
    }
  }
  return true;
}

/** The path to a field: of a row by itself `extra`, of one in a list of rows `predictions[3].extra`. */
export const stepsToField = { ofRow: 1, ofListed: 3 } as const;

/**
 * As `JSON.parse`, but for text far too deep, which it refuses in time.
 *
 * @param steps how much is told of the way to the place
 * @throws SyntaxError, SchemaError
 */
export function parseJson(text: string, steps: number): unknown {
  const field = hasManyOpenings(text) ? deepField(text, steps) : undefined;
  if (field !== undefined) throw new SchemaError(field, problem);
  return JSON.parse(text);
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Nearly all texts have too few lists and objects to be that deep, which is soon found out. */
function hasManyOpenings(text: string): boolean {
  if (text.length <= mostTextLevels) return false;
  let openings = 0;
  // To look at each character would take nearly as long as parsing does.
  for (const opening of ['{', '[']) {
    for (let at = text.indexOf(opening); at !== -1; at = text.indexOf(opening, at + 1)) {
      openings += 1;
      if (openings > mostTextLevels) return true;
    }
  }
  return false;
}

/** Where a text, be it JSON or not, has too many levels first; empty where no field can be named. */
function deepField(text: string, steps: number): string | undefined {
  const path: (string | number)[] = [];
  let last = '';
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfText(text, at);
      if (depth <= steps) last = text.slice(at + 1, end);
      at = end;
    } else if (code === openBracket || code === openBrace) {
      depth += 1;
      if (depth > mostTextLevels) return pathText(path);
      if (depth <= steps) path.push(code === openBracket ? 0 : '');
    } else if (code === closeBracket || code === closeBrace) {
      if (depth <= steps) path.pop();
      depth = Math.max(0, depth - 1);
    } else if (depth <= steps && depth > 0) {
      const step = path[depth - 1];
      if (code === colon) path[depth - 1] = last;
      else if (code === comma && typeof step === 'number') path[depth - 1] = step + 1;
    }
  }
  return undefined;
}

/** Where the quote stands that ends a text, or the end of it all. */
export function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === backslash) first -= 1;
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}

function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
