/** When the quality of a run got worse, told from its trends alone: every window that holds them finds the same. Pure. */
import type { TrendPoint } from '../wire/trends.ts';

/** Epochs in a row, up to the newest complete one, that are worse than the best epoch before them. */
export interface Episode {
  best: { epoch: number; value: number };
  /** The first epoch of the row. */
  since: number;
  /** The newest complete epoch. */
  newest: { epoch: number; value: number };
}

/** One way in which quality is measured. */
export interface Measure {
  value(point: TrendPoint): number | null;
  isBetter(value: number, best: number): boolean;
  /** Worse by so much that people want to know. */
  isMuchWorse(value: number, best: number): boolean;
}

/** Rates this close together are noise, however small the best one is. */
const smallestRise = 0.01;
/** In shares: 10 percentage points. */
const largestDrop = 0.1;
/** A tenth is not a tenth in binary: differences that are due to it do not count. */
const tolerance = 1e-9;

/** @param percent how far above the best rate counts as much worse, in percent of that rate */
export function charErrorRate(percent: number): Measure {
  return {
    value: (point) => point.avg_char_error_rate,
    isBetter: (value, best) => value < best,
    isMuchWorse: (value, best) => value - best >= Math.max((best * percent) / 100, smallestRise) - tolerance,
  };
}

export const validationPassRate: Measure = {
  value: (point) => point.validation_pass_rate,
  isBetter: (value, best) => value > best,
  isMuchWorse: (value, best) => best - value >= largestDrop - tolerance,
};

/**
 * The episode that the newest complete epoch is in; null when it is in none.
 *
 * @param points ascending by epoch, all complete
 */
export function presentEpisode(points: readonly TrendPoint[], measure: Measure): Episode | null {
  let best: Episode['best'] | null = null;
  let newest: Episode['newest'] | null = null;
  let since: number | null = null;
  for (const point of points) {
    const value = measure.value(point);
    if (value === null) continue;
    newest = { epoch: point.epoch, value };
    if (best === null || measure.isBetter(value, best.value)) best = newest;
    if (!measure.isMuchWorse(value, best.value)) since = null;
    else since ??= point.epoch;
  }
  return best === null || newest === null || since === null ? null : { best, newest, since };
}

/**
 * The epochs whose averages will not move any more: a later one began, the job ended, or as many samples answered as in
 * the epoch before.
 */
export function completeEpochs(points: readonly TrendPoint[], jobEnded: boolean): readonly TrendPoint[] {
  const last = points.at(-1);
  const before = points.at(-2);
  const isComplete = jobEnded || (last && before && last.sample_count >= before.sample_count);
  return isComplete ? points : points.slice(0, -1);
}
