import { bandOfScore } from '../../src/panel/initialView.ts';
import type { ChartPoint, ScorePoint } from '../../src/panel/protocol/trends.ts';
import { noScores } from '../../webview/scores.ts';
import { type SourceLine, sourceLines } from '../../webview/trends/lines/sourceLines.ts';
import { scoreTrends } from '../../webview/trends/scoreTrends.ts';
import type { Trend } from '../../webview/trends/series.ts';

/** The charts of every job, in the order in which points tell of their scores. */
export const plainNames = ['char_error_rate', 'exact_match', 'word_overlap', 'validation_pass'] as const;
type Plain = Partial<Record<'cer' | 'exact' | 'overlap' | 'validation', number | readonly [number, number, number]>>;

/** An epoch of 50 samples, each with one answer, of which nothing is known but what is given: a mean, or one with smallest and largest. */
export function chartPoint(epoch: number, values: Plain = {}, fields: Partial<ChartPoint> = {}): ChartPoint {
  const samples = fields.samples ?? 50;
  const { cer, exact, overlap, validation } = values;
  const scores = [cer, exact, overlap, validation].map((value): ScorePoint | null => {
    if (value === undefined) return null;
    const [mean, low, high] = typeof value === 'number' ? [value, value, value] : value;
    return [mean, samples, low, high];
  });
  return { epoch, step: epoch * 40, source: '', samples, predictions: samples, scores, ...fields };
}

/** The charts of a job without scores of its own. */
export const plainTrends: readonly Trend[] = scoreTrends(
  plainNames.map((name) => ({ name, isShare: false, band: bandOfScore({ name, isShare: false }, null, plainNames) })),
  plainNames,
  noScores,
);

export function plainTrend(key: Trend['key']): Trend {
  const found = plainTrends.find((trend) => trend.key === key);
  if (found === undefined) throw new Error(`There is no chart ${key}`);
  return found;
}

/** The lines of points whose checkpoints are epochs. */
export function linesOf(points: readonly ChartPoint[]): SourceLine[] {
  return sourceLines(points, 'epoch', null).lines;
}
