import type { Prediction } from '../wire/prediction.ts';
import type { EpochSummary } from '../wire/responses.ts';
import type { TrendPoint } from '../wire/trends.ts';
import { addMean, addToMean, average, emptyMean, type Mean } from './means.ts';
import { knownScore } from './scores.ts';

/** What an epoch's statistics look at in a row. Rates are as in the wire contract; null where the row has none. */
export interface ScoredRow {
  readonly step: number;
  readonly exactMatch: number | null;
  readonly charErrorRate: number | null;
  readonly lengthRatio: number | null;
  readonly wordOverlap: number | null;
  /** Whether it passed; 1 or 0 is as good. */
  readonly validationPass: boolean | number | null;
}

/** What is known of one epoch of a job, kept while rows arrive in any order: one more costs the same however many came. */
export interface EpochStatistics {
  readonly epoch: number;
  predictionCount: number;
  /** The largest. */
  latestStep: number;
  readonly exactMatch: Mean;
  readonly charErrorRate: Mean;
  minCharErrorRate: number | null;
  maxCharErrorRate: number | null;
  readonly lengthRatio: Mean;
  readonly wordOverlap: Mean;
  /** Of the rows that were validated; the sum counts those that passed. */
  readonly validation: Mean;
}

export function emptyStatistics(epoch: number): EpochStatistics {
  return {
    epoch,
    predictionCount: 0,
    latestStep: 0,
    exactMatch: emptyMean(),
    charErrorRate: emptyMean(),
    minCharErrorRate: null,
    maxCharErrorRate: null,
    lengthRatio: emptyMean(),
    wordOverlap: emptyMean(),
    validation: emptyMean(),
  };
}

/** Counts a row of the epoch in. */
export function addRow(epoch: EpochStatistics, row: ScoredRow): void {
  const { charErrorRate, validationPass } = row;
  epoch.predictionCount += 1;
  epoch.latestStep = Math.max(epoch.latestStep, row.step);
  addToMean(epoch.exactMatch, row.exactMatch);
  addToMean(epoch.charErrorRate, charErrorRate);
  addToMean(epoch.lengthRatio, row.lengthRatio);
  addToMean(epoch.wordOverlap, row.wordOverlap);
  addToMean(epoch.validation, validationPass === null ? null : Number(validationPass));
  if (charErrorRate === null) return;
  epoch.minCharErrorRate = Math.min(epoch.minCharErrorRate ?? charErrorRate, charErrorRate);
  epoch.maxCharErrorRate = Math.max(epoch.maxCharErrorRate ?? charErrorRate, charErrorRate);
}

/** Counts other rows of the epoch in. */
export function addStatistics(epoch: EpochStatistics, other: EpochStatistics): void {
  epoch.predictionCount += other.predictionCount;
  epoch.latestStep = Math.max(epoch.latestStep, other.latestStep);
  for (const name of ['exactMatch', 'charErrorRate', 'lengthRatio', 'wordOverlap', 'validation'] as const) {
    addMean(epoch[name], other[name]);
  }
  const { minCharErrorRate: min, maxCharErrorRate: max } = other;
  if (min !== null) epoch.minCharErrorRate = Math.min(epoch.minCharErrorRate ?? min, min);
  if (max !== null) epoch.maxCharErrorRate = Math.max(epoch.maxCharErrorRate ?? max, max);
}

/** The fields of a prediction in which its scores of the contract stand. */
export type ScoredFields = Pick<
  Prediction,
  'step' | 'exact_match' | 'char_error_rate' | 'length_ratio' | 'word_overlap' | 'validation_pass' | 'scores'
>;

/** What a prediction of the wire tells of itself. */
export function scoredRow(prediction: ScoredFields): ScoredRow {
  return {
    step: prediction.step,
    exactMatch: knownScore(prediction, 'exact_match'),
    charErrorRate: knownScore(prediction, 'char_error_rate'),
    lengthRatio: knownScore(prediction, 'length_ratio'),
    wordOverlap: knownScore(prediction, 'word_overlap'),
    validationPass: passOrNull(knownScore(prediction, 'validation_pass')),
  };
}

/** The service knows no half of it. */
export function passOrNull(value: number | null): number | null {
  return value === 0 || value === 1 ? value : null;
}

/** One element of the answer of `…/epochs`. */
export function epochSummary({ epoch, predictionCount, latestStep }: EpochStatistics): EpochSummary {
  return { epoch, prediction_count: predictionCount, latest_step: latestStep };
}

/** One element of the answer of `…/trends`: a point of each chart. */
export function trendPoint(epoch: EpochStatistics): TrendPoint {
  return {
    epoch: epoch.epoch,
    step: epoch.latestStep,
    sample_count: epoch.predictionCount,
    avg_exact_match: average(epoch.exactMatch),
    avg_char_error_rate: average(epoch.charErrorRate),
    avg_length_ratio: average(epoch.lengthRatio),
    avg_word_overlap: average(epoch.wordOverlap),
    min_char_error_rate: epoch.minCharErrorRate,
    max_char_error_rate: epoch.maxCharErrorRate,
    validation_pass_rate: average(epoch.validation),
  };
}

/**
 * How much of the first epoch's character error rate is gone in the last, in percent; negative when it grew.
 * Null with fewer than two epochs, without a rate at either end, or when the first is 0.
 *
 * @param points ascending by epoch
 */
export function overallImprovement(points: readonly Pick<TrendPoint, 'avg_char_error_rate'>[]): number | null {
  const first = points[0]?.avg_char_error_rate;
  const last = points.at(-1)?.avg_char_error_rate;
  if (points.length < 2 || first == null || last == null || first <= 0) return null;
  return ((first - last) / first) * 100;
}
