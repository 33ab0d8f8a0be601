import { type LossCurves, type LossPoint, lossKeys } from '../watch/lossCurves.ts';
import type { HostMessageOf, LossLine } from './protocol.ts';

/** More points than this are no more to be seen on a chart. */
const mostPoints = 800;

/** What the Trends tab draws of a job's losses. */
export function lossesMessage(curves: LossCurves): HostMessageOf<'losses'> {
  const lines = lossKeys.map((key) => [key, lineOf(curves.line(key))] as const);
  return { type: 'losses', lines: Object.fromEntries(lines) as HostMessageOf<'losses'>['lines'] };
}

function lineOf(points: LossPoint[]): LossLine {
  return { points: thinned(points, mostPoints), total: points.length };
}

/**
 * At most so many of the points: the smallest and the largest of each stretch, so that no spike is lost, and both ends.
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
      if (low === undefined || point[1] < low[1]) low = point;
      if (high === undefined || point[1] > high[1]) high = point;
    }
    const isAscending = (low?.[0] ?? 0) <= (high?.[0] ?? 0);
    kept.add(isAscending ? low : high).add(isAscending ? high : low);
  }
  kept.add(points.at(-1));
  return [...kept].filter((point) => point !== undefined);
}
