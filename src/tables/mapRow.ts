import * as Type from 'typebox';
import { fromHarmless } from '../csv.ts';
import { withinLevels } from '../wire/depth.ts';
import { isRawNumber, writtenNumber } from '../wire/exactJson.ts';
import { numberFields } from '../wire/prediction.ts';
import { type Schema, SchemaError, schema } from '../wire/schema.ts';
import { importedPrediction } from '../wire/sentPrediction.ts';
import { CellError, countOf, epochOf, fieldValueOf, meaningOf, shown, textOf } from './cells.ts';
import { isLeftOut, type Mapping, type Role } from './columns.ts';
import type { CsvCells } from './csvCells.ts';
import { tooDeep } from './jsonLines.ts';
import type { Numbering } from './numbering.ts';
import { type Imported, isObject, type TableRow } from './rows.ts';
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

/** Turns rows of one table into predictions. */
export class RowMapper {
  readonly #mapping: Mapping;
  readonly #csv: CsvCells | undefined;
  readonly #numbering: Numbering;
  readonly #roleOf: ReadonlyMap<string, Role>;

  /** @param csv undefined where the cells have types */
  constructor(mapping: Mapping, csv: CsvCells | undefined, numbering: Numbering) {
    this.#mapping = mapping;
    this.#csv = csv;
    this.#numbering = numbering;
    this.#roleOf = new Map(Object.entries(mapping.roles).map(([role, column]) => [column, role as Role]));
  }

  /** @throws ImportError naming line and column of what does not fit */
  map({ line, cells }: TableRow): Imported {
    const row: Imported = {};
    try {
      withinLevels(cells);
    } catch (error) {
      throw error instanceof SchemaError ? tooDeep(line, error) : error;
    }
    for (const [column, cell] of Object.entries(cells)) {
      try {
        this.#place(row, column, cell);
      } catch (error) {
        throw error instanceof CellError ? new ImportError(error.message, line, column, { cause: error }) : error;
      }
    }
    for (const role of ['prompt', 'prediction'] as const) {
      if (typeof row[role] !== 'string') {
        throw new ImportError(`expected a text, got nothing`, line, this.#mapping.roles[role] ?? role);
      }
    }
    try {
      this.#numbering.number(row);
      importedPrediction.parse(withPlainScores(row));
      return row;
    } catch (error) {
      if (error instanceof CellError) throw new ImportError(error.message, line, null, { cause: error });
      if (error instanceof SchemaError) throw this.#unfitting(error, row, line);
      throw error;
    }
  }

  #place(row: Imported, column: string, cell: unknown): void {
    if (isLeftOut(column, this.#mapping.isOwn) || this.#csv?.isCopy(column)) return;
    const role = this.#roleOf.get(column);
    if (role !== undefined) {
      this.#placeRole(row, role, column, cell);
      return;
    }
    // A column may have the name of what every object has.
    const field = Object.hasOwn(this.#mapping.fields, column) ? this.#mapping.fields[column] : undefined;
    if (field !== undefined && (!laterFields.has(field) || this.#fits(cell, field))) {
      set(row, field, this.#known(cell, field));
    } else {
      // An unknown field must not be taken for one that means something.
      set(row, fieldTypes.has(column) ? `original_${column}` : column, this.#unknown(column, cell));
    }
  }

  #fits(cell: unknown, field: string): boolean {
    try {
      return laterFields.get(field)?.check(withPlainScores({ [field]: this.#known(cell, field) })) ?? false;
    } catch (error) {
      if (error instanceof CellError) return false;
      throw error;
    }
  }

  #known(cell: unknown, field: string): unknown {
    const number = numberFields.has(field) ? writtenNumber(cell) : undefined;
    if (number !== undefined) return Number(number);
    return typeof cell === 'string' && this.#csv !== undefined ? this.#field(cell, field) : cell;
  }

  #placeRole(row: Imported, role: Role, column: string, cell: unknown): void {
    switch (role) {
      case 'prompt':
      case 'prediction':
      case 'ground_truth': {
        const content = typeof cell === 'string' ? this.#content(cell, column) : cell;
        const isNothing = role === 'ground_truth' && this.#csv !== undefined && cell === '';
        set(row, role, isNothing ? null : textOf(content));
        // Of what was more than a text, the whole is kept.
        if (typeof content === 'object' && content !== null && writtenNumber(content) === undefined) {
          set(row, fieldTypes.has(column) ? `original_${column}` : column, content);
        }
        return;
      }
      case 'epoch': {
        const epoch = epochOf(cell);
        if (epoch !== null) set(row, role, epoch);
        return;
      }
      case 'step':
        set(row, role, countOf(cell));
        return;
      case 'sample_index':
        this.#placeSample(row, cell);
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

  #content(cell: string, column: string): unknown {
    if (this.#csv === undefined) return cell;
    const text = this.#mapping.isOwn ? fromHarmless(cell) : cell;
    const isStructured = /^(arguments|messages|filtered_?resps|resps)$/i.test(column);
    return isStructured ? meaningOf(text) : text;
  }

  #field(cell: string, field: string): unknown {
    return fieldValueOf(this.#mapping.isOwn ? fromHarmless(cell) : cell, fieldTypes.get(field) ?? []);
  }

  #unknown(column: string, cell: unknown): unknown {
    if (typeof cell !== 'string' || this.#csv === undefined) return cell;
    const text = this.#mapping.isOwn ? fromHarmless(cell) : cell;
    // Only a text is made harmless: `'-5` is no number.
    return text === cell ? this.#csv.meaningOf(column, cell) : text;
  }

  #unfitting(error: SchemaError, row: Imported, line: number): ImportError {
    const field = /^[^.[]+/.exec(error.field)?.[0] ?? '';
    const fields = Object.entries({ ...this.#mapping.fields, ...swapped(this.#mapping.roles) });
    const column = fields.find(([, name]) => name === field)?.[0] ?? field;
    const problem = error.message.slice(error.field === '' ? 0 : error.field.length + 2);
    return new ImportError(
      problem === 'required' ? 'nothing stands here' : `${problem}, got ${shown(row[field])}`,
      line,
      column,
      { cause: error },
    );
  }
}

function swapped(roles: Mapping['roles']): Record<string, string> {
  return Object.fromEntries(Object.entries(roles).map(([role, column]) => [column, role]));
}

/** The row as schemas know it: a score whose digits are kept is a number to them. */
function withPlainScores(row: Imported): Imported {
  const scores = row['scores'];
  if (!isObject(scores) || !Object.values(scores).some(isRawNumber)) return row;
  const plain = Object.entries(scores).map(([name, score]) => [
    name,
    isRawNumber(score) ? Number(score.rawJSON) : score,
  ]);
  return { ...row, scores: Object.fromEntries(plain) };
}

/** A plain assignment would lose a column of the name `__proto__`. */
function set(row: Imported, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}

function typesOf(type: unknown): string[] {
  if (!isObject(type)) return [];
  const own = typeof type['type'] === 'string' ? [type['type']] : [];
  const branches = Array.isArray(type['anyOf']) ? type['anyOf'].flatMap(typesOf) : [];
  return [...own, ...branches];
}
