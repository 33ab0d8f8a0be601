import { isKnownScore } from '../../src/model/knownScores.ts';
import type { HistoryEntry } from '../../src/panel/protocol/comparison.ts';
import type { Scores } from '../scores.ts';
import type { Formats } from './formats.ts';
import { directionText, scoreTitle, scoreValueText, scoreWords } from './scoreTexts.ts';

/** A score of an entry, as it is written. */
export interface EntryScore {
  name: string;
  title: string;
  value: string;
  /** It decides which answers are better. */
  decides: boolean;
  /** What is said of it where one points at it. */
  meaning: string;
}

/** The scores of an entry that have no place of their own. */
export function entryScores(
  entry: Pick<HistoryEntry, 'scores'>,
  { scores, judge }: Scores,
  formats: Formats,
): EntryScore[] {
  return entry.scores.map(([name, value]) => {
    const decides = name === judge;
    const direction = scores.find((score) => score.name === name)?.direction ?? 'none';
    const digits = Number.isInteger(value) ? '' : ` ${value}`;
    return {
      name,
      title: scoreTitle(name, scores),
      value: scoreValueText(name, value, formats),
      decides,
      meaning: `${decides ? 'The deciding score' : 'Score'}${digits}: ${directionText(direction)}`,
    };
  });
}

/**
 * Whether the job has scores of its own: where it has, those that it does not have need no place, and the deciding one is
 * marked.
 */
export function hasOwnScores({ scores }: Pick<Scores, 'scores'>): boolean {
  return scores.some(({ name }) => !isKnownScore(name));
}

/** What is said of a mark: "Against the epoch before, by character error rate". */
export function markMeaning({ scores, judge, byEpoch }: Scores): string {
  const against = `Against the ${byEpoch ? 'epoch' : 'checkpoint'} before`;
  return judge === null ? against : `${against}, by ${scoreWords(judge, scores)}`;
}
