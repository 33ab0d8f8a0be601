import type { TrendPoint } from '../../src/wire/trends.ts';

/** An epoch of 50 samples of which nothing is known but what is given. */
export function trendPoint(epoch: number, values: Partial<TrendPoint> = {}): TrendPoint {
  return {
    epoch,
    step: epoch * 40,
    sample_count: 50,
    avg_exact_match: null,
    avg_char_error_rate: null,
    avg_length_ratio: null,
    avg_word_overlap: null,
    min_char_error_rate: null,
    max_char_error_rate: null,
    validation_pass_rate: null,
    ...values,
  };
}
