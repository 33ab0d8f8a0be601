import { filedEpoch } from '../model/checkpoints.ts';
import { writeJson } from '../wire/pythonJson.ts';
import { assign, type Mapping, missingRoles, namesNumber, type Role, recognise } from './columns.ts';
import { CsvCells } from './csvCells.ts';
import type { PathFacts } from './files/pathFacts.ts';
import { RowMapper } from './mapRow.ts';
import { type Note, Notes } from './notes.ts';
import { Numbering } from './numbering.ts';
import type { Imported, TableRow } from './rows.ts';
import { FilteredAnswers } from './shapes/filteredAnswers.ts';
import { type Judging, judgingOf } from './shapes/judging.ts';
import { ImportError } from './tableError.ts';
import { readGroups, readTable, type TableFile } from './tableFile.ts';

/** Rows that are looked at for their columns: JSON's may differ from row to row. */
const lookedAt = 200;

/** The columns of a table, in the order in which they are first seen. @throws ImportError */
export async function columnsOf(file: TableFile): Promise<string[]> {
  return (await firstRows(file, lookedAt)).columns;
}

/** What the first rows of a table are. @throws ImportError where there is none */
export async function firstRows(file: TableFile, most: number): Promise<{ columns: string[]; rows: TableRow[] }> {
  const columns = new Set<string>();
  const rows: TableRow[] = [];
  const notes = new Notes();
  for await (const row of readTable(file, () => {}, notes)) {
    for (const [name, cell] of Object.entries(row.cells)) if (!isEmpty(cell) || !namesNumber(name)) columns.add(name);
    rows.push(row);
    if (rows.length === most) break;
  }
  if (rows.length === 0) throw noRows(notes);
  return { columns: [...columns], rows };
}

function isEmpty(cell: unknown): boolean {
  return cell == null || cell === '' || Number.isNaN(cell);
}

function noRows(notes: Notes): ImportError {
  const cut = notes.all.find((note) => note.kind === 'cut');
  if (cut === undefined) return new ImportError('The file has no rows.');
  return new ImportError('the file ends in the middle of its first row', cut.line);
}

/** One of the files that a job is made of. */
export interface TablePart {
  readonly file: TableFile;
  readonly mapping: Mapping;
  readonly facts?: PathFacts;
  /** How errors call it; undefined where it is the only one. */
  readonly name?: string;
}

/** A table whose rows were all read and fit: what is left is to send them. */
export interface CheckedTable {
  readonly count: number;
  /** How many epochs it has; null where it tells of steps alone. */
  readonly epochs: number | null;
  /** What was left out and changed. */
  readonly notes: readonly Note[];
  /** By which scores the job is judged, in the form of its `config`. */
  readonly judging: Judging;
  /** The predictions as JSON Lines, in pieces; the file is read again meanwhile. */
  lines(progress: (share: number) => void): AsyncGenerator<string>;
}

/** As `checkTables`, of one file. */
export function checkTable(
  file: TableFile,
  mapping: Mapping,
  progress: (share: number) => void,
): Promise<CheckedTable> {
  return checkTables([{ file, mapping }], progress);
}

/**
 * Reads the tables of a job as a whole, so that nothing is imported of one that does not fit. Of their rows nothing is
 * kept but the names of samples and the ids of predictions.
 *
 * @throws ImportError naming the first line that does not fit
 */
export async function checkTables(
  parts: readonly TablePart[],
  progress: (share: number) => void,
): Promise<CheckedTable> {
  const notes = new Notes();
  const numbering = new Numbering(commonMapping(parts), toldBy(parts));
  const readers = parts.map((part) => new PartReader(part, numbering, notes));
  const ids = new Ids(parts);
  const epochs = new Set<number>();
  const scores = new Set<string>();
  let count = 0;
  for await (const { reads, file } of eachGroup(readers, progress, notes)) {
    for (const { row, line } of reads) {
      const { id, epoch } = row;
      if (typeof id === 'string') ids.add(id, file, line);
      epochs.add(filedEpoch(Number(epoch)));
      if (row['scores'] != null) for (const score of Object.keys(row['scores'] as object)) scores.add(score);
    }
    count += reads.length;
  }
  if (count === 0) throw noRows(notes);
  const wider = readers.map((reader) => reader.wider());
  // A column that first comes far down may be the right answer's.
  if (wider.some((part, place) => part !== parts[place])) return checkTables(wider, progress);
  numbering.beginSecondReading(notes);
  for (const reader of readers) reader.beginSecondReading(notes);
  const told = notes.all;
  const hasEpochs = parts.some(({ mapping: { roles }, facts }) => {
    const hasStep = roles.step !== undefined || facts?.step !== undefined;
    return roles.epoch !== undefined || !hasStep;
  });
  const columns = parts.flatMap(({ mapping }) => [...Object.values(mapping.roles), ...Object.keys(mapping.fields)]);
  return {
    count,
    epochs: hasEpochs ? epochs.size : null,
    notes: told,
    judging: judgingOf(
      readers.flatMap(({ metrics }) => [...metrics]),
      [...scores],
      columns,
    ),
    lines: (again) => linesOf(readers, again),
  };
}

/** What the names of files tell of their rows. */
export function toldBy(files: readonly { readonly facts?: PathFacts }[]): { step: boolean; epoch: boolean } {
  return {
    step: files.some(({ facts }) => facts?.step !== undefined),
    epoch: files.some(({ facts }) => facts?.epoch !== undefined),
  };
}

/** Ids of predictions, each of which comes once. */
class Ids {
  readonly #parts: readonly TablePart[];
  /** Line by id, with the file's place in the upper digits. */
  readonly #places = new Map<string, number>();

  constructor(parts: readonly TablePart[]) {
    this.#parts = parts;
  }

  /** @throws ImportError */
  add(id: string, file: number, line: number): void {
    const before = this.#places.get(id);
    this.#places.set(id, file * lines + line);
    if (before === undefined) return;
    const nameOf = (place: number): string => this.#parts[place]?.name ?? '';
    const other = Math.floor(before / lines);
    const where = other === file ? `line ${before % lines}` : `${nameOf(other)}, line ${before % lines},`;
    const error = new ImportError(`${where} has the same one`, line, 'id');
    throw nameOf(file) === '' ? error : error.in(nameOf(file));
  }
}

/** More than a file has. */
const lines = 2 ** 40;

/** The roles that any of the tables has. */
function commonMapping(parts: readonly TablePart[]): Mapping {
  const roles = Object.assign({}, ...parts.map(({ mapping }) => mapping.roles)) as Mapping['roles'];
  return { roles, fields: {}, isOwn: parts.some(({ mapping }) => mapping.isOwn) };
}

/** One file, read twice. */
class PartReader {
  readonly part: TablePart;
  readonly #csv: CsvCells | undefined;
  readonly #mapper: RowMapper;
  readonly #filters: FilteredAnswers | undefined;
  readonly #numbering: Numbering;
  #rows = 0;
  readonly #columns = new Set<string>();
  readonly #late = new Set<string>();
  /** Names of the metrics of a harness, in its order. */
  readonly metrics = new Set<string>();

  constructor(part: TablePart, numbering: Numbering, notes: Notes) {
    const { file, mapping, facts } = part;
    const missing = missingRoles(mapping)[0];
    if (missing !== undefined) throw new ImportError(`No column is known to hold the ${missing}.`);
    this.part = part;
    this.#numbering = numbering;
    this.#csv = file.form === 'csv' ? new CsvCells(mapping.isOwn) : undefined;
    this.#mapper = new RowMapper(mapping, this.#csv, numbering, { notes, ...(facts && { facts }) });
    this.#filters = mapping.isOwn ? undefined : new FilteredAnswers(mapping);
  }

  /** The part with roles of columns that none of the rows has that were looked at at first. */
  wider(): TablePart {
    const { mapping } = this.part;
    if (this.#late.size === 0 || mapping.isOwn) return this.part;
    const columns = [...this.#columns, ...this.#late];
    const found = Object.entries(recognise(columns).roles).filter(
      ([role, column]) => this.#late.has(column) && mapping.roles[role as Role] === undefined,
    );
    return found.length === 0
      ? this.part
      : { ...this.part, mapping: assign(columns, mapping, Object.fromEntries(found)) };
  }

  #look(cells: TableRow['cells']): void {
    const isEarly = this.#rows < lookedAt;
    this.#rows += 1;
    for (const name in cells) {
      if (this.#columns.has(name) || (isEmpty(cells[name]) && namesNumber(name))) continue;
      if (isEarly) this.#columns.add(name);
      else this.#late.add(name);
    }
  }

  beginSecondReading(notes: Notes): void {
    this.#csv?.beginSecondReading();
    this.#filters?.beginSecondReading(notes);
    this.#mapper.beginSecondReading();
  }

  /** @param notes undefined in the second reading */
  async *rows(progress: (share: number) => void, notes: Notes | undefined): AsyncGenerator<Read[]> {
    const { file, name } = this.part;
    this.#numbering.beginFile();
    try {
      for await (const group of readGroups(file, progress, notes ?? new Notes())) {
        if (notes !== undefined) for (const { cells } of group) this.#lookAt(cells);
        yield this.#readsOf(group);
      }
    } catch (error) {
      throw name !== undefined && error instanceof ImportError ? error.in(name) : error;
    }
  }

  #readsOf(group: readonly TableRow[]): Read[] {
    const reads: Read[] = [];
    for (const read of group) {
      const row = this.#filters === undefined ? read : this.#filters.take(read);
      if (row === undefined) continue;
      for (const made of this.#mapper.rows(row))
        reads.push({ row: made, line: read.line, isOdd: this.#mapper.odd.has(made) });
    }
    return reads;
  }

  #lookAt(cells: TableRow['cells']): void {
    this.#csv?.look(cells);
    this.#look(cells);
    const { metrics } = cells;
    if (Array.isArray(metrics)) for (const metric of metrics) this.metrics.add(String(metric));
  }
}

interface Read {
  readonly row: Imported;
  readonly line: number;
  /** The server counts what was not finite, and fills in none of it: it has to be told. */
  readonly isOdd: boolean;
}

async function* eachGroup(
  readers: readonly PartReader[],
  progress: (share: number) => void,
  notes: Notes | undefined,
): AsyncGenerator<{ reads: Read[]; file: number }> {
  const sizes = readers.map(({ part }) => Math.max(1, part.file.size));
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  let before = 0;
  for (const [file, reader] of readers.entries()) {
    const size = sizes[file] ?? 0;
    const base = before;
    const shared = (share: number): void => progress((base + share * size) / whole);
    for await (const reads of reader.rows(shared, notes)) yield { reads, file };
    before += size;
  }
}

/** Characters that are handed on at once. */
const pieceLength = 262_144;

async function* linesOf(readers: readonly PartReader[], progress: (share: number) => void): AsyncGenerator<string> {
  let piece = '';
  for await (const { reads } of eachGroup(readers, progress, undefined)) {
    for (const { row, isOdd } of reads) piece += `${isOdd ? writeJson(row) : JSON.stringify(row)}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
