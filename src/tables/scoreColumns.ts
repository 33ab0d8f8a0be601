import { compareScoreNames, isKnownScore, mostOtherScores } from '../model/scores.ts';
import { predictionFields } from '../wire/prediction.ts';

/** Before the name of a score whose own name another column has. */
const prefix = 'scores.';

/**
 * The columns of a CSV that repeat what its column `scores` holds as JSON, one a score: for people and spreadsheets.
 *
 * @param names scores that have a value under `scores` somewhere
 * @param fields the other columns
 * @returns the names of the columns by those of the scores, known ones first, the others by name
 */
export function scoreColumns(names: Iterable<string>, fields: ReadonlySet<string>): ReadonlyMap<string, string> {
  const sorted = [...names].sort(compareScoreNames);
  const known = sorted.filter(isKnownScore).length;
  const taken = new Set(fields);
  const columns = new Map<string, string>();
  for (const name of sorted.slice(0, known + mostOtherScores)) {
    let column = predictionFields.has(name) ? prefix + name : name;
    while (taken.has(column)) column = prefix + column;
    taken.add(column);
    columns.set(name, column);
  }
  return columns;
}

/** The scores of which a column of this name may be such a copy. */
export function scoresOfColumn(column: string): string[] {
  return column.startsWith(prefix) ? [column, ...scoresOfColumn(column.slice(prefix.length))] : [column];
}
