import { isKnownScore } from '../../src/model/knownScores.ts';
import { hasPlainScores } from '../../src/panel/initialView.ts';
import type { ChartedScore, ChartPoint, ScorePoint, ViewState } from '../../src/panel/protocol.ts';
import type { Scores } from '../scores.ts';
import { directionText, scoreTitle, scoreValueText } from '../texts/scoreTexts.ts';
import type { Band, Trend } from './series.ts';

type Own = Pick<Trend, 'key' | 'title' | 'unit'> & { note?: string };

/** Scores whose charts every job has. */
const ownCharts: ReadonlyMap<string, Own> = new Map<string, Own>([
  ['char_error_rate', { key: 'cer', title: 'Character error rate', unit: 'rate' }],
  ['exact_match', { key: 'exact', title: 'Exact match', unit: 'share' }],
  ['word_overlap', { key: 'overlap', title: 'Word overlap', unit: 'share' }],
  ['validation_pass', { key: 'validation', title: 'Validation pass rate', unit: 'share' }],
]);

/** How the chart of a score is called. */
export function chartTitle(name: string, scores: Scores['scores']): string {
  return ownCharts.get(name)?.title ?? scoreTitle(name, scores);
}

const bands = {
  range: { low: 3, high: 4, headings: ['Min', 'Max'], words: ['min', 'max'], note: 'min–max' },
  percentiles: {
    low: 1,
    high: 2,
    headings: ['10th percentile', '90th percentile'],
    words: ['10%', '90%'],
    note: '10th–90th percentile',
  },
} as const;

/** The band that a view draws: that of the first edition where the job has nothing else. */
export function bandOf(chosen: ViewState['trendBand'], names: readonly string[]): keyof typeof bands {
  return chosen ?? (hasPlainScores(names) ? 'range' : 'percentiles');
}

/**
 * The charts of scores in their order, but that the one of the team's own by which answers are judged comes first.
 *
 * @param told the scores of which the points tell, in that order
 * @param charted those of them that have a chart
 */
export function scoreTrends(
  told: readonly ChartedScore[],
  charted: readonly string[],
  { scores, judge }: Pick<Scores, 'scores' | 'judge'>,
  trendBand: ViewState['trendBand'],
): Trend[] {
  const names = scores.map(({ name }) => name);
  const band = bandOf(trendBand, names);
  const compared = ['char_error_rate', 'exact_match', 'word_overlap'].map((name) => placeOf(told, name));
  const whyEmpty = (points: readonly ChartPoint[]): string =>
    hasPlainScores(names) && !points.some((point) => compared.some((place) => point.scores[place] != null))
      ? 'No ground truth: the predictions of this job have nothing to be compared with.'
      : 'No prediction of this job has this score.';
  const isFirst = (name: string): boolean => name === judge && !isKnownScore(name);
  return [...charted.filter(isFirst), ...charted.filter((name) => !isFirst(name))].flatMap((name): Trend[] => {
    const place = placeOf(told, name);
    const score = told[place];
    if (score === undefined) return [];
    const own = ownCharts.get(name);
    const unit = own?.unit ?? (score.isShare ? 'share' : isKnownScore(name) ? 'rate' : 'other');
    const at = (index: keyof ScorePoint & number) => (point: ChartPoint) => point.scores[place]?.[index] ?? null;
    // The first edition had a band for the error rate alone.
    const hasBand = !score.isShare && (trendBand !== null || !hasPlainScores(names) || name === 'char_error_rate');
    const drawn: Band | undefined =
      name === 'exact_match' || name === 'validation_pass' || !hasBand
        ? undefined
        : { ...bands[band], low: at(bands[band].low), high: at(bands[band].high) };
    const direction =
      scores.find((info) => info.name === name)?.direction ?? (name === 'char_error_rate' ? 'lower' : 'higher');
    const better = directionText(direction);
    return [
      {
        key: own?.key ?? `score:${name}`,
        title: chartTitle(name, scores),
        unit,
        isBounded: own !== undefined || unit === 'share',
        write: (value, formats) =>
          unit === 'share'
            ? formats.percent(value)
            : own !== undefined
              ? formats.rate(value)
              : scoreValueText(name, value, formats),
        value: at(0),
        ...(drawn !== undefined && { band: drawn }),
        note:
          drawn === undefined
            ? unit === 'share'
              ? better
              : `mean, ${better}`
            : `mean, ${better} · band: ${bands[band].note}`,
        whyEmpty:
          name === 'validation_pass' ? () => 'No validator: the predictions of this job were not validated.' : whyEmpty,
      },
    ];
  });
}

function placeOf(told: readonly ChartedScore[], wanted: string): number {
  return told.findIndex(({ name }) => name === wanted);
}
