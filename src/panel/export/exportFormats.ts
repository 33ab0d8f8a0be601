/** Predictions as files: JSON Lines with every field that the server sent, and CSV (RFC 4180). Pure. */
import { csvLine } from '../../csv.ts';
import type { Prediction } from '../../wire/prediction.ts';

export type ExportFormat = 'jsonl' | 'csv';

/** A part of an export. */
export interface ExportPiece {
  text: string;
  /** How many rows it holds. */
  rows: number;
}

/** Rows written at once, unless their texts are long. */
const batch = 500;
/** A piece ends with the row that makes it longer than this, in characters. */
const longPiece = 1_000_000;

/**
 * The text of an export, piece by piece.
 *
 * @param read yields the rows from the first; CSV reads them twice, for the names of its columns
 */
export function* exportText(read: () => Iterable<Prediction>, format: ExportFormat): Generator<ExportPiece> {
  let write = (row: Prediction): string => `${JSON.stringify(row)}\n`;
  if (format === 'csv') {
    const columns = columnsOf(read());
    yield { text: csvLine(columns), rows: 0 };
    write = (row) =>
      csvLine(columns.map((column) => csvCell(Object.hasOwn(row, column) ? Reflect.get(row, column) : null)));
  }
  let piece: ExportPiece = { text: '', rows: 0 };
  for (const row of read()) {
    piece = { text: piece.text + write(row), rows: piece.rows + 1 };
    if (piece.rows < batch && piece.text.length < longPiece) continue;
    yield piece;
    piece = { text: '', rows: 0 };
  }
  if (piece.rows > 0) yield piece;
}

/** Every field that any row has, in the order in which they are first seen. */
function columnsOf(rows: Iterable<Prediction>): string[] {
  const columns = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) columns.add(name);
  return [...columns];
}

function csvCell(value: unknown): string | number | null {
  if (value == null) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
