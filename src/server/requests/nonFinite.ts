import { isKnownScore } from '../../model/knownScores.ts';
import { numberFields, predictionFields } from '../../wire/prediction.ts';
import type { ReadJson, Way } from '../../wire/pythonJson.ts';
import type { Schema } from '../../wire/schema.ts';
import { formOfText } from '../../wire/sentPrediction.ts';

/** Of a row: what of it was sent as no finite number. */
export interface NotFinite {
  /** Scores, beside or under `scores`. */
  readonly names: Set<string>;
  /** Values anywhere in the row. */
  count: number;
}

/** By the row's place in the member `list` of a body. @param list undefined: the text is one row, at the place 0 */
function notFiniteRows(ways: readonly Way[], list: string | undefined): Map<number, NotFinite> {
  const rows = new Map<number, NotFinite>();
  for (const way of ways) {
    const [place, ...steps] = list === undefined ? [0, ...way] : way[0] === list ? way.slice(1) : [];
    if (typeof place !== 'number') continue;
    const row = rows.get(place) ?? { names: new Set(), count: 0 };
    rows.set(place, row);
    row.count += 1;
    const name = steps.length === 2 && steps[0] === 'scores' ? steps[1] : steps.length === 1 ? steps[0] : undefined;
    if (typeof name === 'string') row.names.add(name);
  }
  return rows;
}

/**
 * Takes numbers that are too large for a double out of the scores of a row: they are kept as they were written, and are
 * none to count with. Any other field of the contract has the wrong type then.
 *
 * @returns the names of those that were; they are null now
 */
function withoutTooLarge(row: unknown): string[] {
  if (typeof row !== 'object' || row === null) return [];
  const { scores } = row as { scores?: unknown };
  return [row, ...(typeof scores === 'object' && scores !== null ? [scores] : [])].flatMap((part) => {
    const values = part as Record<string, unknown>;
    const names = Object.keys(values).filter(
      (name) =>
        typeof values[name] === 'number' &&
        !Number.isFinite(values[name]) &&
        (part !== row || !predictionFields.has(name) || (isKnownScore(name) && numberFields.has(name))),
    );
    for (const name of names) values[name] = null;
    return names;
  });
}

/** Takes texts out of a row that are null where their form is there, as Python has it: they are to be made of it. */
function withoutNullTexts(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false;
  const fields = row as Record<string, unknown>;
  const nulls = Object.entries(formOfText).filter(([text, form]) => fields[text] === null && fields[form] != null);
  for (const [text] of nulls) delete fields[text];
  return nulls.length > 0;
}

/** A body by its schema, and what of its rows was no finite number. */
export interface ParsedRows<T> {
  readonly body: T;
  /** By the row's place. */
  readonly notFinite: ReadonlyMap<number, NotFinite>;
}

/**
 * @param list the member that holds the rows; undefined where `json` is one row
 * @throws SchemaError
 */
export function parseRows<T>(schema: Schema<T>, json: ReadJson, list?: string): ParsedRows<T> {
  const notFinite = notFiniteRows(json.notFinite, list);
  try {
    return { body: schema.parse(json.value), notFinite };
  } catch (error) {
    const listed = list === undefined ? [json.value] : (json.value as Record<string, unknown> | null)?.[list];
    let found = false;
    for (const [place, row] of Array.isArray(listed) ? listed.entries() : []) {
      const names = withoutTooLarge(row);
      if (withoutNullTexts(row)) found = true;
      if (names.length === 0) continue;
      found = true;
      const known = notFinite.get(place);
      notFinite.set(place, { names: new Set([...(known?.names ?? []), ...names]), count: known?.count ?? 0 });
    }
    if (!found) throw error;
    return { body: schema.parse(json.value), notFinite };
  }
}
