import type { HostMessageOf, LossLine } from '../../../src/panel/protocol.ts';
import type { Formats } from '../../texts/formats.ts';
import type { ChartTable } from '../chartTable.ts';
import type { LegendEntry } from '../overlay.ts';

export type LossLines = HostMessageOf<'losses'>['lines'];

/** One of the charts of what a trainer logged. */
export interface LossTrend {
  key: 'loss' | 'learningRate';
  title: string;
  /** The first is drawn solid in the chart's own colour, the second dashed. */
  lines: readonly { key: keyof LossLines; name: string }[];
  note: string;
}

export const lossTrends: readonly LossTrend[] = [
  {
    key: 'loss',
    title: 'Loss',
    lines: [
      { key: 'train', name: 'Train loss' },
      { key: 'eval', name: 'Eval loss' },
    ],
    note: 'lower is better',
  },
  {
    key: 'learningRate',
    title: 'Learning rate',
    lines: [{ key: 'learningRate', name: 'Learning rate' }],
    note: 'as the trainer logged it',
  },
];

/** The lines of a chart that have a value. */
export function drawnLines(trend: LossTrend, lines: LossLines): { name: string; line: LossLine; isFirst: boolean }[] {
  return trend.lines
    .map(({ key, name }, index) => ({ name, line: lines[key], isFirst: index === 0 }))
    .filter(({ line }) => line.points.length > 0);
}

/** The last value of each line and where it comes from; null when there is none. */
export function lossHeadline(
  trend: LossTrend,
  lines: LossLines,
  formats: Formats,
): { value: string; source: string } | null {
  const drawn = drawnLines(trend, lines);
  const main = drawn[0];
  const last = main?.line.points.at(-1);
  if (main === undefined || last === undefined) return null;
  const others = drawn.slice(1).flatMap(({ name, line }) => {
    const end = line.points.at(-1);
    return end === undefined
      ? []
      : [`${name.toLowerCase()} ${formats.figure(end[1])} at step ${formats.count(end[0])}`];
  });
  const thinned = drawn
    .filter(({ line }) => line.points.length < line.total)
    .map(({ line }) => `showing ${formats.count(line.points.length)} of ${formats.count(line.total)} points`);
  return {
    value: formats.figure(last[1]),
    source: [`${main.name.toLowerCase()}, step ${formats.count(last[0])}`, ...others, trend.note, ...thinned].join(
      ' · ',
    ),
  };
}

export function lossLegend(trend: LossTrend, lines: LossLines): LegendEntry[] {
  const drawn = drawnLines(trend, lines);
  if (trend.lines.length < 2 || drawn.length === 0) return [];
  return drawn.map(({ name, isFirst }) => ({ text: name, look: isFirst ? 'solid' : 'dashed' }));
}

/** What a step says when it is pointed at, line by line. */
export function stepTexts(trend: LossTrend, lines: LossLines, step: number, formats: Formats): string[] {
  return drawnLines(trend, lines).flatMap(({ name, line }) => {
    const point = line.points.find(([at]) => at === step);
    return point === undefined ? [] : [`${name} ${formats.figure(point[1])}`];
  });
}

/** The numbers that are drawn, by step. */
export function lossTable(trend: LossTrend, lines: LossLines, formats: Formats): ChartTable {
  const drawn = drawnLines(trend, lines).map(({ name, line }) => ({ name, values: new Map(line.points) }));
  const steps = [...new Set(drawn.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  return {
    columns: [
      { heading: 'Step', write: formats.count },
      ...drawn.map(({ name }) => ({ heading: name, write: formats.figure })),
    ],
    rows: steps.map((step) => ({
      epoch: step,
      own: false,
      values: [step, ...drawn.map(({ values }) => values.get(step) ?? null)],
    })),
  };
}
