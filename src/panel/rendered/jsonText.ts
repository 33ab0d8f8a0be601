import type { ErrorPlace } from '../protocol/texts.ts';

/** Elements inside of each other, at most: each line of what is deeper would be mostly indentation. */
const mostDepth = 60;
/** Characters of what comes out, at most. */
const mostCharacters = 400_000;
/** Begins as an object, or as a list of objects, and no Markdown does. */
const beginsAsJson = /^\s*(?:\{\s*"|\[\s*\{\s*")/;
/** White space, a text, a sign of the structure, anything else. */
const token = /[ \t\n\r]+|"(?:[^"\\]|\\.)*"|[{}[\],:]|[^ \t\n\r"{}[\],:]+/gy;

/**
 * The text with a line for each member, where all of it is a JSON object or array; null where it is not. Only white space
 * changes: numbers keep their digits, texts their escapes, members their order, and doubled keys stay doubled. What is
 * deeper or longer than one reads stays as it is.
 */
export function prettyJson(text: string): string | null {
  if (!/^\s*[{[]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const out: string[] = [];
  let [depth, characters, before] = [0, 0, ''];
  const put = (piece: string): void => {
    out.push(piece);
    characters += piece.length;
  };
  const breakLine = (): void => put(`\n${'  '.repeat(depth)}`);
  for (const [piece] of text.matchAll(token)) {
    if (/^[ \t\n\r]/.test(piece)) continue;
    const closes = piece === '}' || piece === ']';
    if (closes) depth -= 1;
    const opened = before === '{' || before === '[';
    // An empty object or array stays in its line.
    if (before === ',' || opened !== closes) breakLine();
    put(piece === ':' ? ': ' : piece);
    if (piece === '{' || piece === '[') depth += 1;
    if (depth > mostDepth || characters > mostCharacters) return text;
    before = piece;
  }
  return out.join('');
}

/**
 * Where the same signs are in another text, which differs in white space alone. Of a place that is white space there is
 * none.
 *
 * @param places ascending, apart from each other; of one that goes beyond the text, what is within
 */
export function placesWithin(text: string, other: string, places: readonly ErrorPlace[]): ErrorPlace[] {
  const found: ErrorPlace[] = [];
  let [at, there] = [0, 0];
  /** Goes on to the next sign that is at least here. @returns where it is in the other text */
  const next = (start: number): number => {
    for (; at < text.length; at += 1) {
      if (isSpace(text, at)) continue;
      while (isSpace(other, there)) there += 1;
      if (at >= start) break;
      there += 1;
    }
    return there;
  };
  for (const [from, to] of places) {
    const start = next(from);
    let last = Math.min(to, text.length) - 1;
    if (at > last) continue;
    while (isSpace(text, last)) last -= 1;
    found.push([start, next(last) + 1]);
  }
  return found;
}

function isSpace(text: string, at: number): boolean {
  return /[ \t\n\r]/.test(text.charAt(at));
}

/** Meant as JSON, and cut or not well formed: its lines and white space mean something. */
export function looksLikeJson(text: string): boolean {
  return beginsAsJson.test(text);
}
