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
  prompt: [
    ...['prompt', 'inputprompt', 'arguments', 'messages', 'conversations', 'conversation', 'instruction', 'input'],
    ...['question', 'query'],
  ],
  prediction: [
    ...['prediction', 'predictedcompletion', 'predictedcompletion(model.generate)', 'predict', 'outputresponse'],
    ...['filteredresps', 'generatedtext', 'completion', 'output', 'resps', 'response'],
    'predictedcompletion(trainer.predictionstep)',
  ],
  ground_truth: [
    ...['groundtruth', 'correctcompletion', 'target', 'gts', 'label', 'labels', 'reference', 'references'],
    ...['expected', 'answerkey'],
  ],
  epoch: ['epoch'],
  step: ['step', 'globalstep', 'genstep'],
  sample_index: ['sampleindex', 'docid', 'id'],
};

/** Names of a prediction's own fields that other programs use. */
const otherFieldNames: ReadonlyMap<string, string> = new Map([
  ['rolloutn', 'completion_index'],
  ['completionid', 'completion_index'],
  ['datasource', 'sample_source'],
  ['split', 'sample_source'],
  ['taskname', 'sample_source'],
]);

/** Columns of prompts that may be chats with the answer at their end. */
const chatNames: readonly string[] = ['messages', 'conversations', 'conversation', 'content'];
/** What a data set calls the right answer and a program the model's. */
const eitherNames: readonly string[] = ['completion', 'output', 'response'];

const roles = Object.keys(knownNames) as Role[];
/** What only a server sets, or what belongs to the job that a file was exported from. */
const leftOut: ReadonlySet<string> = new Set(['job_id', 'user_id', 'seq']);
const plainLeftOut: ReadonlySet<string> = new Set(['jobid', 'userid', 'seq']);
const ownNames = ['id', 'created_at', 'epoch', 'step', 'sample_index', 'prompt', 'prediction'];

/** Names of columns are asked for with each row. */
const plainNames = new Map<string, string>();

/** The prediction's fields by their plain names. */
const fieldNames = new Map(
  Object.keys(isObject(importedPrediction.type) ? (importedPrediction.type['properties'] as object) : {}).map(
    (name) => [plain(name), name],
  ),
);

/** A name as names are compared: without case, spaces and underscores. */
export function plain(name: string): string {
  let known = plainNames.get(name);
  if (known === undefined) {
    // A file may make up names without end.
    if (plainNames.size >= 10_000) plainNames.clear();
    known = name.toLowerCase().replace(/[\s_]+/g, '');
    plainNames.set(name, known);
  }
  return known;
}

/** Whether a table with these columns is one that this extension exported. */
export function isOwnExport(columns: readonly string[]): boolean {
  return ownNames.every((name) => columns.includes(name));
}

export function namesChat(column: string): boolean {
  return chatNames.includes(plain(column));
}

/** Columns by what they seem to stand for, as far as their names say it; their order says nothing. */
export function recognise(columns: readonly string[]): Mapping {
  const isOwn = isOwnExport(columns);
  if (isOwn) return withFields(columns, Object.fromEntries(roles.map((role) => [role, role])), isOwn);
  const byName = columnsByName(columns);
  const found: Partial<Record<Role, string>> = {};
  for (const role of roles) {
    const name = knownNames[role].find((known) => byName.has(known));
    const column = name === undefined ? undefined : byName.get(name);
    if (column !== undefined) found[role] = column;
  }
  const answer = byName.get('answer');
  if (answer !== undefined) {
    // Beside an answer of the model it is the right one, beside the right one it is the model's.
    if (found.prediction !== undefined) found.ground_truth ??= answer;
    else if (found.ground_truth !== undefined) found.prediction = answer;
  }
  // NeMo RL has the whole chat in a column that could hold anything, beside what the chat was worth.
  const content = byName.get('content');
  if (content !== undefined && byName.has('rewards') && found.prediction === undefined && found.prompt === undefined) {
    found.prompt = found.prediction = content;
  }
  return withFields(columns, found, isOwn);
}

/** One column by each plain name; of several the one that is written like it, else the first by code units. */
function columnsByName(columns: readonly string[]): Map<string, string> {
  const byName = new Map<string, string>();
  for (const column of [...columns].sort()) {
    const name = plain(column);
    const known = byName.get(name);
    if (known === undefined || (column === column.toLowerCase() && known !== known.toLowerCase())) {
      byName.set(name, column);
    }
  }
  return byName;
}

/** Whether a column that holds nothing anywhere is as good as none: it would say where a row belongs. */
export function namesNumber(column: string): boolean {
  const name = plain(column);
  return (['epoch', 'step', 'sample_index'] as const).some((role) => knownNames[role].includes(name));
}

/** A mapping with roles that a person chose; null takes a role away. */
export function assign(
  columns: readonly string[],
  mapping: Mapping,
  chosen: Partial<Record<Role, string | null>>,
): Mapping {
  // A chat may be both: the prompt, and at its end the answer.
  const isChat =
    chosen.prediction != null && namesChat(chosen.prediction) && mapping.roles.prompt === chosen.prediction;
  const taken = new Set(Object.values(chosen));
  const kept = Object.entries(mapping.roles).filter(
    ([role, column]) => !(role in chosen) && (!taken.has(column) || (isChat && role === 'prompt')),
  );
  const picked = Object.entries(chosen).filter(([, column]) => column !== null);
  return withFields(columns, Object.fromEntries([...kept, ...picked]) as Mapping['roles'], mapping.isOwn);
}

/** Roles without which there is no prediction, that no column was found for. */
export function missingRoles({ roles: found }: Mapping): Role[] {
  return (['prediction', 'prompt'] as const).filter((role) => found[role] === undefined);
}

/**
 * Columns that may hold the right answer, where no name says which does: `output` beside `prediction` is what a data set
 * calls it, and may be anything else.
 */
export function truthCandidates(columns: readonly string[], { roles: found, isOwn }: Mapping): string[] {
  if (isOwn || found.ground_truth !== undefined || found.prediction === undefined) return [];
  return columns.filter((column) => eitherNames.includes(plain(column)) && column !== found.prediction);
}

function withFields(columns: readonly string[], found: Mapping['roles'], isOwn: boolean): Mapping {
  const taken = new Set(Object.values(found));
  const fields: Record<string, string> = {};
  const place = (column: string, field: string | undefined): void => {
    const isRole = roles.some((role) => role === field);
    // A field of that name is a prediction's only where it is used as one; another's id is no prediction's id.
    if (field === undefined || isRole || (field === 'id' && !isOwn)) return;
    if (!Object.values(fields).includes(field)) fields[column] = field;
  };
  // A row far down may have a field that none of those that were looked at has: it goes by its plain name alone, as all
  // do that we exported ourselves.
  for (const column of [...(isOwn ? [] : [...columns].sort()), ...fieldNames.values()]) {
    if (!taken.has(column) && !isLeftOut(column, isOwn)) place(column, fieldNames.get(plain(column)));
  }
  if (isOwn) return { roles: found, fields, isOwn };
  for (const column of [...columns].sort()) {
    const field = otherFieldNames.get(plain(column));
    const own = field === undefined ? undefined : columns.find((name) => plain(name) === plain(field));
    if (field === undefined || own !== undefined || taken.has(column)) continue;
    for (const [name, known] of Object.entries(fields)) if (known === field) delete fields[name];
    fields[column] = field;
  }
  return { roles: found, fields, isOwn };
}

/** Whether a column is not imported at all. */
export function isLeftOut(column: string, isOwn: boolean): boolean {
  return isOwn ? leftOut.has(column) : plainLeftOut.has(plain(column));
}
