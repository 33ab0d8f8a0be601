import { columnNames, namesList } from './json/jsonRows.ts';
import { readValue } from './json/jsonValue.ts';

/** Members of an object, as far as a text that may be cut tells them. */
interface Members {
  /** The first character of a list's first element is told with it: `[{`, `[[`, `[`. */
  readonly starts: ReadonlyMap<string, string>;
  readonly text: string;
  /** Where it ends; undefined where that is not there. */
  readonly end: number | undefined;
}

/**
 * Whether a JSON text begins with an object that is no row by itself: a table of lists with their names, or rows below
 * `predictions` and the like. Such a file is read as a whole, and not line by line.
 */
export function isTableOfLists(beginning: string): boolean {
  const members = membersOf(beginning);
  if (members === undefined) return false;
  const { starts } = members;
  if (starts.get('data') === '[[' && (starts.get('columns')?.startsWith('[') ?? members.end === undefined)) return true;
  if ([...starts].some(([name, start]) => start === '"' && !/^_|^(type|version|name|format)$/.test(name))) return false;
  const names = [...starts.keys()];
  if (names.some((name) => namesList(name) && name !== 'completions' && starts.get(name) === '[{')) return true;
  // Of columns whose rows did not begin yet.
  return members.end === undefined && starts.get('columns')?.startsWith('[') === true && !starts.has('data');
}

/** Whether a JSON text that begins with an object has one a line. */
export function isJsonLines(beginning: string): boolean {
  if (isTableOfLists(beginning)) return false;
  const members = membersOf(beginning);
  if (members === undefined) return false;
  const first = members.end === undefined ? beginning : beginning.slice(0, members.end);
  if (/\n/.test(first.trim())) return false;
  if (members.end === undefined) return true;
  return !isWholeTable(first);
}

/** pandas' tables by index or column: one object that is all of the file. */
function isWholeTable(text: string): boolean {
  const parsed = tried(text);
  if (typeof parsed !== 'object' || parsed === null) return false;
  const { columns, data } = parsed as Record<string, unknown>;
  return columnNames(columns) !== undefined && Array.isArray(data) && data.every(Array.isArray);
}

function tried(text: string): unknown {
  try {
    return readValue(text).value;
  } catch {
    return undefined;
  }
}

/** Reads the names of the first object's members without reading their values. */
function membersOf(text: string): Members | undefined {
  const starts = new Map<string, string>();
  const begin = text.search(/[^\s\ufeff]/);
  if (text[begin] !== '{') return undefined;
  let depth = 0;
  let name: string | undefined;
  for (let at = begin; at < text.length; at += 1) {
    const code = text[at];
    if (code === '"') {
      const end = closingQuote(text, at);
      if (depth === 1 && name !== undefined && !starts.has(name)) starts.set(name, '"');
      if (depth === 1 && name === undefined && end < text.length) name = text.slice(at + 1, end);
      at = end;
    } else if (code === '{' || code === '[') {
      depth += 1;
      if (depth === 2 && name !== undefined && !starts.has(name)) {
        const first = /^\s*([[{])/.exec(text.slice(at + 1, at + 1000))?.[1] ?? '';
        starts.set(name, code === '[' ? `[${first}` : '{');
      }
    } else if (code === '}' || code === ']') {
      depth -= 1;
      if (depth === 0) return { starts, text, end: at + 1 };
    } else if (code === ',' && depth === 1) {
      name = undefined;
    }
  }
  return { starts, text, end: undefined };
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
