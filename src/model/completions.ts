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
export function teachesNothing(
  { count, spread }: Pick<GroupSummary, 'count' | 'spread'>,
  completions: number,
): boolean {
  return completions >= 2 && count === completions && spread < tolerance;
}

/** Of the samples that have several completions, how many teach nothing by the deciding score. */
export interface GroupShare {
  readonly groups: number;
  readonly idle: number;
}

/** Tells groups of completions that teach nothing from the others, rows coming in any order. */
export class GroupSums {
  readonly #completions: number[] = [];
  readonly #rated: number[] = [];
  readonly #min: number[] = [];
  readonly #max: number[] = [];

  /**
   * @param place of the row's sample among those that are added up together, from 0 on
   * @param value the row's deciding score; NaN is none
   */
  add(place: number, value: number): void {
    this.#completions[place] = (this.#completions[place] ?? 0) + 1;
    if (Number.isNaN(value)) return;
    this.#rated[place] = (this.#rated[place] ?? 0) + 1;
    this.#min[place] = Math.min(this.#min[place] ?? value, value);
    this.#max[place] = Math.max(this.#max[place] ?? value, value);
  }

  /** Null where no sample has several completions. */
  share(): GroupShare | null {
    let [groups, idle] = [0, 0];
    for (const [place, completions] of this.#completions.entries()) {
      if (completions < 2) continue;
      groups += 1;
      const [count = 0, min = 0, max = 0] = [this.#rated[place], this.#min[place], this.#max[place]];
      if (teachesNothing({ count, spread: max - min }, completions)) idle += 1;
    }
    return groups === 0 ? null : { groups, idle };
  }
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

/** How a completion ended, as its sender says, or as its tokens do: it may have as many as it has. Null where nobody says. */
export function endOf(row: Partial<Prediction>): 'cut off' | 'by itself' | null {
  const { completion_tokens: tokens, max_new_tokens: most } = row;
  const fields = row as Readonly<Record<string, unknown>>;
  let isSaid = false;
  for (const name of reasonFields) {
    const reason = fields[name];
    if (typeof reason !== 'string' || reason === '') continue;
    if (lengthReasons.has(reason)) return 'cut off';
    isSaid = true;
  }
  if (tokens != null && most != null && most > 0) return tokens >= most ? 'cut off' : 'by itself';
  return isSaid ? 'by itself' : null;
}

/** Null for a completion that was not cut off. */
export function cutOffOf(row: Partial<Prediction>): CutOff | null {
  return endOf(row) === 'cut off' ? { tokens: row.completion_tokens ?? row.max_new_tokens ?? null } : null;
}
