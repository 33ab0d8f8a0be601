/** Tables as CSV (RFC 4180), for spreadsheets and for our own import. Pure. */

/** Signs that make a formula, also in full width, as Chinese and Japanese keyboards write them. */
const sign = String.raw`[=+\-@\uff1d\uff0b\uff0d\uff20]`;

/**
 * What a spreadsheet runs as a formula, also after white space or characters that cannot be seen. Tabs and line breaks at
 * the start are taken for a change of cell when such a text is pasted.
 */
const formula = String.raw`(?:'*[\t\r\n]|[\s\p{Cc}\p{Cf}']*${sign})`;

/** Where semicolons or tabs are taken for what separates cells, quotes inside of a cell hold nothing together. */
const separator = String.raw`[;\t\r\n]`;

/**
 * What such a cell does harm with: a function, another program, another file. Items of lists and lines under headings,
 * which begin with these signs too, do not get in here unless they look like that.
 */
const laterFormula = String.raw`'*(?:(?!${separator})[\s\p{Cc}\p{Cf}"])*${sign}(?:(?!${separator})[^])*?(?:[\p{L}\p{N}_.]\s*[(|]|![$'\p{L}\p{N}_]|'#)`;

const harmful = new RegExp(`^(?=${formula})|(?<=${separator})(?=${laterFormula})`, 'gu');
const madeHarmless = new RegExp(`^'(?=${formula})|(?<=${separator})'(?=${laterFormula})`, 'gu');

/** Quoted, besides what RFC 4180 wants: what separates cells elsewhere, and a byte order mark, which would be lost. */
const quoted = /^\ufeff|[",;\t\r\n]/;

/** What a file begins with that is JSON. */
const jsonBeginning = /^\s*[[{]/;

/**
 * A spreadsheet runs what begins a cell like a formula: each such beginning gets a `'` before it, which `fromHarmless`
 * takes away.
 */
export function harmless(text: string): string {
  return text.replace(harmful, "'");
}

/** The text that `harmless` was given. */
export function fromHarmless(cell: string): string {
  return cell.replace(madeHarmless, '');
}

/** What stands in a cell: a text, or a number, of which the last form keeps all digits. Null is an empty cell. */
export type CsvCell = string | number | { readonly rawJSON: string } | null;

/**
 * A line of a table, with its CRLF. Texts, names of columns among them, are made harmless. Numbers are written in full,
 * whatever the reader's locale.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(written).join(',')}\r\n`;
}

function written(cell: CsvCell, index: number): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.rawJSON;
  if (typeof cell === 'number') return String(cell);
  const text = harmless(cell);
  const isQuoted = quoted.test(text) || (index === 0 && jsonBeginning.test(text));
  return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
}
