import * as Type from 'typebox';
import { schema } from './schema.ts';

const count = Type.Integer({ minimum: 0 });

const checkpointCountsType = Type.Object({
  epoch: count,
  step: count,
  /** All rows. */
  prediction_count: count,
  /** Of the rows that are not superseded. */
  sample_count: count,
  /** Rows that a later start or revision took the place of. */
  superseded_count: count,
});
export type CheckpointCounts = Type.Static<typeof checkpointCountsType>;

export const checkpointsAnswerType = Type.Object({ checkpoints: Type.Array(checkpointCountsType) });
/** Answer of `GET …/checkpoints` of the local server, ascending. */
export const checkpointsAnswer = schema(checkpointsAnswerType);

/** Over the samples of a checkpoint, each of which counts by the mean of its completions. */
const scoreSummaryType = Type.Object({
  mean: Type.Number(),
  min: Type.Number(),
  max: Type.Number(),
  p10: Type.Number(),
  p90: Type.Number(),
  /** Samples that have a value. */
  count,
});

export const checkpointTrendsAnswerType = Type.Object({
  by: Type.Literal('checkpoint'),
  trends: Type.Array(
    Type.Object({
      epoch: count,
      step: count,
      sample_count: count,
      prediction_count: count,
      /** By name; those that have a value there. */
      scores: Type.Unsafe<Record<string, Type.Static<typeof scoreSummaryType>>>({
        type: 'object',
        additionalProperties: scoreSummaryType,
      }),
    }),
  ),
});
/** Answer of `GET …/trends?by=checkpoint` of the local server, ascending. */
export const checkpointTrendsAnswer = schema(checkpointTrendsAnswerType);
