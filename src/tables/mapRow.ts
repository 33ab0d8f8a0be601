import * as Type from 'typebox';
import { fromHarmless } from '../csv.ts';
import { namesScore, wordsOf } from '../model/scores.ts';
import { withinLevels } from '../wire/depth.ts';
import { isRawNumber, writtenNumber } from '../wire/exactJson.ts';
import { numberFields } from '../wire/prediction.ts';
import { type Schema, SchemaError, schema } from '../wire/schema.ts';
import { importedPrediction } from '../wire/sentPrediction.ts';
import { CellError, countOf, epochOf, fieldValueOf, meantValue, numberOf, shown, timeOf, truthOf } from './cells.ts';
import { cellChat, replyStart } from './chatCells.ts';
import { isLeftOut, type Mapping, namesChat, namesNumber, plain, type Role } from './columns.ts';
import type { CsvCells } from './csvCells.ts';
import type { PathFacts } from './files/pathFacts.ts';
import { tooDeep } from './json/jsonValue.ts';
import { Notes } from './notes.ts';
import type { Numbering } from './numbering.ts';
import { type Imported, isObject, type TableRow } from './rows.ts';
import { BatchLog } from './shapes/batchLog.ts';
import { rowsInLists } from './shapes/listRows.ts';
import { chatIn, hiddenTruth, structured, textsOf } from './shapes/texts.ts';
import { ImportError } from './tableError.ts';

const properties = (isObject(importedPrediction.type) ? importedPrediction.type['properties'] : {}) as Type.TProperties;

/** JSON schema types of the prediction's fields. */
const fieldTypes = new Map(Object.entries(properties).map(([name, type]) => [name, typesOf(type)]));

/** Fields of the second edition, each by itself: people had columns of these names for something else before. */
const laterFields = new Map<string, Schema<unknown>>(
  ['scores', 'completion_index', 'restart', 'restart_from', 'revision'].map((name) => [
    name,
    schema(Type.Object({ [name]: properties[name] ?? Type.Never() })),
  ]),
);

/** Without one of these there is no prediction. */
const needed: ReadonlySet<string> = new Set(['epoch', 'step', 'sample_index', 'prompt', 'prediction']);
const textRoles: readonly Role[] = ['prompt', 'prediction', 'ground_truth'];
/** Columns whose texts are JSON wherever cells have no types. */
const structuredColumns = /^(arguments|messages|conversations?|filtered_?resps|resps)$/i;
/** Words of a column by which a number that is written as a text is a score. */
const scoreWords: ReadonlySet<string> = new Set([
  ...['reward', 'rewards', 'score', 'acc', 'accuracy', 'pass', 'correct', 'match', 'f1', 'bleu', 'rouge'],
]);

export interface MapperOptions {
  readonly facts?: PathFacts;
  readonly notes?: Notes;
}

/** Those under which a text may be a number that JSON has not, as Weights & Biases writes it. */
const measureWords: ReadonlySet<string> = new Set([
  ...scoreWords,
  ...[
    'loss',
    'kl',
    'entropy',
    'perplexity',
    'ppl',
    'advantage',
    'advantages',
    'norm',
    'lr',
    'rate',
    'error',
    'cer',
    'wer',
  ],
]);

/** Turns rows of one table into predictions. */
export class RowMapper {
  /** Rows with NaN where a value was not finite. */
  readonly odd = new WeakSet<Imported>();
  readonly #mapping: Mapping;
  readonly #csv: CsvCells | undefined;
  readonly #numbering: Numbering;
  readonly #facts: PathFacts;
  readonly #notes: Notes;
  readonly #roleOf: ReadonlyMap<string, Role>;
  /** verl writes NumPy's scalars as texts. */
  readonly #hasNumbersAsTexts: boolean;
  #log = new BatchLog();
  /** Texts of the row that is made now which stand for numbers that JSON has not. */
  #named = 0;

  /** @param csv undefined where the cells have types */
  constructor(mapping: Mapping, csv: CsvCells | undefined, numbering: Numbering, options: MapperOptions = {}) {
    this.#mapping = mapping;
    this.#csv = csv;
    this.#numbering = numbering;
    // What we exported ourselves is taken to the letter.
    this.#facts = mapping.isOwn ? {} : (options.facts ?? {});
    this.#notes = options.notes ?? new Notes();
    this.#hasNumbersAsTexts = plain(mapping.roles.ground_truth ?? '') === 'gts';
    this.#roleOf = new Map(Object.entries(mapping.roles).map(([role, column]) => [column, role as Role]));
  }

  /** The predictions of a row: several where lists stand in it. @throws ImportError naming line and column */
  rows(row: TableRow): Imported[] {
    try {
      withinLevels(row.cells);
    } catch (error) {
      throw error instanceof SchemaError ? tooDeep(row.line, error) : error;
    }
    const read = this.#readTexts(row.cells);
    let all: readonly TableRow['cells'][];
    try {
      all = this.#fresh(rowsInLists(read, this.#mapping));
    } catch (error) {
      throw error instanceof CellError ? new ImportError(error.message, row.line, null, { cause: error }) : error;
    }
    return all.map((cells) => this.#made({ ...row, cells }));
  }

  /** Begins with the first row of the file again. */
  beginSecondReading(): void {
    this.#log = new BatchLog();
  }

  /** A batch without what the batches before it told of its step. */
  #fresh(batch: readonly TableRow['cells'][]): readonly TableRow['cells'][] {
    const { step } = this.#mapping.roles;
    if (batch.length < 2 || step === undefined) return batch;
    const fresh = this.#log.fresh(batch, batch[0]?.[step]);
    this.#notes.toldAgain(batch.length - fresh.length);
    return fresh;
  }

  #made({ line, cells, notFinite }: TableRow): Imported {
    const row: Imported = {};
    this.#named = 0;
    const asked = this.#placeTexts(row, cells, line);
    for (const [column, cell] of Object.entries(cells)) {
      try {
        this.#place(row, column, cell);
      } catch (error) {
        throw error instanceof CellError ? new ImportError(error.message, line, column, { cause: error }) : error;
      }
    }
    this.#checkTexts(row, line);
    this.#placeFacts(row, cells);
    const count = (notFinite ?? 0) + this.#named;
    if (count > 0) {
      this.odd.add(row);
      this.#notes.notFinite(count);
    }
    try {
      this.#numbering.number(row, asked);
      this.#check(row, count > 0);
      return row;
    } catch (error) {
      if (error instanceof CellError) throw new ImportError(error.message, line, null, { cause: error });
      if (error instanceof SchemaError) throw this.#unfitting(error, row, line);
      throw error;
    }
  }

  /** Columns of texts, with what CSV and texts in JSON say in JSON. */
  #readTexts(cells: TableRow['cells']): TableRow['cells'] {
    if (this.#mapping.isOwn && this.#csv === undefined) return cells;
    let read: Record<string, unknown> | undefined;
    for (const role of textRoles) {
      const column = this.#mapping.roles[role];
      const cell = column === undefined ? undefined : cells[column];
      if (column === undefined || typeof cell !== 'string') continue;
      const content = this.#content(cell, column);
      if (content !== cell) read = { ...(read ?? cells), [column]: content };
    }
    return read ?? cells;
  }

  #content(cell: string, column: string): unknown {
    if (this.#mapping.isOwn) return fromHarmless(cell);
    if (structuredColumns.test(column)) return structured(cell);
    return this.#csv !== undefined || namesChat(column) ? chatIn(cell) : cell;
  }

  /** @returns what the prompt is told from others by */
  #placeTexts(row: Imported, cells: TableRow['cells'], line: number): string {
    const { roles, isOwn } = this.#mapping;
    // An own export keeps its order.
    if (isOwn) return String(cells['prompt']);
    let texts: ReturnType<typeof textsOf>;
    try {
      texts = textsOf(cells, this.#mapping);
    } catch (error) {
      throw error instanceof CellError ? new ImportError(error.message, line, roles.prompt, { cause: error }) : error;
    }
    const { prompt, ground_truth: truth, messages, answer, scores, told, asked } = texts;
    let { prediction } = texts;
    if (prediction === null && roles.prediction !== undefined && Object.hasOwn(cells, roles.prediction)) {
      // A model that says nothing is said to have said null.
      prediction = '';
      this.#notes.emptyAnswer();
    }
    // In the order of the columns, as a reader of the file expects.
    for (const column of Object.keys(cells)) {
      const role = this.#roleOf.get(column);
      if (column === roles.prompt && prompt !== null) row['prompt'] = prompt;
      if (column === roles.prediction && prediction !== null) row['prediction'] = prediction;
      if (column === roles.ground_truth && truth !== undefined) {
        row['ground_truth'] = this.#csv !== undefined && truth === '' ? null : truth;
      }
      if (role === 'prompt' || role === 'prediction' || role === 'ground_truth') {
        this.#keepWhole(row, column, cells[column], told);
      }
    }
    if (truth != null) row['ground_truth'] = truth === '' && this.#csv !== undefined ? null : truth;
    if (messages !== undefined) row['messages'] = messages;
    if (answer !== undefined) row['answer'] = answer;
    if (scores !== undefined) row['scores'] = scores;
    return asked;
  }

  /** Of what was more than a text, the whole is kept. */
  #keepWhole(row: Imported, column: string, cell: unknown, told: ReadonlySet<string>): void {
    if (typeof cell !== 'object' || cell === null || writtenNumber(cell) !== undefined || told.has(column)) return;
    set(row, fieldTypes.has(column) || column === 'messages' ? `original_${column}` : column, cell);
  }

  #checkTexts(row: Imported, line: number): void {
    for (const role of ['prompt', 'prediction'] as const) {
      if (typeof row[role] === 'string') continue;
      const problem = `expected a text, got ${shown(row[role] ?? null)}`;
      throw new ImportError(problem, line, this.#mapping.roles[role] ?? role);
    }
  }

  /** What the file's name tells, and what hides in columns of other names. */
  #placeFacts(row: Imported, cells: TableRow['cells']): void {
    const { step, source, epoch, revision } = this.#facts;
    if (row['step'] === undefined && step !== undefined) row['step'] = step;
    if (row['epoch'] === undefined && epoch !== undefined) row['epoch'] = epoch;
    if (row['revision'] === undefined && revision !== undefined) row['revision'] = revision;
    if (row['sample_source'] == null && source !== undefined) row['sample_source'] = source;
    if (this.#mapping.isOwn || row['ground_truth'] != null) return;
    const truth = hiddenTruth(cells);
    if (truth !== null) row['ground_truth'] = truth;
  }

  #place(row: Imported, column: string, cell: unknown): void {
    if (isLeftOut(column, this.#mapping.isOwn) || this.#csv?.isCopy(column)) return;
    const role = this.#roleOf.get(column);
    if (role !== undefined) {
      this.#placeRole(row, role, cell);
      return;
    }
    // A column may have the name of what every object has.
    const field = Object.hasOwn(this.#mapping.fields, column) ? this.#mapping.fields[column] : undefined;
    if (field === undefined) this.#placeUnknown(row, column, cell);
    else if (laterFields.has(field) && !this.#fits(cell, field)) this.#placeUnknown(row, column, cell);
    else if (this.#mapping.isOwn) set(row, field, this.#known(cell, field));
    else this.#placeField(row, field, column, cell);
  }

  /** A value that does not say clearly what its field takes is kept beside it. */
  #placeField(row: Imported, field: string, column: string, cell: unknown): void {
    try {
      const value = field === 'created_at' ? timeOf(cell) : this.#known(cell, field);
      if (field === 'scores' && isObject(value) && isObject(row['scores'])) Object.assign(row['scores'], value);
      else set(row, field, value);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      this.#keepAside(row, field, column, cell);
    }
  }

  #keepAside(row: Imported, field: string, column: string, cell: unknown): void {
    set(row, `original_${fieldTypes.has(column) ? column : field}`, cell);
    this.#notes.keptAside(column, shown(cell));
  }

  #placeUnknown(row: Imported, column: string, cell: unknown): void {
    // A column of a number that holds nothing is none.
    if (!this.#mapping.isOwn && (cell === null || cell === '') && namesNumber(column)) return;
    // An unknown field must not be taken for one that means something.
    const isMeant = fieldTypes.has(column) || (column === 'messages' && !this.#mapping.isOwn && endsWithReply(cell));
    if (isMeant || Object.hasOwn(row, column)) set(row, `original_${column}`, this.#unknown(column, cell));
    else set(row, column, this.#unknown(column, cell));
  }

  /** NaN for a text that stands for a number that JSON has not. */
  #nan(column: string, cell: unknown): number | undefined {
    if (typeof cell !== 'string' || !/^(NaN|-?Infinity)$/.test(cell)) return undefined;
    if (!namesScore(column) || !wordsOf(column).some((word) => measureWords.has(word))) return undefined;
    this.#named += 1;
    return Number.NaN;
  }

  #fits(cell: unknown, field: string): boolean {
    try {
      return laterFields.get(field)?.check(finite(withPlainScores({ [field]: this.#known(cell, field) }))) ?? false;
    } catch (error) {
      if (error instanceof CellError) return false;
      throw error;
    }
  }

  #known(cell: unknown, field: string): unknown {
    const number = numberFields.has(field) ? writtenNumber(cell) : undefined;
    if (number !== undefined) return Number(number);
    const types = fieldTypes.get(field) ?? [];
    if (!this.#mapping.isOwn && (cell === 1 || cell === 0) && types.includes('boolean') && !types.includes('number')) {
      return cell === 1;
    }
    if (typeof cell !== 'string') return cell;
    if (this.#csv !== undefined) return fieldValueOf(this.#mapping.isOwn ? fromHarmless(cell) : cell, types);
    if (this.#mapping.isOwn || types.includes('string')) return cell;
    if (/^\s*$|^(nan|none|null)$/i.test(cell) && types.some((type) => type !== 'string')) return null;
    return meantValue(cell, types) ?? cell;
  }

  #placeRole(row: Imported, role: Role, cell: unknown): void {
    const known = cell === null && role === 'step' && this.#facts.step !== undefined ? undefined : cell;
    switch (role) {
      case 'epoch': {
        const epoch = epochOf(known);
        if (epoch !== null) set(row, role, epoch);
        return;
      }
      case 'step':
        if (known !== undefined) set(row, role, countOf(known));
        return;
      case 'sample_index':
        this.#placeSample(row, cell);
        return;
      default:
        if (this.#mapping.isOwn)
          set(row, role, role === 'ground_truth' && cell === '' && this.#csv !== undefined ? null : cell);
    }
  }

  /** Samples may be named instead of numbered: their names are kept as `prompt_id`. */
  #placeSample(row: Imported, cell: unknown): void {
    try {
      set(row, 'sample_index', countOf(cell));
    } catch (error) {
      if (typeof cell !== 'string' || cell === '' || this.#mapping.isOwn) throw error;
      set(row, 'sample_index', this.#numbering.sampleOfName(cell));
      set(row, 'prompt_id', cell);
    }
  }

  #unknown(column: string, cell: unknown): unknown {
    if (this.#csv === undefined) {
      if (this.#mapping.isOwn) return cell;
      return this.#nan(column, cell) ?? scoreIn(column, cell, this.#hasNumbersAsTexts);
    }
    if (typeof cell !== 'string') return cell;
    const text = this.#mapping.isOwn ? fromHarmless(cell) : cell;
    // Only a text is made harmless: `'-5` is no number.
    return text === cell ? this.#csv.meaningOf(column, cell) : text;
  }

  /** Holds the row to its schema; what is not needed and does not fit is kept beside it. @throws SchemaError */
  #check(row: Imported, holdsNaN: boolean): void {
    for (let tries = 0; ; tries += 1) {
      const told = withPlainScores(row);
      try {
        importedPrediction.parse(holdsNaN ? finite(told) : told);
        return;
      } catch (error) {
        const field = error instanceof SchemaError ? (/^[^.[]+/.exec(error.field)?.[0] ?? '') : '';
        if (this.#mapping.isOwn || needed.has(field) || !Object.hasOwn(row, field) || tries > 20) throw error;
        const value = row[field];
        delete row[field];
        this.#keepAside(row, field, this.#columnOf(field), value);
      }
    }
  }

  #columnOf(field: string): string {
    const fields = Object.entries({ ...this.#mapping.fields, ...swapped(this.#mapping.roles) });
    return fields.find(([, name]) => name === field)?.[0] ?? field;
  }

  #unfitting(error: SchemaError, row: Imported, line: number): ImportError {
    const field = /^[^.[]+/.exec(error.field)?.[0] ?? '';
    const problem = error.message.slice(error.field === '' ? 0 : error.field.length + 2);
    return new ImportError(
      problem === 'required' ? 'nothing stands here' : `${problem}, got ${shown(row[field])}`,
      line,
      this.#columnOf(field),
      { cause: error },
    );
  }
}

/** A number that is written as a text, under the name of a score; the sum of a list of rewards, one a token. */
function scoreIn(column: string, cell: unknown, isAnyText: boolean): unknown {
  if (typeof cell === 'string') {
    const isScore = isAnyText || wordsOf(column).some((word) => scoreWords.has(word));
    if (!isScore || !namesScore(column)) return cell;
    return truthOf(cell.trim()) ?? numberOf(cell.trim()) ?? (/^[+-]?(nan|inf|infinity)$/i.test(cell) ? null : cell);
  }
  const isList = Array.isArray(cell) && cell.length > 0 && cell.every((one) => typeof one === 'number');
  if (!isList || !['score', 'reward', 'rewards'].includes(plain(column))) return cell;
  return (cell as number[]).reduce((sum, one) => sum + one, 0);
}

function endsWithReply(cell: unknown): boolean {
  const chat = cellChat(cell);
  return chat !== undefined && replyStart(chat) < chat.messages.length;
}

function swapped(roles: Mapping['roles']): Record<string, string> {
  return Object.fromEntries(Object.entries(roles).map(([role, column]) => [column, role]));
}

/** The row as schemas know it: a score whose digits are kept is a number to them. */
function withPlainScores(row: Imported): Imported {
  const scores = row['scores'];
  if (!isObject(scores) || !Object.values(scores).some(isRawNumber)) return row;
  const plainScores = Object.entries(scores).map(([name, score]) => [
    name,
    isRawNumber(score) ? Number(score.rawJSON) : score,
  ]);
  return { ...row, scores: Object.fromEntries(plainScores) };
}

/** As JSON has it, which knows no NaN. */
function finite(row: Imported): Imported {
  const { scores } = row;
  const plainRow = withoutNaN(row);
  return isObject(scores) ? { ...plainRow, scores: withoutNaN(scores) } : plainRow;
}

function withoutNaN(row: Record<string, unknown>): Imported {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number.isNaN(value) ? null : value]));
}

/** A plain assignment would lose a column of the name `__proto__`. */
function set(row: Imported, name: string, value: unknown): void {
  if (name !== '__proto__') row[name] = value;
  else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}

function typesOf(type: unknown): string[] {
  if (!isObject(type)) return [];
  const own = typeof type['type'] === 'string' ? [type['type']] : [];
  const branches = Array.isArray(type['anyOf']) ? type['anyOf'].flatMap(typesOf) : [];
  return [...own, ...branches];
}
