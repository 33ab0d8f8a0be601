import { directionOf, noSettings } from '../../src/model/directions.ts';
import { isKnownScore } from '../../src/model/knownScores.ts';
import { hasPlainScores } from '../../src/panel/initialView.ts';
import type { BandKind, ChartedScore, ChartPoint } from '../../src/panel/protocol/trends.ts';
import type { Scores } from '../scores.ts';
import { directionText, scoreTitle, scoreValueText } from '../texts/scoreTexts.ts';
import type { Band, Trend } from './series.ts';

/** Scores whose charts every job has. */
const ownCharts: ReadonlyMap<string, Pick<Trend, 'key' | 'title' | 'unit'>> = new Map([
  ['char_error_rate', { key: 'cer', title: 'Character error rate', unit: 'rate' }],
  ['exact_match', { key: 'exact', title: 'Exact match', unit: 'share' }],
  ['word_overlap', { key: 'overlap', title: 'Word overlap', unit: 'share' }],
  ['validation_pass', { key: 'validation', title: 'Validation pass rate', unit: 'share' }],
]);

/** How the chart of a score is called. */
export function chartTitle(name: string, scores: Scores['scores']): string {
  return ownCharts.get(name)?.title ?? scoreTitle(name, scores);
}

const bands: Record<BandKind, { headings: Band['headings']; words: Band['words']; note: string }> = {
  range: { headings: ['Min', 'Max'], words: ['min', 'max'], note: 'min–max' },
  percentiles: {
    headings: ['10th percentile', '90th percentile'],
    words: ['10%', '90%'],
    note: '10th–90th percentile',
  },
  passes: {
    headings: ['All pass', 'Any passes (pass@n)'],
    words: ['all pass', 'any passes'],
    note: 'samples of which all completions pass – of which any does (pass@n)',
  },
};

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
): Trend[] {
  const isPlain = hasPlainScores(scores.map(({ name }) => name));
  const compared = ['char_error_rate', 'exact_match', 'word_overlap'].map((name) => placeOf(told, name));
  const whyEmpty = (points: readonly ChartPoint[]): string =>
    isPlain && !points.some((point) => compared.some((place) => point.scores[place] != null))
      ? 'No ground truth: the predictions of this job have nothing to be compared with.'
      : 'No prediction of this job has this score.';
  const isFirst = (name: string): boolean => name === judge && !isKnownScore(name);
  return [...charted.filter(isFirst), ...charted.filter((name) => !isFirst(name))].flatMap((name): Trend[] => {
    const place = placeOf(told, name);
    const score = told[place];
    if (score === undefined) return [];
    const own = ownCharts.get(name);
    const unit = own?.unit ?? (score.isShare ? 'share' : 'other');
    const at = (index: 0 | 2 | 3) => (point: ChartPoint) => point.scores[place]?.[index] ?? null;
    const look = score.band === null ? null : bands[score.band];
    // One that has no value yet is a known one.
    const { direction } = scores.find((info) => info.name === name) ?? { direction: directionOf(name, noSettings) };
    const better = directionText(direction);
    return [
      {
        key: own?.key ?? `score:${name}`,
        title: chartTitle(name, scores),
        unit,
        isBounded: unit !== 'other',
        write: writer(name, unit),
        value: at(0),
        ...(look !== null && { band: { headings: look.headings, words: look.words, low: at(2), high: at(3) } }),
        note: noteOf(better, unit, look?.note ?? null),
        whyEmpty:
          name === 'validation_pass' ? () => 'No validator: the predictions of this job were not validated.' : whyEmpty,
      },
    ];
  });
}

function writer(name: string, unit: Trend['unit']): Trend['write'] {
  if (unit === 'rate') return (value, { rate }) => rate(value);
  if (unit === 'share') return (value, { percent }) => percent(value);
  return (value, formats) => scoreValueText(name, value, formats);
}

function noteOf(better: string, unit: Trend['unit'], band: string | null): string {
  // A share is a mean by its nature.
  const text = unit === 'share' && band === null ? better : `mean, ${better}`;
  return band === null ? text : `${text} · band: ${band}`;
}

function placeOf(told: readonly ChartedScore[], wanted: string): number {
  return told.findIndex(({ name }) => name === wanted);
}

/**
 * The chart of the samples whose completions are all worth the same: no trainer learns from those.
 *
 * @param scores how many scores the points tell before it
 * @param words of the deciding score
 */
export function groupTrend(scores: number, words: string): Trend {
  return {
    key: 'groups',
    title: 'Groups that teach nothing',
    unit: 'share',
    isBounded: true,
    write: (value, { percent }) => percent(value),
    value: (point) => point.scores[scores]?.[0] ?? null,
    note: `share of the samples with several completions that are all equal by ${words}`,
    whyEmpty: () => 'No sample has several completions.',
  };
}
