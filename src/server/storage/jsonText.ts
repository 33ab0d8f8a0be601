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

/** An element of an array, as it came. */
export interface ElementText {
  readonly text: string;
  /** How many members it has, names that stand twice counted twice; null for what is no object, or has a line end. */
  readonly memberCount: number | null;
}

/** An element of an array that was looked through. */
export interface ScannedElement extends ElementText {
  /** Levels of lists and objects, itself the first; names that stand twice may add some. 0 of what is no object. */
  readonly levels: number;
}

/** Each element of the array that is the member `name`; none when that is no array. */
export function memberElements(object: string, name: string): ScannedElement[] {
  let found: ScannedElement[] = [];
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

/** Adds each element to `found`. */
function endOfArray(text: string, start: number, found: ScannedElement[]): number {
  let at = skipSpace(text, start + 1);
  const object: ScannedObject = { end: 0, memberCount: null, levels: 0 };
  while (at < text.length && !isClosing(text.charCodeAt(at))) {
    if (text.charCodeAt(at) === 0x7b) scanObject(text, at, object);
    else {
      object.end = endOfValue(text, at);
      object.memberCount = null;
      object.levels = 0;
    }
    const { end, memberCount, levels } = object;
    found.push({ text: text.slice(at, end), memberCount, levels });
    at = nextItem(text, end);
  }
  return at + 1;
}

/** The object that has these members. */
export function objectText(parts: ReadonlyMap<string, string>): string {
  return `{${[...parts].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

interface ScannedObject {
  end: number;
  memberCount: number | null;
  levels: number;
}

/** Of an object that stands alone; as in `ElementText`. */
export function memberCount(object: string): number | null {
  const found: ScannedObject = { end: 0, memberCount: null, levels: 0 };
  scanObject(object, skipSpace(object, 0), found);
  return found.memberCount;
}

/** One way through the object for all that is to be known: it is what reading a batch costs most. */
function scanObject(text: string, start: number, found: ScannedObject): void {
  let commas = 0;
  let depth = 0;
  let levels = 0;
  let hasLineEnd = false;
  let hasMembers = false;
  let at = start;
  do {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
      hasMembers = true;
      continue;
    }
    if (code === 0x0a || code === 0x0d) hasLineEnd = true;
    else if (code === comma && depth === 1) commas += 1;
    else if (isOpening(code)) {
      depth += 1;
      if (depth > levels) levels = depth;
    } else if (isClosing(code)) depth -= 1;
    at += 1;
  } while (depth > 0);
  found.end = at;
  found.levels = levels;
  found.memberCount = hasLineEnd ? null : hasMembers ? commas + 1 : 0;
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
