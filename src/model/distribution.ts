/** A score over the samples of a checkpoint: each sample counts by the mean of its completions. */
export interface ScoreSummary {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** 10th and 90th percentile. */
  readonly p10: number;
  readonly p90: number;
  /** Samples that have a value. */
  readonly count: number;
}

/**
 * The percentile of ascending values, linear between the closest ranks: Hyndman and Fan's definition 7, the default of
 * NumPy and R.
 *
 * @param share 0..1
 * @see https://doi.org/10.2307/2684934
 */
export function percentile(ascending: ArrayLike<number>, share: number, length = ascending.length): number {
  const rank = share * (length - 1);
  const below = Math.floor(rank);
  const [low, high] = [ascending[below] ?? Number.NaN, ascending[Math.min(below + 1, length - 1)] ?? Number.NaN];
  return low + (high - low) * (rank - below);
}

/** Of values in any order; null without any. @param values is put in order */
export function summaryOf(values: Float64Array): ScoreSummary | null {
  if (values.length === 0) return null;
  values.sort();
  let sum = 0;
  for (const value of values) sum += value;
  return summaryOfSorted(values, values.length, sum);
}

function summaryOfSorted(values: Float64Array, length: number, sum: number): ScoreSummary {
  return {
    mean: sum / length,
    min: values[0] ?? Number.NaN,
    max: values[length - 1] ?? Number.NaN,
    p10: percentile(values, 0.1, length),
    p90: percentile(values, 0.9, length),
    count: length,
  };
}
