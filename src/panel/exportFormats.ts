/** Predictions as files: JSON Lines with every field that the server sent, and CSV (RFC 4180). Pure. */
import { stringify } from 'csv-stringify/sync';
import type { Prediction } from '../wire/prediction.ts';

export type ExportFormat = 'jsonl' | 'csv';

/** Rows written at once. */
const batch = 500;

/** The text of an export, in pieces. */
export function* exportText(rows: readonly Prediction[], format: ExportFormat): Generator<string> {
  const columns = format === 'csv' ? columnsOf(rows) : [];
  if (format === 'csv') yield csvLines([columns]);
  for (let start = 0; start < rows.length; start += batch) {
    const some = rows.slice(start, start + batch);
    yield format === 'csv'
      ? csvLines(some.map((row) => columns.map((column) => csvCell(Reflect.get(row, column)))))
      : some.map((row) => `${JSON.stringify(row)}\n`).join('');
  }
}

/** Every field that any row has, in the order in which they are first seen. */
function columnsOf(rows: readonly Prediction[]): string[] {
  const columns = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) columns.add(name);
  return [...columns];
}

function csvLines(lines: string[][]): string {
  return stringify(lines, { record_delimiter: '\r\n' });
}

function csvCell(value: unknown): string {
  if (value == null) return '';
  if (typeof value === 'string') return harmless(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A spreadsheet runs what begins like a formula: such a text gets a `'` before it, which `fromHarmless` takes away. */
export function harmless(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** The text that `harmless` was given. */
export function fromHarmless(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
