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

/**
 * Of values in any order; null without any.
 *
 * @param values the first `length` of them are put in order
 */
export function summaryOf(values: Float64Array, length = values.length): ScoreSummary | null {
  if (length === 0) return null;
  sort(values, length);
  let sum = 0;
  for (let at = 0; at < length; at += 1) sum += values[at] ?? Number.NaN;
  return summaryOfSorted(values, length, sum);
}

/** More values than this are put in order faster by the engine, which needs as long as some tens of them to begin. */
const mostInserted = 32;

function sort(values: Float64Array, length: number): void {
  if (length > mostInserted) {
    values.subarray(0, length).sort();
    return;
  }
  for (let next = 1; next < length; next += 1) {
    const value = values[next] ?? Number.NaN;
    let place = next;
    for (; place > 0 && (values[place - 1] ?? Number.NaN) > value; place -= 1)
      values[place] = values[place - 1] as number;
    values[place] = value;
  }
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
