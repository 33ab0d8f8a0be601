import { importedPrediction } from '../wire/sentPrediction.ts';
import { isObject } from './rows.ts';

/** What a column can stand for. */
export type Role = 'prompt' | 'prediction' | 'ground_truth' | 'epoch' | 'step' | 'sample_index';

/** Which column stands for what; a column that is not named stands for itself. */
export interface Mapping {
  readonly roles: Readonly<Partial<Record<Role, string>>>;
  /** Columns of the prediction itself, under the names of the wire contract. */
  readonly fields: Readonly<Record<string, string>>;
  /** A file that this extension exported: ids are those of predictions, and CSV's formulas were made harmless. */
  readonly isOwn: boolean;
}

/** Names that people use, without case, spaces and underscores; earlier ones are believed first. */
const knownNames: Readonly<Record<Role, readonly string[]>> = {
  prompt: ['prompt', 'arguments', 'messages', 'input', 'question'],
  prediction: ['prediction', 'predictedcompletion', 'filteredresps', 'completion', 'output', 'resps', 'response'],
  ground_truth: ['groundtruth', 'correctcompletion', 'target', 'label'],
  epoch: ['epoch'],
  step: ['step', 'globalstep'],
  sample_index: ['sampleindex', 'docid', 'id'],
};

const roles = Object.keys(knownNames) as Role[];
/** What only a server sets, or what belongs to the job that a file was exported from. */
const leftOut = ['job_id', 'user_id', 'seq'];
const ownNames = ['id', 'created_at', 'epoch', 'step', 'sample_index', 'prompt', 'prediction'];

/** The prediction's fields by their plain names. */
const fieldNames = new Map(
  Object.keys(isObject(importedPrediction.type) ? (importedPrediction.type['properties'] as object) : {}).map(
    (name) => [plain(name), name],
  ),
);

/** A name as names are compared: without case, spaces and underscores. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_]+/g, '');
}

/** Whether a table with these columns is one that this extension exported. */
export function isOwnExport(columns: readonly string[]): boolean {
  return ownNames.every((name) => columns.includes(name));
}

/** Columns by what they seem to stand for, as far as their names say it. */
export function recognise(columns: readonly string[]): Mapping {
  const isOwn = isOwnExport(columns);
  if (isOwn) return withFields(columns, Object.fromEntries(roles.map((role) => [role, role])), isOwn);
  const byName = new Map(columns.map((column) => [plain(column), column]));
  const found: Partial<Record<Role, string>> = {};
  for (const role of roles) {
    const name = knownNames[role].find((known) => byName.has(known));
    const column = name === undefined ? undefined : byName.get(name);
    if (column !== undefined) found[role] = column;
  }
  return withFields(columns, found, isOwn);
}

/** A mapping with roles that a person chose; null takes a role away. */
export function assign(
  columns: readonly string[],
  mapping: Mapping,
  chosen: Partial<Record<Role, string | null>>,
): Mapping {
  const taken = new Set(Object.values(chosen));
  const kept = Object.entries(mapping.roles).filter(([role, column]) => !(role in chosen) && !taken.has(column));
  const picked = Object.entries(chosen).filter(([, column]) => column !== null);
  return withFields(columns, Object.fromEntries([...kept, ...picked]) as Mapping['roles'], mapping.isOwn);
}

/** Roles without which there is no prediction, that no column was found for. */
export function missingRoles({ roles: found }: Mapping): Role[] {
  return (['prediction', 'prompt'] as const).filter((role) => found[role] === undefined);
}

function withFields(columns: readonly string[], found: Mapping['roles'], isOwn: boolean): Mapping {
  const taken = new Set(Object.values(found));
  const fields: Record<string, string> = {};
  // A row far down may have a field that none of those that were looked at has: it goes by its plain name alone, as all
  // do that we exported ourselves.
  for (const column of [...(isOwn ? [] : columns), ...fieldNames.values()]) {
    if (taken.has(column) || isLeftOut(column, isOwn)) continue;
    const field = fieldNames.get(plain(column));
    const isRole = roles.some((role) => role === field);
    // A field of that name is a prediction's only where it is used as one; another's id is no prediction's id.
    if (field === undefined || isRole || (field === 'id' && !isOwn)) continue;
    if (!Object.values(fields).includes(field)) fields[column] = field;
  }
  return { roles: found, fields, isOwn };
}

/** Whether a column is not imported at all. */
export function isLeftOut(column: string, isOwn: boolean): boolean {
  return leftOut.some((name) => (isOwn ? name === column : plain(name) === plain(column)));
}
