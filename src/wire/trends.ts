import * as Type from 'typebox';

const average = Type.Union([Type.Number(), Type.Null()]);

/** One epoch of `GET …/trends`. Averages run over the rows whose value is not null; null where none has one. */
export const trendPointType = Type.Object({
  epoch: Type.Integer(),
  /** The epoch's largest. */
  step: Type.Union([Type.Integer(), Type.Null()]),
  sample_count: Type.Integer({ minimum: 0 }),
  avg_exact_match: average,
  avg_char_error_rate: average,
  avg_length_ratio: average,
  avg_word_overlap: average,
  min_char_error_rate: average,
  max_char_error_rate: average,
  /** 0..1, over the rows that were validated. */
  validation_pass_rate: average,
});
export type TrendPoint = Type.Static<typeof trendPointType>;

/**
 * How much of the first epoch's character error rate is gone in the last, in percent; negative when it grew.
 * Null with fewer than two epochs, without a rate at either end, or when the first is 0.
 *
 * @param points ascending by epoch
 */
export function overallImprovement(points: readonly TrendPoint[]): number | null {
  const first = points[0]?.avg_char_error_rate;
  const last = points.at(-1)?.avg_char_error_rate;
  if (points.length < 2 || first == null || last == null || first <= 0) return null;
  return ((first - last) / first) * 100;
}
