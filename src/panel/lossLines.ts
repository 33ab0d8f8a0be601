import { smoothed } from '../model/smoothing.ts';
import type { Curve, LossPoint } from '../watch/lossCurves.ts';
import type { LossLine } from './protocol/trends.ts';

/** More points than this are no more to be seen on a chart. */
const mostPoints = 800;

/** What the Trends tab draws of a curve. @param strength of the smoothing, which takes all points, drawn or not */
export function lineOf(curve: Curve | undefined, strength: number): LossLine {
  const { steps = [], values = [], count = 0, gaps = 0 } = curve ?? {};
  const line: LossLine = { points: thinned(pointsOf(steps, values), mostPoints), total: count };
  if (gaps > 0) line.gaps = gaps;
  if (strength > 0) {
    line.smoothed = thinned(pointsOf(steps, smoothed(Float64Array.from(values), strength)), mostPoints);
  }
  return line;
}

function pointsOf(steps: readonly number[], values: ArrayLike<number>): LossPoint[] {
  return steps.map((step, place) => {
    const value = values[place] ?? Number.NaN;
    return [step, Number.isNaN(value) ? null : value];
  });
}

/**
 * At most so many of the points: the smallest and the largest of each stretch, so that no spike is lost, and both ends. A
 * gap is kept where a stretch is nothing else: a narrower one cannot be seen.
 *
 * @param points ascending by step
 */
export function thinned(points: readonly LossPoint[], most: number): LossPoint[] {
  if (points.length <= most) return [...points];
  const stretches = Math.floor((most - 2) / 2);
  const inner = points.slice(1, -1);
  const kept = new Set<LossPoint | undefined>([points[0]]);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const start = Math.floor((stretch * inner.length) / stretches);
    const end = Math.floor(((stretch + 1) * inner.length) / stretches);
    let low = inner[start];
    let high = low;
    for (const point of inner.slice(start, end)) {
      if (point[1] === null) continue;
      if (low === undefined || low[1] === null || point[1] < low[1]) low = point;
      if (high === undefined || high[1] === null || point[1] > high[1]) high = point;
    }
    const isAscending = (low?.[0] ?? 0) <= (high?.[0] ?? 0);
    kept.add(isAscending ? low : high).add(isAscending ? high : low);
  }
  kept.add(points.at(-1));
  return [...kept].filter((point) => point !== undefined);
}
