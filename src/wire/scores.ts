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

/** All scores. Lengths and distances count UTF-16 code units. */
export function score(prediction: string, groundTruth: string): Scores {
  return { ...plainScores(prediction, groundTruth), char_error_rate: charErrorRate(prediction, groundTruth) };
}

/** The scores that take time in proportion to the lengths. */
export function plainScores(prediction: string, groundTruth: string): Omit<Scores, 'char_error_rate'> {
  return {
    exact_match: normalize(prediction) === normalize(groundTruth) ? 1 : 0,
    length_ratio: prediction.length / Math.max(groundTruth.length, 1),
    word_overlap: wordOverlap(prediction, groundTruth),
  };
}

/**
 * Takes time in proportion to the product of the lengths. Ignores case, as the recorded run's rates do: otherwise an
 * exact match could have an error rate above 0.
 */
export function charErrorRate(prediction: string, groundTruth: string): number {
  const truthLength = Math.max(groundTruth.length, 1);
  return Math.min(1, distance(prediction.toLowerCase(), groundTruth.toLowerCase()) / truthLength);
}

function normalize(text: string): string {
  return text.trim().toLowerCase();
}

/** Share of the prediction's distinct words that the truth contains; 0 for a prediction without words. */
function wordOverlap(prediction: string, groundTruth: string): number {
  const predicted = new Set(words(prediction));
  if (predicted.size === 0) return 0;
  const truth = new Set(words(groundTruth));
  let shared = 0;
  for (const word of predicted) if (truth.has(word)) shared += 1;
  return shared / predicted.size;
}

function words(text: string): string[] {
  return normalize(text)
    .split(/\s+/)
    .filter((word) => word !== '');
}
