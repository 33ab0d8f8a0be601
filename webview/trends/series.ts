import type { ChartPoint } from '../../src/panel/protocol/trends.ts';
import type { Formats } from '../texts/formats.ts';
import { pointAt, type SourceLine } from './lines/sourceLines.ts';
import { clipped, type Overlay, overlayName, sourceName } from './overlay.ts';

/** One of the charts: what it draws of a point, and what it says of it. */
export interface Trend {
  /** Names its colour and what is kept of it. */
  key: 'cer' | 'exact' | 'overlap' | 'validation' | 'groups' | `score:${string}`;
  title: string;
  /** How values are written: a rate 0.013, a share 64.0%, any other as its size asks for. */
  unit: 'rate' | 'share' | 'other';
  /** All values are 0..1, and so is the axis. */
  isBounded: boolean;
  write(value: number, formats: Formats): string;
  value(point: ChartPoint): number | null;
  band?: Band;
  /** Which way is good, and what else the drawing needs to be read. */
  note: string;
  /** Why there is nothing to draw, though there are predictions. */
  whyEmpty(points: readonly ChartPoint[]): string;
}

/** Between what most of the samples of a point lie, or all. */
export interface Band {
  low(point: ChartPoint): number | null;
  high(point: ChartPoint): number | null;
  /** In the heads of tables. */
  headings: readonly [low: string, high: string];
  /** Before a value. */
  words: readonly [low: string, high: string];
}

export function valueText(trend: Trend, value: number | null, formats: Formats): string {
  return value === null ? '–' : trend.write(value, formats);
}

/** "epoch 18", or "step 1,200 (epoch 0)" where an epoch has several steps. */
export function checkpointName(
  { epoch, step }: { epoch: number; step: number },
  byEpoch: boolean,
  formats: Formats,
): string {
  return byEpoch ? `epoch ${formats.count(epoch)}` : `step ${formats.count(step)} (epoch ${formats.count(epoch)})`;
}

/** More values than this have no room at the head of a chart. */
const mostHeadValues = 3;

/** The last value of each line and where it comes from; null when there is none. */
export function headline(
  trend: Trend,
  lines: readonly SourceLine[],
  byEpoch: boolean,
  formats: Formats,
): { value: string; source: string } | null {
  const ends = lines.flatMap(({ source, points }) => {
    const point = points.findLast((of) => trend.value(of) !== null);
    return point === undefined ? [] : [{ source, point }];
  });
  const [first] = ends;
  if (first === undefined) return null;
  const newest = ends.reduce((last, end) => (isBefore(last.point, end.point) ? end : last), first).point;
  const isAt = (point: ChartPoint): boolean => point.epoch === newest.epoch && point.step === newest.step;
  const there = ends.filter(({ point }) => isAt(point)).map(({ point }) => point);
  const value = ends.slice(0, mostHeadValues).map(({ source, point }) => {
    const text = valueText(trend, trend.value(point), formats);
    return lines.length === 1 ? text : `${clipped(sourceName(source))} ${text}`;
  });
  return {
    value: value.join('   '),
    source: `${checkpointName(newest, byEpoch, formats)} · ${samplesText(there, formats)} · ${trend.note}`,
  };
}

function isBefore(one: ChartPoint, other: ChartPoint): boolean {
  return (one.epoch - other.epoch || one.step - other.step) < 0;
}

/** What a point says when it is pointed at, line by line. */
export function pointTexts(trend: Trend, point: ChartPoint, byEpoch: boolean, formats: Formats): string[] {
  const { band } = trend;
  const [low, high] = [band?.low(point) ?? null, band?.high(point) ?? null];
  return [
    valueText(trend, trend.value(point), formats),
    ...(band === undefined || low === null || high === null
      ? []
      : [`${band.words[0]} ${valueText(trend, low, formats)}, ${band.words[1]} ${valueText(trend, high, formats)}`]),
    byEpoch ? `step ${formats.count(point.step)}` : `epoch ${formats.count(point.epoch)}`,
    samplesText([point], formats),
  ];
}

/** What a place on the axis says when it is pointed at: each line's point, then those of the job laid over. */
export function placeTexts(
  trend: Trend,
  x: number,
  lines: readonly SourceLine[],
  overlay: Overlay | null,
  byEpoch: boolean,
  formats: Formats,
): string[] {
  const said = (line: SourceLine): string[] | undefined => {
    const point = pointAt(line, x);
    return point === undefined ? undefined : pointTexts(trend, point, byEpoch, formats);
  };
  const own = lines.flatMap((line) => {
    const texts = said(line) ?? [];
    if (lines.length === 1) return texts;
    return texts.length === 0 ? [] : [`${clipped(sourceName(line.source))}: ${texts.join(', ')}`];
  });
  const over = (overlay?.lines ?? []).flatMap((line) => {
    const texts = said(line);
    return texts === undefined || overlay === null
      ? []
      : [`${clipped(overlayName(overlay, line))}: ${texts.join(', ')}`];
  });
  return [...own, ...over];
}

/** "50 samples"; with their answers, where a sample has several. */
export function samplesText(points: readonly ChartPoint[], formats: Formats): string {
  const samples = points.reduce((sum, point) => sum + point.samples, 0);
  const predictions = points.reduce((sum, point) => sum + point.predictions, 0);
  const text = `${formats.count(samples)} ${samples === 1 ? 'sample' : 'samples'}`;
  return predictions === samples ? text : `${text}, ${formats.count(predictions)} answers`;
}
