import { csvLine } from '../../src/csv.ts';
import type { Checkpoint } from '../../src/model/checkpoints.ts';
import type { CheckpointChanges } from '../../src/model/marks.ts';
import type { ChartPoint } from '../../src/panel/protocol/trends.ts';
import { ascendingCheckpoints, ascendingEpochs } from '../changed.ts';
import type { Formats } from '../texts/formats.ts';
import type { SourceLine } from './lines/sourceLines.ts';
import { type Overlay, overlayName, sourceName } from './overlay.ts';
import { type Trend, valueText } from './series.ts';

/** The numbers of a chart: a table for those who cannot see it, and what is saved as CSV. */
export interface ChartTable {
  /** The first is the checkpoint's. */
  columns: { heading: string; write(value: number): string }[];
  /**
   * Ascending by checkpoint; one value for each column, null where there is none. A checkpoint that only the other job
   * has is not this job's own.
   */
  rows: { epoch: number; step: number; own: boolean; values: (number | null)[] }[];
}

/** The lines of a chart's table, of which a page shows the newest. */
export interface TableLines {
  total: number;
  /** At least the newest so many of them; all of infinitely many. */
  newest(count: number): ChartTable;
}

/** Lines of a chart, and what they are read by. */
export interface Lined {
  trend: Trend;
  lines: readonly SourceLine[];
  overlay: Overlay | null;
  byEpoch: boolean;
}

/**
 * What a chart of a trend draws: columns for each source, and one for each line of the job that is laid over.
 *
 * @param count of the newest points of each line, at least
 */
export function trendTable({ trend, lines, overlay, byEpoch }: Lined, count: number, formats: Formats): ChartTable {
  const { band } = trend;
  const write = (value: number) => valueText(trend, value, formats);
  const newest = (line: SourceLine): ChartPoint[] => inOrder(line).slice(-count);
  const own = lines.map((line) => {
    const of = lines.length === 1 ? '' : `, ${sourceName(line.source)}`;
    return { of, points: byCheckpoint(newest(line), byEpoch) };
  });
  const over = (overlay?.lines ?? []).map((line) => ({
    name: overlay === null ? '' : overlayName(overlay, line),
    points: byCheckpoint(newest(line), byEpoch),
  }));
  const checkpoints = new Map<number | string, Checkpoint>();
  for (const { points } of [...own, ...over]) {
    for (const [key, point] of points) if (!checkpoints.has(key)) checkpoints.set(key, point);
  }
  const [first, second] = byEpoch ? ['Epoch', 'Step'] : ['Step', 'Epoch'];
  return {
    columns: [
      { heading: first ?? '', write: formats.count },
      { heading: second ?? '', write: formats.count },
      ...own.flatMap(({ of }) => [
        { heading: `${trend.title}${of}`, write },
        ...(band?.headings ?? []).map((heading) => ({ heading: `${heading}${of}`, write })),
        { heading: `Samples${of}`, write: formats.count },
      ]),
      ...over.map(({ name }) => ({ heading: `${trend.title}, ${name}`, write })),
    ],
    rows: [...checkpoints]
      .sort(([, a], [, b]) => ascendingCheckpoints(a, b))
      .map(([key, { epoch, step }]) => {
        const found = own.map(({ points }) => points.get(key));
        const isOwn = found.some((point) => point !== undefined);
        return {
          epoch,
          step,
          own: isOwn,
          values: [
            ...(byEpoch ? [epoch, isOwn ? step : null] : [step, epoch]),
            ...found.flatMap((point) => {
              const pick = (read: (of: ChartPoint) => number | null) => (point === undefined ? null : read(point));
              const edges = band === undefined ? [] : [pick(band.low), pick(band.high)];
              return [pick(trend.value), ...edges, pick(({ samples }) => samples)];
            }),
            ...over.map(({ points }) => {
              const point = points.get(key);
              return point === undefined ? null : trend.value(point);
            }),
          ],
        };
      }),
  };
}

/** Jobs whose checkpoints are epochs may have other steps in them. */
function byCheckpoint(points: readonly ChartPoint[], byEpoch: boolean): Map<number | string, ChartPoint> {
  return new Map(points.map((point) => [byEpoch ? point.epoch : `${point.epoch} ${point.step}`, point]));
}

/** Steps that begin anew with each epoch stand in another order on the axis. */
function inOrder({ points, isInOrder }: SourceLine): readonly ChartPoint[] {
  return isInOrder ? points : [...points].sort(ascendingCheckpoints);
}

/** How many checkpoints the lines have, each counted once. */
export function checkpointCount(lines: readonly SourceLine[], byEpoch: boolean): number {
  const lists = lines.map(inOrder);
  if (lists.length < 2) return lists[0]?.length ?? 0;
  const compare = byEpoch ? ascendingEpochs : ascendingCheckpoints;
  const places = lists.map(() => 0);
  let count = 0;
  for (;;) {
    let least: ChartPoint | undefined;
    for (const [index, list] of lists.entries()) {
      const next = list[places[index] ?? 0];
      if (next !== undefined && (least === undefined || compare(next, least) < 0)) least = next;
    }
    if (least === undefined) return count;
    count += 1;
    for (const [index, list] of lists.entries()) {
      const place = places[index] ?? 0;
      const next = list[place];
      if (next !== undefined && compare(next, least) === 0) places[index] = place + 1;
    }
  }
}

/** @param total as `checkpointCount` has it: the same for all charts */
export function trendLines(lined: Lined, total: number, formats: Formats): TableLines {
  return { total, newest: (count) => trendTable(lined, count, formats) };
}

/** How many samples of each checkpoint changed which way. */
export function changesTable(changes: readonly CheckpointChanges[], byEpoch: boolean, formats: Formats): ChartTable {
  const headings = [...(byEpoch ? ['Epoch', 'Step'] : ['Step', 'Epoch']), 'Improved', 'Regressed', 'Unchanged'];
  return {
    columns: headings.map((heading) => ({ heading, write: formats.count })),
    rows: changes.map(({ epoch, step, improved, regressed, unchanged }) => ({
      epoch,
      step,
      own: true,
      values: [...(byEpoch ? [epoch, step] : [step, epoch]), improved, regressed, unchanged],
    })),
  };
}

/** A cell as a person reads it. */
export function cellText(table: ChartTable, values: readonly (number | null)[], column: number): string {
  const value = values[column];
  return value == null ? '–' : (table.columns[column]?.write(value) ?? '');
}

export function hasSameValues(some: readonly (number | null)[], others: readonly (number | null)[]): boolean {
  return some.length === others.length && some.every((value, index) => value === others[index]);
}

/** That a table lacks the older epochs, or steps; null when it has all. */
export function newestText(shown: number, all: number, formats: Formats): string | null {
  if (shown >= all) return null;
  return `Showing the newest ${formats.count(shown)} of ${formats.count(all)} lines. A saved CSV has all of them.`;
}

export function tableCsv({ columns, rows }: ChartTable): string {
  return [columns.map(({ heading }) => heading), ...rows.map(({ values }) => values)].map(csvLine).join('');
}
