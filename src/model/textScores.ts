import { distance } from 'fastest-levenshtein';

/** Scores of one prediction against its ground truth, as the wire contract defines them. */
export interface Scores {
  /** 0 or 1. */
  exact_match: number;
  /** 0..1. */
  char_error_rate: number;
  /** >= 0. */
  length_ratio: number;
  /** 0..1. */
  word_overlap: number;
}

/** A text as scores compare it: they ignore its case. Made once for all scores, and once for a truth that comes again. */
export interface Comparable {
  /** In UTF-16 code units, as it came. */
  readonly length: number;
  readonly lower: string;
  /** Without the space around it too. */
  readonly trimmed: string;
}

/** A ground truth, ready to be compared. */
export interface ComparableTruth extends Comparable {
  readonly words: ReadonlySet<string>;
}

export function comparable(text: string): Comparable {
  const lower = text.toLowerCase();
  return { length: text.length, lower, trimmed: lower.trim() };
}

export function comparableTruth(groundTruth: string): ComparableTruth {
  const text = comparable(groundTruth);
  return { ...text, words: new Set(words(text.trimmed)) };
}

/** All scores. Lengths and distances count UTF-16 code units. */
export function score(prediction: string, groundTruth: string): Scores {
  const [text, truth] = [comparable(prediction), comparableTruth(groundTruth)];
  return { ...plainScores(text, truth), char_error_rate: charErrorRate(text, truth) };
}

/** The scores that take time in proportion to the lengths. */
export function plainScores(prediction: Comparable, truth: ComparableTruth): Omit<Scores, 'char_error_rate'> {
  return {
    exact_match: prediction.trimmed === truth.trimmed ? 1 : 0,
    length_ratio: prediction.length / Math.max(truth.length, 1),
    word_overlap: wordOverlap(prediction, truth),
  };
}

/**
 * Takes time in proportion to the product of the lengths. Ignores case, as the recorded run's rates do: otherwise an
 * exact match could have an error rate above 0.
 */
export function charErrorRate(prediction: Comparable, truth: Comparable): number {
  return Math.min(1, editDistance(prediction.lower, truth.lower) / Math.max(truth.length, 1));
}

/** What two texts begin and end with alike adds nothing to their distance. */
function editDistance(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a.charCodeAt(start) === b.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && a.charCodeAt(a.length - 1 - end) === b.charCodeAt(b.length - 1 - end)) end += 1;
  return distance(a.slice(start, a.length - end), b.slice(start, b.length - end));
}

/** Share of the prediction's distinct words that the truth contains; 0 for a prediction without words. */
function wordOverlap(prediction: Comparable, truth: ComparableTruth): number {
  if (prediction.trimmed === '') return 0;
  if (prediction.trimmed === truth.trimmed) return 1;
  const predicted = distinct(words(prediction.trimmed));
  let shared = 0;
  for (const word of predicted) if (truth.words.has(word)) shared += 1;
  return shared / predicted.length;
}

/** To make a set of no more words than this takes longer than to look for each among those before it. */
const fewWords = 32;

function distinct(words: readonly string[]): string[] {
  return words.length > fewWords ? [...new Set(words)] : words.filter((word, at) => words.indexOf(word) === at);
}

/** Of a text without space around it. */
function words(trimmed: string): string[] {
  if (trimmed === '') return [];
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at < trimmed.length; at += 1) {
    const code = trimmed.charCodeAt(at);
    // Beyond ASCII there is more white space than is worth a list here.
    if (code > 0x7f) return trimmed.split(/\s+/);
    if (code !== 0x20 && (code < 0x09 || code > 0x0d)) continue;
    if (at > start) found.push(trimmed.slice(start, at));
    start = at + 1;
  }
  found.push(trimmed.slice(start));
  return found;
}
