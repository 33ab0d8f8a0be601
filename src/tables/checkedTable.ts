import { filedEpoch } from '../model/checkpoints.ts';
import type { Mapping } from './columns.ts';
import { CsvCells } from './csvCells.ts';
import { RowMapper } from './mapRow.ts';
import { Numbering } from './numbering.ts';
import { ImportError } from './tableError.ts';
import { readTable, type TableFile } from './tableFile.ts';

/** Rows that are looked at for their columns: JSON's may differ from row to row. */
const lookedAt = 200;

/** The columns of a table, in the order in which they are first seen. @throws ImportError */
export async function columnsOf(file: TableFile): Promise<string[]> {
  const columns = new Set<string>();
  let rows = 0;
  for await (const { cells } of readTable(file, () => {})) {
    for (const name of Object.keys(cells)) columns.add(name);
    rows += 1;
    if (rows === lookedAt || file.form === 'csv') break;
  }
  if (rows === 0) throw new ImportError('The file has no rows.');
  return [...columns];
}

/** A table whose rows were all read and fit: what is left is to send them. */
export interface CheckedTable {
  readonly count: number;
  /** How many epochs it has; null where it tells of steps alone. */
  readonly epochs: number | null;
  /** The predictions as JSON Lines, in pieces; the file is read again meanwhile. */
  lines(progress: (share: number) => void): AsyncGenerator<string>;
}

/**
 * Reads a whole table, so that nothing is imported of one that does not fit. Of its rows nothing is kept but the names of
 * samples and the ids of predictions.
 *
 * @throws ImportError naming the first line that does not fit
 */
export async function checkTable(
  file: TableFile,
  mapping: Mapping,
  progress: (share: number) => void,
): Promise<CheckedTable> {
  const numbering = new Numbering(mapping);
  const csv = file.form === 'csv' ? new CsvCells(mapping.isOwn) : undefined;
  const mapper = new RowMapper(mapping, csv, numbering);
  const lineOfId = new Map<string, number>();
  const epochs = new Set<number>();
  let count = 0;
  for await (const row of readTable(file, progress)) {
    csv?.look(row.cells);
    const { id, epoch } = mapper.map(row);
    if (typeof id === 'string') {
      const before = lineOfId.get(id);
      if (before !== undefined) throw new ImportError(`line ${before} has the same one`, row.line, 'id');
      lineOfId.set(id, row.line);
    }
    epochs.add(filedEpoch(Number(epoch)));
    count += 1;
  }
  if (count === 0) throw new ImportError('The file has no rows.');
  numbering.beginSecondReading();
  csv?.beginSecondReading();
  const { epoch, step } = mapping.roles;
  const hasEpochs = epoch !== undefined || step === undefined;
  return { count, epochs: hasEpochs ? epochs.size : null, lines: (again) => linesOf(file, mapper, again) };
}

/** Characters that are handed on at once. */
const pieceLength = 262_144;

async function* linesOf(file: TableFile, mapper: RowMapper, progress: (share: number) => void): AsyncGenerator<string> {
  let piece = '';
  for await (const row of readTable(file, progress)) {
    piece += `${JSON.stringify(mapper.map(row))}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
