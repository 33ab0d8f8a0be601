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
