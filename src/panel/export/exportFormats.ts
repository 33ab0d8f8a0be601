/** Predictions as files: JSON Lines with every field that the server sent, and CSV (RFC 4180). Pure. */
import { type CsvCell, csvLine } from '../../csv.ts';
import { sentScores } from '../../model/scores.ts';
import { scoreColumns } from '../../tables/scoreColumns.ts';
import { isRawNumber } from '../../wire/exactJson.ts';
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
    const { fields, scores } = columnsOf(read());
    yield { text: csvLine([...fields, ...scores.values()]), rows: 0 };
    const names = [...scores.keys()];
    write = (row) => {
      const sent = sentScores(row) ?? {};
      return csvLine([...fields.map((name) => cellOf(row, name)), ...names.map((name) => cellOf(sent, name))]);
    };
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

/**
 * Every field that any row has, in the order in which they are first seen, and the columns of the scores under `scores`,
 * by name.
 */
function columnsOf(rows: Iterable<Prediction>): { fields: string[]; scores: ReadonlyMap<string, string> } {
  const fields = new Set<string>();
  const scores = new Set<string>();
  for (const row of rows) {
    for (const name of Object.keys(row)) fields.add(name);
    for (const [name, value] of Object.entries(sentScores(row) ?? {})) if (value !== null) scores.add(name);
  }
  return { fields: [...fields], scores: scoreColumns(scores, fields) };
}

function cellOf(fields: object, name: string): CsvCell {
  return Object.hasOwn(fields, name) ? csvCell(Reflect.get(fields, name)) : null;
}

/** What stands in a cell for a field's value. */
export function csvCell(value: unknown): CsvCell {
  if (value == null) return null;
  if (typeof value === 'string' || typeof value === 'number' || isRawNumber(value)) return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
