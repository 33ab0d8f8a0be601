import { isKnownScore, type KnownScore } from '../../src/model/knownScores.ts';
import type { ScoreInfo } from '../../src/panel/protocol.ts';
import { plainLine, plainName } from '../../src/plainText.ts';
import type { Formats } from './formats.ts';

/** How a known score is headed, how it is called in a sentence, and how its values are written. */
const known: Record<KnownScore, { title: string; words: string; write(value: number, formats: Formats): string }> = {
  char_error_rate: { title: 'CER', words: 'character error rate', write: (value, { rate }) => rate(value) },
  exact_match: { title: 'Exact', words: 'exact match', write: (value, { score }) => score(value) },
  word_overlap: { title: 'Word overlap', words: 'word overlap', write: (value, { rate }) => rate(value) },
  length_ratio: { title: 'Length ratio', words: 'length ratio', write: (value, { rate }) => rate(value) },
  validation_pass: { title: 'Valid', words: 'validation', write: (value, { score }) => score(value) },
  latency_ms: { title: 'Latency', words: 'latency', write: (value, { count }) => `${count(Math.round(value))} ms` },
  completion_tokens: {
    title: 'Completion tokens',
    words: 'completion tokens',
    write: (value, { score }) => score(value),
  },
  cut_off: { title: 'Cut off', words: 'cut off', write: (value, { score }) => score(value) },
  prompt_tokens: { title: 'Prompt tokens', words: 'prompt tokens', write: (value, { score }) => score(value) },
};

/** How a score is called: a known one by its title, another as the job calls it or by its name. */
export function scoreTitle(name: string, scores: readonly ScoreInfo[]): string {
  return isKnownScore(name) ? known[name].title : ownTitle(name, scores);
}

/** The same in the midst of a sentence. */
export function scoreWords(name: string, scores: readonly ScoreInfo[]): string {
  return isKnownScore(name) ? known[name].words : ownTitle(name, scores);
}

export function scoreValueText(name: string, value: number, formats: Formats): string {
  return isKnownScore(name) ? known[name].write(value, formats) : formats.score(value);
}

/** "higher is better"; what is neither has no better. */
export function directionText(direction: ScoreInfo['direction']): string {
  return direction === 'none' ? 'neither is better' : `${direction} is better`;
}

function ownTitle(name: string, scores: readonly ScoreInfo[]): string {
  const label = plainLine(scores.find((score) => score.name === name)?.label ?? '');
  return label === '' ? plainName(name) : label;
}

/** "3 values were not finite": they have no form in JSON and came as null. */
export function notFiniteText(values: number, formats: Formats): string {
  return `${formats.count(values)} ${values === 1 ? 'value was' : 'values were'} not finite`;
}
