import { writtenNumber } from '../wire/exactJson.ts';
import { type Prediction, predictionFields } from '../wire/prediction.ts';
import { endOf } from './completions.ts';
import { isKnownScore, type KnownScore, knownScores } from './knownScores.ts';

export { compareScoreNames, isKnownScore, type KnownScore, knownScores } from './knownScores.ts';

/** Other scores of a job that are summed up and get columns, at most: the first ones by name. */
export const mostOtherScores = 64;

/** Where a score of a row stands: a field of the contract, under `scores`, or another field of the row. */
export type ScoreOrigin = 'known' | 'scores' | 'field';

/** Fields of a row in which a score of this name may stand. */
type KnownFields<Name extends keyof Prediction> = Pick<Prediction, Name | 'scores'>;

/** A score of the contract, wherever it stands; null where the row has none. */
export function knownScore<Name extends KnownScore & keyof Prediction>(
  row: KnownFields<Name>,
  name: Name,
): number | null {
  // Whether dozens of scores are all of the right shape is looked at only where this one is among them.
  const isSent = typeof row.scores === 'object' && row.scores !== null && Object.hasOwn(row.scores, name);
  return (isSent ? scoreValue(sentScores(row)?.[name]) : null) ?? scoreValue(row[name]);
}

/**
 * A row's scores that have a value; each name once. What is under `scores` wins over the same beside it.
 *
 * @param take gets a finite value: a truth value is 1 or 0
 */
export function eachScore(row: Prediction, take: (name: string, value: number, origin: ScoreOrigin) => void): void {
  const fields = row as unknown as Readonly<Record<string, unknown>>;
  const own = sentScores(row);
  if (own !== undefined) {
    for (const name of Object.keys(own)) {
      const value = scoreValue(own[name]);
      if (value !== null) take(name, value, isKnownScore(name) ? 'known' : 'scores');
    }
  }
  const isOwn = (name: string): boolean => own !== undefined && Object.hasOwn(own, name) && own[name] !== null;
  for (const name of knownScores) {
    const value = scoreValue(fields[name]);
    if (value !== null && !isOwn(name)) take(name, value, 'known');
  }
  const end = isOwn('cut_off') || scoreValue(fields['cut_off']) !== null ? null : endOf(row);
  if (end !== null) take('cut_off', Number(end === 'cut off'), 'known');
  for (const name of Object.keys(row)) {
    if (predictionFields.has(name) || isKnownScore(name)) continue;
    const value = scoreValue(fields[name]);
    if (value !== null && namesScore(name) && !isOwn(name)) take(name, value, 'field');
  }
}

/** What is under `scores`; undefined where that has another shape than `scoresType`: then it is an unknown field. */
export function sentScores({ scores }: Pick<Prediction, 'scores'>): Readonly<Record<string, unknown>> | undefined {
  if (typeof scores !== 'object' || scores === null || Array.isArray(scores)) return undefined;
  const fields = scores as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields)) {
    if (name === '' || name.length > longestName) return undefined;
    const value = fields[name];
    const kind = typeof value;
    if (kind === 'number' || kind === 'boolean' || value === null) continue;
    // A number whose digits are kept, `-0.0` among them, is one too.
    if (writtenNumber(value) === undefined) return undefined;
  }
  return fields;
}

const longestName = 100;

/** Null is no score, and neither is what no double holds. */
function scoreValue(value: unknown): number | null {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'boolean':
      return Number(value);
    case 'object': {
      const written = writtenNumber(value);
      const number = written === undefined ? Number.NaN : Number(written);
      return Number.isFinite(number) ? number : null;
    }
    default:
      return null;
  }
}

/** Words by which a number is known for something else than a score. */
const otherWords: ReadonlySet<string> = new Set([
  ...['id', 'ids', 'idx', 'index', 'indices', 'seed', 'time', 'timestamp', 'date', 'at'],
  ...['step', 'steps', 'epoch', 'rank', 'created', 'version'],
]);

/** Names of fields are asked for with each row. */
const knownNames = new Map<string, boolean>();

/** Whether an unknown field of this name is a score when it holds a number. */
export function namesScore(name: string): boolean {
  let known = knownNames.get(name);
  if (known === undefined) {
    // A script may make up names without end.
    if (knownNames.size >= 10_000) knownNames.clear();
    known =
      name.length <= longestName && !predictionFields.has(name) && !wordsOf(name).some((word) => otherWords.has(word));
    knownNames.set(name, known);
  }
  return known;
}

/** The words of a score's name in lower case: cut at `_ - . /`, white space and capitals. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[_\-./\s]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}
