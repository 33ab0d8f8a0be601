import { compareScoreNames, isKnownScore, wordsOf } from './scores.ts';

/** Which of two values of a score is the better one. */
export type Direction = 'higher' | 'lower' | 'none';

/** What a job's `config` says of its scores, and what its reader chose; every part may be absent. */
export interface ScoreSettings {
  readonly directions: ReadonlyMap<string, Direction>;
  /** How a score is called, where not by its name. */
  readonly labels: ReadonlyMap<string, string>;
  /** The deciding score. */
  readonly deciding: string | null;
}

export const noSettings: ScoreSettings = { directions: new Map(), labels: new Map(), deciding: null };

/** The first row of words that has one of the name's decides. */
const words: readonly (readonly [Direction, ReadonlySet<string>])[] = [
  ['higher', new Set(['reward', 'score', 'acc', 'accuracy', 'pass', 'correct', 'match'])],
  [
    'lower',
    new Set([
      ...['error', 'loss', 'perplexity', 'ppl', 'distance', 'latency', 'wer', 'cer', 'mae', 'mse', 'rmse', 'kl'],
      'penalty',
    ]),
  ],
  ['none', new Set(['tokens', 'length', 'count', 'advantage', 'advantages', 'weight', 'temperature', 'cut'])],
];

/** By the job's or the reader's word, else by the words of the name, else `higher`. */
export function directionOf(name: string, settings: ScoreSettings): Direction {
  const said = settings.directions.get(name);
  if (said !== undefined) return said;
  const own = wordsOf(name);
  return words.find(([, list]) => own.some((word) => list.has(word)))?.[0] ?? 'higher';
}

/** A score by which answers are judged. */
export interface Judge {
  readonly name: string;
  readonly direction: Direction;
}

/** The scores of a job that have a value somewhere, and those of them that were sent under `scores`. */
export interface NamedScores {
  has(name: string): boolean;
  readonly underScores: Iterable<string>;
  readonly all: Iterable<string>;
}

/**
 * The deciding score: what was chosen, else `reward`, else the first by name under `scores` that has a direction, else
 * `char_error_rate`, else `exact_match`, else the first other one that has one. Null where no score decides.
 *
 * @param chosen by the reader; goes before what the job says
 */
export function decidingScore(scores: NamedScores, settings: ScoreSettings, chosen: string | null): Judge | null {
  const judge = (name: string): Judge => ({ name, direction: directionOf(name, settings) });
  for (const name of [chosen, settings.deciding, 'reward']) if (name !== null && scores.has(name)) return judge(name);
  const firstOf = (names: Iterable<string>): string | undefined =>
    [...names].sort(compareScoreNames).find((name) => directionOf(name, settings) !== 'none');
  const own = firstOf([...scores.underScores].filter((name) => !isKnownScore(name)));
  if (own !== undefined) return judge(own);
  for (const name of ['char_error_rate', 'exact_match']) if (scores.has(name)) return judge(name);
  const other = firstOf(scores.all);
  return other === undefined ? null : judge(other);
}
