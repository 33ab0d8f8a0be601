import type { TrendPoint } from '../../src/wire/trends.ts';
import type { Formats } from '../texts/formats.ts';
import { clipped, type Overlay } from './overlay.ts';

/** One of the charts: what it draws of an epoch, and what it says of it. */
export interface Trend {
  key: 'cer' | 'exact' | 'overlap' | 'validation';
  title: string;
  /** All are 0..1; a rate is written 0.013, a share 64.0%. */
  unit: 'rate' | 'share';
  value(point: TrendPoint): number | null;
  /** The smallest and the largest of the epoch's samples, for a band. */
  band?: { low(point: TrendPoint): number | null; high(point: TrendPoint): number | null };
  /** Which way is good, and what else the drawing needs to be read. */
  note: string;
  /** Why there is nothing to draw, though there are predictions. */
  whyEmpty(points: readonly TrendPoint[]): string;
}

function withoutScore(points: readonly TrendPoint[]): string {
  const compared = points.some(
    (point) => point.avg_char_error_rate !== null || point.avg_exact_match !== null || point.avg_word_overlap !== null,
  );
  return compared
    ? 'No prediction of this job has this score.'
    : 'No ground truth: the predictions of this job have nothing to be compared with.';
}

export const trends: readonly Trend[] = [
  {
    key: 'cer',
    title: 'Character error rate',
    unit: 'rate',
    value: (point) => point.avg_char_error_rate,
    band: { low: (point) => point.min_char_error_rate, high: (point) => point.max_char_error_rate },
    note: 'mean, lower is better · band: min–max',
    whyEmpty: withoutScore,
  },
  {
    key: 'exact',
    title: 'Exact match',
    unit: 'share',
    value: (point) => point.avg_exact_match,
    note: 'higher is better',
    whyEmpty: withoutScore,
  },
  {
    key: 'overlap',
    title: 'Word overlap',
    unit: 'share',
    value: (point) => point.avg_word_overlap,
    note: 'higher is better',
    whyEmpty: withoutScore,
  },
  {
    key: 'validation',
    title: 'Validation pass rate',
    unit: 'share',
    value: (point) => point.validation_pass_rate,
    note: 'higher is better',
    whyEmpty: () => 'No validator: the predictions of this job were not validated.',
  },
];

/** A point of a line; a gap where there is no value. */
export interface Coordinate {
  x: number;
  y: number | null;
}

/** The values of `pick` over the epochs. */
export function line(points: readonly TrendPoint[], pick: (point: TrendPoint) => number | null): Coordinate[] {
  return points.map((point) => ({ x: point.epoch, y: pick(point) }));
}

export function valueText(trend: Trend, value: number | null, formats: Formats): string {
  if (value === null) return '–';
  return trend.unit === 'rate' ? formats.rate(value) : formats.percent(value);
}

/** The last epoch's value and where it comes from; null when no epoch has one. */
export function headline(
  trend: Trend,
  points: readonly TrendPoint[],
  formats: Formats,
): { value: string; source: string } | null {
  const last = points.findLast((point) => trend.value(point) !== null);
  if (last === undefined) return null;
  return {
    value: valueText(trend, trend.value(last), formats),
    source: `epoch ${formats.count(last.epoch)} · ${samplesText(last, formats)} · ${trend.note}`,
  };
}

/** What a point says when it is pointed at, line by line. */
export function pointTexts(trend: Trend, point: TrendPoint, formats: Formats): string[] {
  const low = trend.band?.low(point) ?? null;
  const high = trend.band?.high(point) ?? null;
  return [
    valueText(trend, trend.value(point), formats),
    ...(low === null || high === null
      ? []
      : [`min ${valueText(trend, low, formats)}, max ${valueText(trend, high, formats)}`]),
    ...(point.step === null ? [] : [`step ${formats.count(point.step)}`]),
    samplesText(point, formats),
  ];
}

/** What an epoch says when it is pointed at: this job's point, then that of the job laid over it. */
export function epochTexts(
  trend: Trend,
  epoch: number,
  points: readonly TrendPoint[],
  overlay: Overlay | null,
  formats: Formats,
): string[] {
  const own = points.find((point) => point.epoch === epoch);
  const over = overlay?.points.find((point) => point.epoch === epoch);
  const said = own === undefined ? [] : pointTexts(trend, own, formats);
  if (overlay === null || over === undefined) return said;
  return [...said, `${clipped(overlay.title)}: ${pointTexts(trend, over, formats).join(', ')}`];
}

/** How much of the first epoch's error is gone, in words and with its direction. */
export function improvementText(
  percent: number | null,
  points: readonly TrendPoint[],
  formats: Formats,
): { text: string; tone: 'good' | 'bad' | 'quiet' } {
  if (percent === null) return { text: whyNoImprovement(points), tone: 'quiet' };
  if (percent === 0) return { text: '= same error', tone: 'quiet' };
  const amount = formats.percent(Math.abs(percent) / 100);
  return percent > 0
    ? { text: `▼ ${amount} less error`, tone: 'good' }
    : { text: `▲ ${amount} more error`, tone: 'bad' };
}

/** As `overallImprovement` of the wire has it: null without a rate at either end, and when the first is 0. */
function whyNoImprovement(points: readonly TrendPoint[]): string {
  const rates = points.map((point) => point.avg_char_error_rate);
  if (points.length > 0 && rates.every((rate) => rate === null)) return 'unknown without ground truth';
  if (points.length < 2) return 'known after two epochs with a character error rate';
  if (rates[0] === 0) return 'none possible: the first epoch made no error';
  return `unknown: the ${rates[0] === null ? 'first' : 'last'} epoch has no character error rate`;
}

export function samplesText(point: TrendPoint, formats: Formats): string {
  return `${formats.count(point.sample_count)} ${point.sample_count === 1 ? 'sample' : 'samples'}`;
}
