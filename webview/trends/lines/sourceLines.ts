import type { ChartPoint } from '../../../src/panel/protocol/trends.ts';

/** What the charts go over. */
export type Axis = 'epoch' | 'step';

/** The points of one source in the order of the axis. */
export interface SourceLine {
  /** Empty for that of rows that name none. */
  readonly source: string;
  readonly points: readonly ChartPoint[];
  /** Where on the axis each point is; ascending. */
  readonly xs: Float64Array;
  /** The points are also in the order of their checkpoints. */
  readonly isInOrder: boolean;
}

/** More lines than this cannot be told apart. */
export const mostLines = 8;

/**
 * A line for each source, by name; the first ones, where there are too many.
 *
 * @param points ascending by checkpoint
 * @param source the only one that is shown; null for all
 */
export function sourceLines(
  points: readonly ChartPoint[],
  axis: Axis,
  source: string | null,
): { lines: SourceLine[]; leftOut: number } {
  const xs = placesOn(axis, points);
  const bySource = new Map<string, number[]>();
  for (let index = 0; index < points.length; index += 1) {
    const of = points[index]?.source ?? '';
    if (source !== null && of !== source) continue;
    const indices = bySource.get(of);
    if (indices === undefined) bySource.set(of, [index]);
    else indices.push(index);
  }
  const names = [...bySource.keys()].sort();
  return {
    lines: names.slice(0, mostLines).map((name) => lineOf(name, points, xs, bySource.get(name) ?? [])),
    leftOut: Math.max(0, names.length - mostLines),
  };
}

function lineOf(source: string, points: readonly ChartPoint[], xs: Float64Array, indices: number[]): SourceLine {
  const place = (index: number): number => xs[index] ?? 0;
  // Steps that begin anew with each epoch go back on the axis.
  const isInOrder = indices.every((index, at) => at === 0 || place(indices[at - 1] ?? 0) <= place(index));
  if (!isInOrder) indices.sort((a, b) => place(a) - place(b) || a - b);
  return {
    source,
    points: indices.flatMap((index) => points[index] ?? []),
    xs: Float64Array.from(indices, place),
    isInOrder,
  };
}

/**
 * Where the points are. Over epochs, the checkpoints of one stand at equal distances between it and the next: how far into
 * the epoch each was is not known.
 */
function placesOn(axis: Axis, points: readonly ChartPoint[]): Float64Array {
  if (axis === 'step') return Float64Array.from(points, ({ step }) => step);
  const places = new Float64Array(points.length);
  for (let start = 0; start < points.length; ) {
    const epoch = points[start]?.epoch ?? 0;
    let checkpoints = 0;
    let end = start;
    for (let step: number | undefined; points[end]?.epoch === epoch && end < points.length; end += 1) {
      if (points[end]?.step !== step) checkpoints += 1;
      step = points[end]?.step;
      places[end] = checkpoints - 1;
    }
    for (let index = start; index < end; index += 1) places[index] = epoch + (places[index] ?? 0) / checkpoints;
    start = end;
  }
  return places;
}

/** The point of a line at a place of the axis; undefined where it has none. */
export function pointAt({ points, xs }: SourceLine, x: number): ChartPoint | undefined {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((xs[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  return xs[low] === x ? points[low] : undefined;
}
