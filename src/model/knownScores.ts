/** The names alone, without the schemas of the wire, for who shows them. */

/**
 * Scores of the contract, in the order in which they are told; the last four are measures. `cut_off` is what is known of a
 * completion's end: 1 where it ended for want of room.
 */
export const knownScores = [
  'char_error_rate',
  'exact_match',
  'word_overlap',
  'length_ratio',
  'validation_pass',
  'latency_ms',
  'completion_tokens',
  'prompt_tokens',
  'cut_off',
] as const;
export type KnownScore = (typeof knownScores)[number];
const places: ReadonlyMap<string, number> = new Map(knownScores.map((name, place) => [name, place]));

export function isKnownScore(name: string): name is KnownScore {
  return places.has(name);
}

/** Known ones first, in their order; the others by code units. */
export function compareScoreNames(a: string, b: string): number {
  const [left = knownScores.length, right = knownScores.length] = [places.get(a), places.get(b)];
  return left - right || (a === b ? 0 : a < b ? -1 : 1);
}
