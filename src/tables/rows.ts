/** A row of a table that people have: what stands in its columns, as the file says it. */
export interface TableRow {
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** By column name, in the file's order. Of CSV each is a text. */
  readonly cells: Readonly<Record<string, unknown>>;
  /** How many values of it are no finite numbers: Python's tokens, which are `NaN` here. */
  readonly notFinite?: number;
}

/** The row as a prediction of the wire contract; columns that mean nothing to it are kept as unknown fields. */
export type Imported = Record<string, unknown>;

/** Larger rows are refused, in characters: no server would take them. */
export const longestRow = 32 * 1024 * 1024;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
