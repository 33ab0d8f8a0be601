import { standsForNothing } from './cells.ts';
import { firstRows, type TablePart, toldBy } from './checkedTable.ts';
import { type Mapping, missingRoles, namesChat, recognise } from './columns.ts';
import { CsvCells } from './csvCells.ts';
import { type JobFile, jobFiles } from './files/jobFiles.ts';
import { RowMapper } from './mapRow.ts';
import type { Note } from './notes.ts';
import { Numbering } from './numbering.ts';
import type { Imported, TableRow } from './rows.ts';
import { ImportError } from './tableError.ts';
import { openTable, type TableFile } from './tableFile.ts';

/** Rows that are looked at for their columns: JSON's may differ from row to row. */
const lookedAt = 200;

/** Files of equal columns: what these mean is the same in all of them. */
export interface LookedTable {
  /** In the order in which they are first seen. */
  readonly columns: readonly string[];
  readonly files: readonly string[];
}

/** What somebody said of the tables with these columns. */
export interface ChosenMapping {
  readonly columns: readonly string[];
  readonly mapping: Mapping;
}

/** The tables that a job is to be made of. */
export interface JobTables {
  readonly tables: readonly LookedTable[];
  /** Files of a folder that are left out. */
  readonly notes: readonly Note[];
}

interface Looked {
  readonly file: JobFile;
  readonly table: TableFile;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/**
 * Looks at the files of a job.
 *
 * @param paths files and folders
 * @throws ImportError where one that was named is no table, or a folder holds none
 */
export async function lookAtTables(paths: readonly string[]): Promise<JobTables> {
  const { looked, notes } = await lookAt(await jobFiles(paths));
  const groups = new Map<string, { columns: readonly string[]; files: string[] }>();
  for (const { columns, file } of looked) {
    const key = keyOf(columns);
    const group = groups.get(key) ?? { columns, files: [] };
    groups.set(key, group);
    group.files.push(file.name);
  }
  return { tables: [...groups.values()], notes };
}

/**
 * The parts of a job, with what is known or was said of their columns.
 *
 * @throws ImportError
 */
export async function jobParts(
  paths: readonly string[],
  chosen: readonly ChosenMapping[] | Mapping,
): Promise<{ parts: TablePart[]; notes: Note[] }> {
  const files = await jobFiles(paths);
  const { looked, notes } = await lookAt(files, 'roles' in chosen ? 1 : lookedAt);
  const said = 'roles' in chosen ? [] : chosen.map(({ columns, mapping }) => [keyOf(columns), mapping] as const);
  const mappings = new Map(said);
  const isOnly = files.length === 1;
  const parts = looked.map(({ file, table, columns }): TablePart => {
    const mapping = 'roles' in chosen ? chosen : (mappings.get(keyOf(columns)) ?? recognise(columns));
    return { file: table, mapping, facts: file.facts, ...(isOnly ? {} : { name: file.name }) };
  });
  return withSteps(parts, notes, looked);
}

/** Where some files tell a step, one that tells none has no place. */
function withSteps(
  parts: readonly TablePart[],
  notes: readonly Note[],
  looked: readonly Looked[],
): { parts: TablePart[]; notes: Note[] } {
  const tellsStep = ({ mapping, facts }: TablePart): boolean =>
    mapping.roles.step !== undefined ||
    mapping.roles.epoch !== undefined ||
    facts?.step !== undefined ||
    facts?.epoch !== undefined;
  if (!parts.some(tellsStep)) return { parts: [...parts], notes: [...notes] };
  const left = parts.filter((part, place) => {
    if (tellsStep(part)) return true;
    if (looked[place]?.file.isChosen === true) {
      throw new ImportError('neither its rows nor its name tell the step, as those of the other files do').in(
        part.name ?? '',
      );
    }
    return false;
  });
  const dropped = parts.filter((part) => !left.includes(part));
  const told = dropped.map(({ name = '' }): Note => ({ kind: 'skipped', file: name, reason: 'step' }));
  return { parts: left, notes: [...notes, ...told] };
}

async function lookAt(files: readonly JobFile[], most = lookedAt): Promise<{ looked: Looked[]; notes: Note[] }> {
  const looked: Looked[] = [];
  const notes: Note[] = [];
  for (const file of files) {
    try {
      const table = await openTable(file.path);
      const { columns, rows } = await firstRows(table, most);
      if (file.isChosen) refuseOthers(table, columns, rows);
      looked.push({ file, table, columns, rows });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      if (file.isChosen) throw files.length === 1 ? error : error.in(file.name);
      notes.push({ kind: 'skipped', file: file.name, reason: 'unreadable', detail: error.message });
    }
  }
  return ofPredictions(looked, notes);
}

/** Files that people take for predictions, and that are something else. @throws ImportError */
function refuseOthers({ form }: TableFile, columns: readonly string[], rows: readonly TableRow[]): void {
  const has = (...names: string[]): boolean => names.every((name) => columns.includes(name));
  const [only] = columns;
  if (has('doc', 'metric', 'model_response')) {
    throw new ImportError(
      'These are details of lighteval, which cannot be read yet: write prompt, prediction and target as JSON Lines.',
    );
  }
  if (has('log_history') || rows.every(({ cells }) => Object.values(cells).every((cell) => holdsNoText(cell, form)))) {
    throw new ImportError(
      'This holds metrics and no predictions: choose the file that the trainer writes its answers to.',
    );
  }
  if (columns.length === 1 && only !== undefined && !namesChat(only)) {
    throw new ImportError(
      `Only one column was found (“${only.slice(0, 60)}”): predictions have a prompt and an answer at least, as JSON Lines, JSON, CSV or Parquet.`,
    );
  }
}

function holdsNoText(cell: unknown, form: TableFile['form']): boolean {
  if (form === 'csv') return typeof cell === 'string' && (standsForNothing(cell) || Number.isFinite(Number(cell)));
  return typeof cell !== 'string' && (typeof cell !== 'object' || cell === null);
}

/** What a folder holds beside predictions, such as metrics, is left out. */
function ofPredictions(looked: readonly Looked[], notes: readonly Note[]): { looked: Looked[]; notes: Note[] } {
  const isKnown = ({ file, columns }: Looked): boolean =>
    file.isChosen || missingRoles(recognise(columns)).length === 0;
  const known = looked.filter(isKnown);
  if (known.length > 0) {
    const others = looked.filter((one) => !isKnown(one));
    const left = others.map(({ file }): Note => ({ kind: 'skipped', file: file.name, reason: 'columns' }));
    return { looked: known, notes: [...notes, ...left] };
  }
  const kinds = new Set(looked.map(({ columns }) => keyOf(columns)));
  // All of one kind: what their columns mean can be asked.
  if (kinds.size === 1) return { looked: [...looked], notes: [...notes] };
  const first = looked[0]?.columns.slice(0, 8).join(', ');
  throw new ImportError(
    first === undefined
      ? 'No file of this folder can be read as a table.'
      : `No file of this folder has columns that are known to hold prompts and answers (one has: ${first}). Import one file by itself to say what its columns are.`,
  );
}

/** The first predictions of the first tables with these columns, as they would be imported; their numbers may change. */
export async function previewOf(
  paths: readonly string[],
  { columns, mapping }: ChosenMapping,
  most: number,
): Promise<Imported[]> {
  const { looked } = await lookAt(await jobFiles(paths));
  const table = looked.find((one) => keyOf(one.columns) === keyOf(columns));
  if (table === undefined) return [];
  const numbering = new Numbering(mapping, toldBy([table.file]));
  const csv = table.table.form === 'csv' ? new CsvCells(mapping.isOwn) : undefined;
  for (const { cells } of table.rows) csv?.look(cells);
  csv?.beginSecondReading();
  const mapper = new RowMapper(mapping, csv, numbering, { facts: table.file.facts });
  const rows: Imported[] = [];
  for (const row of table.rows) {
    rows.push(...mapper.rows(row));
    if (rows.length >= most) break;
  }
  return rows.slice(0, most);
}

function keyOf(columns: readonly string[]): string {
  return JSON.stringify([...columns].sort());
}
