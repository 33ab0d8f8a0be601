import { csvLine } from '../../src/csv.ts';
import type { CheckpointChanges } from '../../src/model/marks.ts';
import type { TrendPoint } from '../../src/wire/trends.ts';
import type { Formats } from '../texts/formats.ts';
import type { Overlay } from './overlay.ts';
import { type Trend, valueText } from './series.ts';

/** The numbers of a chart: a table for those who cannot see it, and what is saved as CSV. */
export interface ChartTable {
  /** The first is the epoch's. */
  columns: { heading: string; write(value: number): string }[];
  /**
   * Ascending by epoch; one value for each column, null where there is none. An epoch that only the other job has is
   * not this job's own.
   */
  rows: { epoch: number; own: boolean; values: (number | null)[] }[];
}

/** The lines of a chart's table, of which a page shows the newest. */
export interface TableLines {
  total: number;
  /** At least the newest so many of them; all of infinitely many. */
  newest(count: number): ChartTable;
}

/** What a chart of a trend draws, with the job that is laid over it in a column of its own. */
export function trendTable(
  trend: Trend,
  points: readonly TrendPoint[],
  overlay: Overlay | null,
  formats: Formats,
): ChartTable {
  const { band } = trend;
  const own = new Map(points.map((point) => [point.epoch, point]));
  const over = new Map(overlay?.points.map((point) => [point.epoch, point]));
  const epochs = [...new Set([...own.keys(), ...over.keys()])].sort((a, b) => a - b);
  const write = (value: number) => valueText(trend, value, formats);
  return {
    columns: [
      { heading: 'Epoch', write: formats.count },
      { heading: 'Step', write: formats.count },
      { heading: trend.title, write },
      ...(band === undefined
        ? []
        : [
            { heading: 'Min', write },
            { heading: 'Max', write },
          ]),
      { heading: 'Samples', write: formats.count },
      ...(overlay === null ? [] : [{ heading: `${trend.title}, ${overlay.title}`, write }]),
    ],
    rows: epochs.map((epoch) => {
      const point = own.get(epoch);
      const overlaid = over.get(epoch);
      const pick = (read: (of: TrendPoint) => number | null) => (point === undefined ? null : read(point));
      return {
        epoch,
        own: point !== undefined,
        values: [
          epoch,
          pick(({ step }) => step),
          pick(trend.value),
          ...(band === undefined ? [] : [pick(band.low), pick(band.high)]),
          pick(({ sample_count }) => sample_count),
          ...(overlay === null ? [] : [overlaid === undefined ? null : trend.value(overlaid)]),
        ],
      };
    }),
  };
}

export function trendLines(
  trend: Trend,
  points: readonly TrendPoint[],
  overlay: Overlay | null,
  formats: Formats,
): TableLines {
  const epochs = (of: readonly TrendPoint[]) => of.map(({ epoch }) => epoch);
  return {
    total: overlay === null ? points.length : new Set([...epochs(points), ...epochs(overlay.points)]).size,
    newest: (count) => {
      const over = overlay === null ? null : { ...overlay, points: overlay.points.slice(-count) };
      return trendTable(trend, points.slice(-count), over, formats);
    },
  };
}

/** How many samples of each epoch changed which way. */
export function changesTable(
  changes: readonly CheckpointChanges[],
  points: readonly TrendPoint[],
  formats: Formats,
): ChartTable {
  const first = changes[0]?.epoch ?? 0;
  const steps = new Map(points.filter(({ epoch }) => epoch >= first).map(({ epoch, step }) => [epoch, step]));
  const headings = ['Epoch', 'Step', 'Improved', 'Regressed', 'Unchanged'];
  return {
    columns: headings.map((heading) => ({ heading, write: formats.count })),
    rows: changes.map(({ epoch, improved, regressed, unchanged }) => ({
      epoch,
      own: true,
      values: [epoch, steps.get(epoch) ?? null, improved, regressed, unchanged],
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
