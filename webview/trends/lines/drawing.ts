import { smoothed } from '../../../src/model/smoothing.ts';
import type { ChartPoint } from '../../../src/panel/protocol/trends.ts';
import type { SourceLine } from './sourceLines.ts';

/** A point of a line; a gap where there is no value. */
export interface Coordinate {
  x: number;
  y: number | null;
  /** The place of its point among those of the line. */
  at: number;
}

/** What a chart draws of one source. */
export interface Drawing {
  line: Coordinate[];
  /** The line without smoothing; empty where it is the same. */
  raw: Coordinate[];
  /** The edges of the band; empty where there is none. */
  low: Coordinate[];
  high: Coordinate[];
  /** Values that a logarithmic axis has no place for. */
  unplaced: number;
}

type Pick = (point: ChartPoint) => number | null;

/** A column of the chart, of two or three pixels, shows no more than its smallest and its largest value. */
const lineColumns = 250;
/** The edge of a band shows one value in a column, of about twice as many. */
const edgeColumns = 125;

/** @param log values of 0 and less are gaps; a band that reaches so far ends at the smallest value that is drawn */
export function drawingOf(
  line: SourceLine,
  pick: { value: Pick; band?: { low: Pick; high: Pick } | undefined },
  { smoothing, log }: { smoothing: number; log: boolean },
): Drawing {
  const { xs, points } = line;
  const values = valuesOf(points, pick.value);
  const unplaced = log ? withoutPlace(values) : 0;
  const shown = smoothed(values, smoothing);
  const drawing: Drawing = {
    line: coordinates(xs, shown, 'both'),
    raw: shown === values ? [] : coordinates(xs, values, 'both'),
    low: [],
    high: [],
    unplaced,
  };
  if (pick.band !== undefined) {
    const [low, high] = [valuesOf(points, pick.band.low), valuesOf(points, pick.band.high)];
    if (log) {
      withoutPlace(high);
      raise(low, smallest(values, high));
    }
    drawing.low = coordinates(xs, low, 'low');
    drawing.high = coordinates(xs, high, 'high');
  }
  return drawing;
}

/** NaN where there is none. */
function valuesOf(points: readonly ChartPoint[], pick: Pick): Float64Array {
  const values = new Float64Array(points.length);
  for (let at = 0; at < points.length; at += 1) {
    const point = points[at];
    values[at] = (point === undefined ? null : pick(point)) ?? Number.NaN;
  }
  return values;
}

/** Makes gaps of what a logarithmic axis has no place for. @returns how many */
function withoutPlace(values: Float64Array): number {
  let count = 0;
  for (let at = 0; at < values.length; at += 1) {
    if ((values[at] ?? 0) > 0 || Number.isNaN(values[at])) continue;
    values[at] = Number.NaN;
    count += 1;
  }
  return count;
}

function smallest(...lists: readonly Float64Array[]): number {
  let found = Number.POSITIVE_INFINITY;
  for (const values of lists) for (const value of values) if (value < found) found = value;
  return found;
}

function raise(values: Float64Array, least: number): void {
  for (let at = 0; at < values.length; at += 1) if ((values[at] ?? Number.NaN) < least) values[at] = least;
}

/**
 * The points of a line, or of thousands those that can be seen: of each column the smallest value, the largest, or both, so
 * that no spike is lost, with both ends. A column without any value is a gap; a narrower one cannot be seen.
 *
 * @param xs ascending
 * @param values NaN for a gap
 */
export function coordinates(xs: Float64Array, values: Float64Array, keep: 'low' | 'high' | 'both'): Coordinate[] {
  const count = xs.length;
  const columns = keep === 'both' ? lineColumns : edgeColumns;
  const made = (at: number): Coordinate => {
    const y = values[at] ?? Number.NaN;
    return { x: xs[at] ?? 0, y: Number.isNaN(y) ? null : y, at };
  };
  if (count <= 2 * lineColumns) return Array.from(xs, (_, at) => made(at));
  const [first, last] = [xs[0] ?? 0, xs[count - 1] ?? 0];
  const scale = last > first ? columns / (last - first) : 0;
  const list: Coordinate[] = [];
  const add = (at: number): void => {
    if (list.at(-1)?.at !== at) list.push(made(at));
  };
  // The axis begins and ends where the line does.
  add(0);
  for (let start = 0; start < count; ) {
    const column = Math.floor(((xs[start] ?? 0) - first) * scale);
    let [low, high, end] = [-1, -1, start];
    for (; end < count && Math.floor(((xs[end] ?? 0) - first) * scale) === column; end += 1) {
      const value = values[end] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      if (low < 0 || value < (values[low] ?? 0)) low = end;
      if (high < 0 || value > (values[high] ?? 0)) high = end;
    }
    // A point of a gap stands for all of it.
    if (low < 0) add(start);
    else if (keep === 'low') add(low);
    else if (keep === 'high') add(high);
    else {
      add(Math.min(low, high));
      add(Math.max(low, high));
    }
    start = end;
  }
  add(count - 1);
  return list;
}

/** Places in a line that no line leads to: they are seen only as dots. */
export function lonely(list: readonly Coordinate[]): Set<number> {
  const alone = new Set<number>();
  for (let place = 0; place < list.length; place += 1) {
    if (list[place]?.y == null) continue;
    if (list[place - 1]?.y == null && list[place + 1]?.y == null) alone.add(place);
  }
  return alone;
}
