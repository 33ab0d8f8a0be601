import { shown } from '../cells.ts';
import { isObject, type TableRow } from '../rows.ts';
import { ImportError } from '../tableError.ts';
import type { JsonValue } from './jsonValue.ts';

/** Members of an object under which programs write lists of rows. */
const listNames: ReadonlySet<string> = new Set([
  ...['predictions', 'rows', 'data', 'samples', 'records', 'results', 'examples', 'items', 'completions'],
]);

/** Members that a row has, and what is around rows has not. */
const rowNames: ReadonlySet<string> = new Set([
  ...['prompt', 'completion', 'prediction', 'input', 'output', 'response', 'question', 'messages'],
]);

export function namesList(name: string): boolean {
  return listNames.has(name);
}

/** Names of columns that stand beside lists of values. */
export function columnNames(columns: unknown): string[] | undefined {
  if (!Array.isArray(columns) || columns.length === 0) return undefined;
  const isName = (name: unknown): boolean => typeof name === 'string' || typeof name === 'number';
  return columns.every(isName) ? columns.map(String) : undefined;
}

/** The rows that a JSON value of a file is: one, a list of them, or a table of one of the forms of pandas. */
export function* rowsOfValue({ value, notFinite }: JsonValue, line: number): Generator<TableRow> {
  if (notFinite === 0 && isPlainRow(value)) {
    yield { line, cells: value };
    return;
  }
  const counted = notFinite > 0 ? { notFinite } : {};
  if (isObject(value)) {
    const row = unwrapped(value);
    const rows = tableRows(value) ?? listedRows(value);
    if (rows === undefined) yield { line, cells: row, ...counted };
    else for (const [index, row] of rows.entries()) yield* rowsOf(row, line, index === 0 ? counted : {});
  } else if (Array.isArray(value)) {
    for (const [index, row] of value.entries()) yield* rowsOf(row, line, index === 0 ? counted : {});
  } else {
    throw new ImportError(`expected a JSON object, got ${shown(value)}`, line);
  }
}

/** Nearly all rows: what has a text of its own is no table. */
function isPlainRow(value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || 'data' in value || 'row' in value) return false;
  for (const name in value) if (typeof value[name] === 'string') return rowNames.has(name) || !holdsList(value);
  return false;
}

function holdsList(value: Record<string, unknown>): boolean {
  return Object.keys(value).some((name) => namesList(name));
}

function* rowsOf(value: unknown, line: number, counted: Pick<TableRow, 'notFinite'>): Generator<TableRow> {
  if (isObject(value)) yield { line, cells: unwrapped(value), ...counted };
  else if (Array.isArray(value) && value.length > 0 && value.every(isObject)) {
    for (const cells of value) yield { line, cells, ...counted };
  } else throw new ImportError(`expected a JSON object, got ${shown(value)}`, line);
}

/** Hugging Face's data set viewer has its rows as `{row_idx, row: {…}}`. */
function unwrapped(row: Record<string, unknown>): Record<string, unknown> {
  return isObject(row['row']) && 'row_idx' in row ? row['row'] : row;
}

/** A list of values as a row. @throws ImportError */
export function zipped(names: readonly string[], values: unknown, line: number): Record<string, unknown> {
  if (!Array.isArray(values)) throw new ImportError(`expected a list of values, got ${shown(values)}`, line);
  if (values.length !== names.length) {
    throw new ImportError(`${values.length} values, but there are ${names.length} columns`, line);
  }
  return Object.fromEntries(names.map((name, index) => [name, values[index] as unknown]));
}

/** pandas' `split`, `index` and `columns`, and tables of Weights & Biases. */
function tableRows(value: Record<string, unknown>): unknown[] | undefined {
  const { columns, data } = value;
  const names = columnNames(columns);
  if (names !== undefined && Array.isArray(data) && data.every(Array.isArray)) {
    return data.map((values) => zipped(names, values, 1));
  }
  const members = Object.entries(value);
  if (members.length === 0 || !members.every(([, inner]) => isObject(inner))) return undefined;
  const inner = Object.values(value) as Record<string, unknown>[];
  const [first] = inner;
  const keys = Object.keys(first ?? {});
  if (keys.length === 0) return undefined;
  // By column, each `{"0": …, "1": …}`; a row has names instead of numbers in it.
  const isCounted = keys.every((key) => /^\d+$/.test(key));
  if (isCounted && members.every(([name]) => !/^\d+$/.test(name)) && members.length > 1) {
    return keys.map((key) => Object.fromEntries(members.map(([name, cells]) => [name, (cells as never)[key] ?? null])));
  }
  return members.every(([name]) => /^\d+$/.test(name)) ? inner : undefined;
}

/** `{"predictions": [{…}, …], …}` */
function listedRows(value: Record<string, unknown>): unknown[] | undefined {
  const lists = Object.entries(value).filter(
    ([name, inner]) => namesList(name) && Array.isArray(inner) && inner.length > 0 && inner.every(isObject),
  );
  const [only] = lists;
  // What has texts of its own is a row: `{"prompt": "…", "completions": [{…}]}`.
  const isRow = [...rowNames].some((name) => name in value);
  if (only === undefined || lists.length > 1 || isRow || isMessages(only[1])) return undefined;
  const around = placesOf(value);
  return (only[1] as Record<string, unknown>[]).map((row) => ({ ...around, ...unwrapped(row) }));
}

/** Members of an object around a list that say where all of its rows belong. */
export function placesOf(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([name, inner]) => namesPlace(name) && typeof inner !== 'object'),
  );
}

export function namesPlace(name: string): boolean {
  return /^(global_?)?step$|^epoch$|^sample_source$/i.test(name);
}

function isMessages(list: unknown): boolean {
  return Array.isArray(list) && list.every((one) => isObject(one) && 'role' in one && 'content' in one);
}
