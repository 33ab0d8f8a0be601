/** Tables as CSV (RFC 4180), for spreadsheets and for our own import. Pure. */

/**
 * What a spreadsheet runs as a formula, also after white space or characters that cannot be seen, and with the signs in
 * full width that Chinese and Japanese keyboards write. Tabs and line breaks at the start are taken for a change of cell
 * when such a text is pasted.
 */
const formula = /^'*(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20])/u;

/** Quoted, besides what RFC 4180 wants: what separates cells elsewhere, and a byte order mark, which would be lost. */
const quoted = /^\ufeff|[",;\t\r\n]/;

/** What a file begins with that is JSON. */
const jsonBeginning = /^\s*[[{]/;

/** A spreadsheet runs what begins like a formula: such a text gets a `'` before it, which `fromHarmless` takes away. */
export function harmless(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text that `harmless` was given. */
export function fromHarmless(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}

/**
 * A line of a table, with its CRLF. Texts, names of columns among them, are made harmless. Numbers are written in full,
 * whatever the reader's locale; null is an empty cell.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(written).join(',')}\r\n`;
}

function written(cell: string | number | null, index: number): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = harmless(cell);
  const isQuoted = quoted.test(text) || (index === 0 && jsonBeginning.test(text));
  return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
}
