import { isKnownScore, namesScore } from '../../model/scores.ts';
import { CellError, countOf, textOf } from '../../tables/cells.ts';
import { predictionFields } from '../../wire/prediction.ts';
import { RowError } from './format.ts';

/** Longer names of scores are refused by servers, in characters. */
const longestName = 100;

/** @throws RowError where there is none */
export function requiredText(cells: Readonly<Record<string, unknown>>, column: string): string {
  if (!Object.hasOwn(cells, column)) throw new RowError(`"${column}" is missing`);
  return textOf(cells[column]) ?? '';
}

/** The step of a row, else that of its file. @throws RowError where neither tells it */
export function stepOf(value: unknown, ofFile: number | undefined): number {
  if (value == null || Number.isNaN(value)) {
    if (ofFile === undefined) throw new RowError('neither row nor file tells the step');
    return ofFile;
  }
  try {
    return countOf(value);
  } catch (cause) {
    throw cause instanceof CellError ? new RowError(`"step": ${cause.message}`, { cause }) : cause;
  }
}

/** What JSON has as a number, a truth value or nothing; NaN where a number was not finite. */
export function plainScore(value: unknown): number | boolean | null | undefined {
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined;
}

/** A number or truth value, NaN where it was not finite, null for none; undefined for what is no score. */
export type ScoreReader = (value: unknown) => number | boolean | null | undefined;

/**
 * What stands in the other columns of a row: scores where the value is one and the name may be one, else fields that no
 * reader takes for a prediction's own.
 *
 * @param taken columns that have a place already
 * @param isScore whether a name may be a score's
 */
export function otherCells(
  cells: Readonly<Record<string, unknown>>,
  taken: ReadonlySet<string>,
  read: ScoreReader,
  isScore: (name: string) => boolean = mayBeScore,
): { scores: Record<string, number | boolean | null>; fields: Record<string, unknown> } {
  const scores: [string, number | boolean | null][] = [];
  const fields: [string, unknown][] = [];
  for (const [name, value] of Object.entries(cells)) {
    if (taken.has(name)) continue;
    const score = isScore(name) ? read(value) : undefined;
    if (score !== undefined) scores.push([name, score]);
    else if (value !== null) fields.push([predictionFields.has(name) ? `original_${name}` : name, value]);
  }
  return { scores: Object.fromEntries(scores), fields: Object.fromEntries(fields) };
}

/** Whether a name may stand under `scores`. */
export function fitsScore(name: string): boolean {
  return name !== '' && name.length <= longestName && (isKnownScore(name) || !predictionFields.has(name));
}

function mayBeScore(name: string): boolean {
  return fitsScore(name) && (isKnownScore(name) || namesScore(name) || /reward|score/i.test(name));
}
