/**
 * Takes JSON text apart without reading its values, so that what a script sent is kept digit by digit: numbers beyond
 * 2^53, escapes and unknown fields included. Every function expects text that `JSON.parse` accepted.
 */

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;

function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x7b;
}

function isClosing(code: number): boolean {
  return code === 0x5d || code === 0x7d;
}

/** The text of each member's value, by name; the last one wins, as in `JSON.parse`. */
export function members(object: string): Map<string, string> {
  const found = new Map<string, string>();
  let at = skipSpace(object, skipSpace(object, 0) + 1);
  while (object.charCodeAt(at) === quote) {
    const nameEnd = endOfString(object, at);
    const name: unknown = JSON.parse(object.slice(at, nameEnd));
    const start = skipSpace(object, skipSpace(object, nameEnd) + 1);
    const end = endOfValue(object, start);
    found.set(String(name), oneLine(object.slice(start, end)));
    at = nextItem(object, end);
  }
  return found;
}

/** The text of each element of the array that is the member `name`; none when that is no array. */
export function memberElements(object: string, name: string): string[] {
  let found: string[] = [];
  let at = skipSpace(object, skipSpace(object, 0) + 1);
  while (object.charCodeAt(at) === quote) {
    const nameEnd = endOfString(object, at);
    const start = skipSpace(object, skipSpace(object, nameEnd) + 1);
    let end: number;
    if (JSON.parse(object.slice(at, nameEnd)) !== name) end = endOfValue(object, start);
    else {
      // The last one wins, as in `JSON.parse`.
      found = [];
      end = object.charCodeAt(start) === 0x5b ? endOfArray(object, start, found) : endOfValue(object, start);
    }
    at = nextItem(object, end);
  }
  return found;
}

/** Adds the text of each element to `found`. */
function endOfArray(text: string, start: number, found: string[]): number {
  let at = skipSpace(text, start + 1);
  while (at < text.length && !isClosing(text.charCodeAt(at))) {
    const end = endOfValue(text, at);
    found.push(text.slice(at, end));
    at = nextItem(text, end);
  }
  return at + 1;
}

/** The object that has these members. */
export function objectText(parts: ReadonlyMap<string, string>): string {
  return `{${[...parts].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** True when no name stands twice in an object that became `value`, and no line end between its tokens. */
export function isPlain(object: string, value: object): boolean {
  // Names that stand twice count twice.
  let count = 1;
  let depth = 0;
  for (let at = 0; at < object.length; at += 1) {
    const code = object.charCodeAt(at);
    if (code === quote) at = endOfString(object, at) - 1;
    else if (code === 0x0a || code === 0x0d) return false;
    else if (code === comma && depth === 1) count += 1;
    else if (isOpening(code)) depth += 1;
    else if (isClosing(code)) depth -= 1;
  }
  return count === Object.keys(value).length;
}

/** Line ends stand between tokens only; an event stream would end its line at them. */
function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ') : text;
}

function nextItem(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text.charCodeAt(at) === comma ? skipSpace(text, at + 1) : at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return endOfString(text, start);
  if (isOpening(first)) return endOfContainer(text, start);
  let at = start + 1;
  while (at < text.length && isScalar(text.charCodeAt(at))) at += 1;
  return at;
}

function isScalar(code: number): boolean {
  return code > 0x20 && code !== comma && !isClosing(code);
}

function endOfContainer(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
      continue;
    }
    if (isOpening(code)) depth += 1;
    else if (isClosing(code)) depth -= 1;
    at += 1;
  } while (depth > 0);
  return at;
}

/** A quote ends a string unless an odd number of backslashes stands before it. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === backslash) first -= 1;
  return (at - first) % 2 === 1;
}
