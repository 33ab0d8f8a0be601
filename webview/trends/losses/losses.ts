import type { LossLine } from '../../../src/panel/protocol/trends.ts';
import type { HostMessageOf } from '../../../src/panel/protocol.ts';
import { plainName } from '../../../src/plainText.ts';
import type { Formats } from '../../texts/formats.ts';
import { notFiniteText } from '../../texts/scoreTexts.ts';
import type { ChartTable } from '../chartTable.ts';
import type { LegendEntry } from '../overlay.ts';

/** What a chart of a figure draws is its `value`. */
export type LossLines = Readonly<Partial<Record<keyof HostMessageOf<'losses'>['lines'] | 'value', LossLine>>>;

/** One of the charts of what a trainer logged. */
export interface LossTrend {
  key: 'loss' | 'learningRate' | `figure:${string}`;
  title: string;
  /** The first is drawn solid in the chart's own colour, the second dashed. */
  lines: readonly { key: keyof LossLines; name: string }[];
  /** What it needs to be read; empty where that is nothing. */
  note: string;
  /** The axis begins at 0. */
  fromZero: boolean;
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
    fromZero: true,
  },
  {
    key: 'learningRate',
    title: 'Learning rate',
    lines: [{ key: 'learningRate', name: 'Learning rate' }],
    note: 'as the trainer logged it',
    fromZero: true,
  },
];

/** The chart of any other figure that a trainer logs. @param name untrusted */
export function figureTrend(name: string): LossTrend {
  const title = plainName(name);
  return { key: `figure:${name}`, title, lines: [{ key: 'value', name: title }], note: '', fromZero: false };
}

/** The lines of a chart that have a value. */
export function drawnLines(trend: LossTrend, lines: LossLines): { name: string; line: LossLine; isFirst: boolean }[] {
  return trend.lines
    .map(({ key, name }, index) => ({ name, line: lines[key] ?? nothing, isFirst: index === 0 }))
    .filter(({ line }) => line.points.some(([, value]) => value !== null));
}

const nothing: LossLine = { points: [], total: 0 };

/** The last value of each line and where it comes from; null when there is none. */
export function lossHeadline(
  trend: LossTrend,
  lines: LossLines,
  formats: Formats,
): { value: string; source: string } | null {
  const drawn = drawnLines(trend, lines);
  const main = drawn[0];
  const last = main === undefined ? undefined : lastOf(main.line);
  if (main === undefined || last === undefined) return null;
  const others = drawn.slice(1).flatMap(({ name, line }) => {
    const end = lastOf(line);
    return end === undefined
      ? []
      : [`${name.toLowerCase()} ${formats.figure(end[1])} at step ${formats.count(end[0])}`];
  });
  const thinned = drawn
    .filter(({ line }) => line.points.length < line.total)
    .map(({ line }) => `showing ${formats.count(line.points.length)} of ${formats.count(line.total)} points`);
  const gaps = drawn.reduce((sum, { line }) => sum + (line.gaps ?? 0), 0);
  // The title of a figure's chart is its name.
  const name = trend.key.startsWith('figure:') ? '' : `${main.name.toLowerCase()}, `;
  return {
    value: formats.figure(last[1]),
    source: [
      `${name}step ${formats.count(last[0])}`,
      ...others,
      ...(trend.note === '' ? [] : [trend.note]),
      ...thinned,
      ...(gaps === 0 ? [] : [notFiniteText(gaps, formats)]),
    ].join(' · '),
  };
}

function lastOf({ points }: LossLine): readonly [step: number, value: number] | undefined {
  const end = points.findLast(([, value]) => value !== null);
  return end === undefined || end[1] === null ? undefined : [end[0], end[1]];
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
    return point === undefined || point[1] === null ? [] : [`${name} ${formats.figure(point[1])}`];
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
      epoch: 0,
      step,
      own: false,
      values: [step, ...drawn.map(({ values }) => values.get(step) ?? null)],
    })),
  };
}

/** How many of the drawn values have no place on a logarithmic axis. */
export function unplacedValues(trend: LossTrend, lines: LossLines): number {
  return drawnLines(trend, lines).reduce(
    (sum, { line }) => sum + line.points.filter(([, value]) => value !== null && value <= 0).length,
    0,
  );
}
