/** Sum and number of the values that are not null: enough to add one more, or to put two together, at no cost per row. */
export interface Mean {
  sum: number;
  count: number;
}

export function emptyMean(): Mean {
  return { sum: 0, count: 0 };
}

export function addToMean(mean: Mean, value: number | null): void {
  if (value === null) return;
  mean.sum += value;
  mean.count += 1;
}

/** Puts the values of another in. */
export function addMean(mean: Mean, { sum, count }: Mean): void {
  mean.sum += sum;
  mean.count += count;
}

/** Null where no value was there. */
export function average({ sum, count }: Mean): number | null {
  return count === 0 ? null : sum / count;
}
