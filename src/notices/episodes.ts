/** When the quality of a run got worse, told from its trends alone: every window that holds them finds the same. Pure. */
import type { Checkpoint } from '../model/checkpoints.ts';
import type { Judge } from '../model/directions.ts';
import type { TrendPoint } from '../wire/trends.ts';

/** A checkpoint with the value that is looked at. */
export interface Rated extends Checkpoint {
  readonly value: number;
}

/** Checkpoints in a row, up to the newest complete one, that are worse than the best one before them. */
export interface Episode {
  best: Rated;
  /** The epoch of the first of the row. */
  since: number;
  /** Its step. */
  sinceStep: number;
  /** The newest complete one. */
  newest: Rated;
}

/** The smallest and the largest value up to some checkpoint. */
export interface Span {
  readonly min: number;
  readonly max: number;
}

/** One way in which quality is measured. */
export interface Measure<Point> {
  value(point: Point): number | null;
  isBetter(value: number, best: number): boolean;
  /** Worse by so much that people want to know. */
  isMuchWorse(value: number, best: number, span: Span): boolean;
}

/** Values this close together are noise, however small the best one is. */
const smallestChange = 0.01;
/** In shares: 10 percentage points. */
const largestDrop = 0.1;
/** A tenth is not a tenth in binary: differences that are due to it do not count. */
const tolerance = 1e-9;

/** @param percent how far above the best rate counts as much worse, in percent of that rate */
export function charErrorRate(percent: number): Measure<TrendPoint> {
  return { ...measureOf('lower', percent), value: (point) => point.avg_char_error_rate };
}

export const validationPassRate: Measure<TrendPoint> = {
  ...passRate(),
  value: (point) => point.validation_pass_rate,
};

/** The same of checkpoints. */
export const validationAtCheckpoints: Measure<Rated> = { ...passRate(), value: ({ value }) => value };

/** Of any score by which answers are better or worse. @param percent as in `measureOf` */
export function judgedBy(direction: Exclude<Judge['direction'], 'none'>, percent: number): Measure<Rated> {
  return { ...measureOf(direction, percent), value: ({ value }) => value };
}

/**
 * @param percent how much worse than the best value is much worse, in percent of that value. Where there are values below
 *   0, as of many rewards, the best one may be near 0 and says little of the scale: then it is percent of the span of all
 *   values so far, where that is more.
 */
function measureOf(direction: 'higher' | 'lower', percent: number): Omit<Measure<unknown>, 'value'> {
  const sign = direction === 'lower' ? 1 : -1;
  return {
    isBetter: (value, best) => (value - best) * sign < 0,
    isMuchWorse: (value, best, { min, max }) => {
      const scale = min < 0 ? Math.max(Math.abs(best), max - min) : best;
      return (value - best) * sign >= Math.max((scale * percent) / 100, smallestChange) - tolerance;
    },
  };
}

function passRate(): Omit<Measure<unknown>, 'value'> {
  return {
    isBetter: (value, best) => value > best,
    isMuchWorse: (value, best) => best - value >= largestDrop - tolerance,
  };
}

/**
 * The episode that the newest complete checkpoint is in; null when it is in none.
 *
 * @param points ascending, all complete; one without a step has that of 0
 */
export function presentEpisode<Point extends { epoch: number; step: number | null }>(
  points: readonly Point[],
  measure: Measure<Point>,
): Episode | null {
  let best: Rated | null = null;
  let newest: Rated | null = null;
  let since: Rated | null = null;
  let span: Span = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  for (const point of points) {
    const value = measure.value(point);
    if (value === null) continue;
    newest = { epoch: point.epoch, step: point.step ?? 0, value };
    span = { min: Math.min(span.min, value), max: Math.max(span.max, value) };
    if (best === null || measure.isBetter(value, best.value)) best = newest;
    if (!measure.isMuchWorse(value, best.value, span)) since = null;
    else since ??= newest;
  }
  if (best === null || newest === null || since === null) return null;
  return { best, newest, since: since.epoch, sinceStep: since.step };
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

/**
 * The checkpoints whose values will not move any more: a later one began, or the job ended. Of how many answers there will
 * be at one, with any number of completions and sources, its number so far says nothing.
 *
 * @param last of the job
 */
export function completeCheckpoints(
  points: readonly Rated[],
  last: Checkpoint | null,
  jobEnded: boolean,
): readonly Rated[] {
  if (jobEnded) return points;
  return points.filter(({ epoch, step }) => epoch !== last?.epoch || step !== last.step);
}
