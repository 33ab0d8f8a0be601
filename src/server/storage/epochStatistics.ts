import type { EpochSummary } from '../../wire/responses.ts';
import type { TrendPoint } from '../../wire/trends.ts';
import type { EpochStatistics, Mean, NewPrediction } from './storage.ts';

/** Statistics of the epochs in one batch, whose rows get the sequence numbers from `firstSeq` on. */
export function statisticsOf(rows: readonly NewPrediction[], firstSeq: number): EpochStatistics[] {
  const byEpoch = new Map<number, EpochStatistics>();
  rows.forEach((row, index) => {
    const epoch = byEpoch.get(row.epoch) ?? emptyEpoch(row.epoch, firstSeq + index);
    byEpoch.set(row.epoch, epoch);
    epoch.predictionCount += 1;
    epoch.latestStep = Math.max(epoch.latestStep, row.step);
    add(epoch.exactMatch, row.exactMatch);
    add(epoch.charErrorRate, row.charErrorRate);
    add(epoch.lengthRatio, row.lengthRatio);
    add(epoch.wordOverlap, row.wordOverlap);
    add(epoch.validation, row.validationPass === null ? null : Number(row.validationPass));
    if (row.charErrorRate !== null) {
      epoch.minCharErrorRate = Math.min(epoch.minCharErrorRate ?? row.charErrorRate, row.charErrorRate);
      epoch.maxCharErrorRate = Math.max(epoch.maxCharErrorRate ?? row.charErrorRate, row.charErrorRate);
    }
  });
  return [...byEpoch.values()];
}

/** One element of the answer of `…/epochs`. */
export function epochSummary(epoch: EpochStatistics): EpochSummary {
  return { epoch: epoch.epoch, prediction_count: epoch.predictionCount, latest_step: epoch.latestStep };
}

/** One element of the answer of `…/trends`. */
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

function emptyEpoch(epoch: number, firstSeq: number): EpochStatistics {
  const empty = (): Mean => ({ sum: 0, count: 0 });
  return {
    epoch,
    firstSeq,
    predictionCount: 0,
    latestStep: 0,
    exactMatch: empty(),
    charErrorRate: empty(),
    minCharErrorRate: null,
    maxCharErrorRate: null,
    lengthRatio: empty(),
    wordOverlap: empty(),
    validation: empty(),
  };
}

function add(mean: Mean, value: number | null): void {
  if (value === null) return;
  mean.sum += value;
  mean.count += 1;
}

function average(mean: Mean): number | null {
  return mean.count === 0 ? null : mean.sum / mean.count;
}
