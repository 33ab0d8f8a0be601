import type { Prediction } from '../wire/prediction.ts';

/** A score over the completions of one sample at one checkpoint. */
export interface GroupSummary {
  /** Completions that have a value. */
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Largest less smallest. */
  readonly spread: number;
  /** How many passed; null where a value is neither 0 nor 1. */
  readonly passed: number | null;
}

/** Scores that differ by less do not differ. */
const tolerance = 1e-9;

/** Null without any value. @param values NaN is none */
export function groupOf(values: Iterable<number>): GroupSummary | null {
  let [count, sum, passed] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let isPass = true;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count += 1;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
    if (value === 1) passed += 1;
    else if (value !== 0) isPass = false;
  }
  return count === 0 ? null : { count, mean: sum / count, min, max, spread: max - min, passed: isPass ? passed : null };
}

/**
 * The chance that at least one of `k` completions passes, drawn from `n` of which `passed` did: the unbiased estimator of
 * Chen et al., 1 − C(n − passed, k) / C(n, k).
 *
 * @param k 1..n
 * @returns 0..1
 * @see https://arxiv.org/abs/2107.03374
 */
export function passAt(k: number, n: number, passed: number): number {
  let none = 1;
  // C(n − c, k) / C(n, k) as a product: no factor overflows.
  for (let drawn = 0; drawn < k; drawn += 1) none *= Math.max(0, n - passed - drawn) / (n - drawn);
  return 1 - none;
}

/**
 * Whether a group teaches nothing in reinforcement learning, where an answer counts by how far it is from the others: of
 * two or more completions that all have a score none differs.
 *
 * @param completions of the group, with a score or not
 */
export function teachesNothing({ count, spread }: GroupSummary, completions: number): boolean {
  return completions >= 2 && count === completions && spread < tolerance;
}

/** Fields by which servers and trainers say why a completion ended. */
const reasonFields = ['finish_reason', 'stop_reason'] as const;
/** What they call an end for want of room. */
const lengthReasons: ReadonlySet<string> = new Set([
  ...['length', 'max_tokens', 'max_new_tokens', 'max_length', 'max_output_tokens', 'MAX_TOKENS'],
  'model_length',
]);

/** A completion that ended for want of room. */
export interface CutOff {
  /** How many tokens it has; null where nobody says. */
  readonly tokens: number | null;
}

/** Whether a completion was cut off: its sender says so, or it has as many tokens as it may have. Null where it was not. */
export function cutOffOf(row: Prediction): CutOff | null {
  const { completion_tokens: tokens, max_new_tokens: most } = row;
  const isFull = tokens != null && most != null && most > 0 && tokens >= most;
  const fields = row as Readonly<Record<string, unknown>>;
  const isSaid = reasonFields.some((name) => {
    const reason = fields[name];
    return typeof reason === 'string' && lengthReasons.has(reason);
  });
  return isFull || isSaid ? { tokens: tokens ?? most ?? null } : null;
}
