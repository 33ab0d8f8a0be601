import type { Direction } from '../../model/directions.ts';
import type { SampleKey } from '../../model/samples.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';

/** Answers of one sample that stand out, by row; undefined where there is none. */
export interface Landmarks {
  /** The oldest one. */
  readonly first: number | undefined;
  /**
   * The best one by the deciding score, the largest where neither direction is better; of equal ones the oldest. Looked
   * for where it is wanted alone, since another best one costs a walk over all.
   */
  readonly best: number | undefined;
  /** The oldest one that is an exact match. */
  readonly firstCorrect: number | undefined;
  /** The oldest one that is worse than those of the checkpoint before. */
  readonly firstRegression: number | undefined;
}

/** Scores that differ by less are equal. */
const tolerance = 1e-9;

/**
 * The landmarks of a sample. Of a long history only what changed is looked at, unless one is no longer what it was.
 *
 * @param known as they were before `changed`; null where nothing is known of them
 * @param changed the rows of the sample that are new, or whose marks may be others now
 */
export function landmarksOf(
  store: PredictionStore,
  sample: SampleKey | null,
  known: Landmarks | null,
  changed: ReadonlySet<number> | null,
  wantsBest: boolean,
): Landmarks {
  const rows = changed === null ? null : [...changed].filter((row) => !store.isSuperseded(row));
  const { judge, table } = store;
  const isOlder = (row: number, other: number): boolean => table.newestFirst(row, other) > 0;
  const all = (): number[] => (sample === null ? [] : store.historyRows(sample));
  const oldest = (found: number | undefined, test: (row: number) => boolean): number | undefined => {
    if (known === null || rows === null || (found !== undefined && rows.includes(found) && !test(found))) {
      return all().findLast(test);
    }
    let first = found;
    for (const row of rows) if (test(row) && (first === undefined || isOlder(row, first))) first = row;
    return first;
  };
  const best = (found: number | undefined): number | undefined => {
    if (judge === null || !wantsBest) return undefined;
    const value = (row: number): number => worth(table.score(row, judge.name), judge.direction);
    // A better one decides which of the others are equal to the best.
    const mayChange = (row: number): boolean =>
      found === undefined ||
      value(row) > value(found) ||
      (isOlder(row, found) && value(row) >= value(found) - tolerance);
    return known === null || rows === null || rows.some(mayChange) ? bestOf(all(), value) : found;
  };
  return {
    first: oldest(known?.first, () => true),
    best: best(known?.best),
    firstCorrect: oldest(known?.firstCorrect, (row) => table.score(row, 'exact_match') === 1),
    firstRegression: oldest(known?.firstRegression, (row) => store.mark(row) === 'worse'),
  };
}

/** A larger one is better. */
function worth(value: number, direction: Direction): number {
  return direction === 'lower' ? -value : value;
}

/** @param rows newest first */
function bestOf(rows: readonly number[], value: (row: number) => number): number | undefined {
  let top = Number.NEGATIVE_INFINITY;
  for (const row of rows) if (value(row) > top) top = value(row);
  return rows.findLast((row) => value(row) >= top - tolerance);
}
