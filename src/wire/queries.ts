import * as Type from 'typebox';
import { jobStatuses } from './job.ts';
import { schema } from './schema.ts';

const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const page = { limit: Type.Optional(count), offset: Type.Optional(count) };

const jobsQueryType = Type.Object({ status: Type.Optional(Type.Enum([...jobStatuses])), ...page });
/** Query of `GET /api/training/local/jobs`. */
export const jobsQuery = schema(jobsQueryType);
export type JobsQuery = Type.Static<typeof jobsQueryType>;

const predictionsQueryType = Type.Object({
  epoch: Type.Optional(count),
  /** Local server only: of one checkpoint, beside its epoch. */
  step: Type.Optional(count),
  /** Local server only: rows after this sequence number, by sequence. */
  after: Type.Optional(count),
  /** Local server only: by sequence instead of by epoch and sample. */
  order: Type.Optional(Type.Enum(['asc', 'desc'])),
  ...page,
});
/** Query of `GET /api/training/predictions/{jobId}`. */
export const predictionsQuery = schema(predictionsQueryType);
export type PredictionsQuery = Type.Static<typeof predictionsQueryType>;

/** Query of `GET …/trends`, as it came. */
export const trendsQuery = schema(
  Type.Object({
    /** Local server only: a point a checkpoint, over its samples, instead of one an epoch over rows. */
    by: Type.Optional(Type.Enum(['checkpoint'])),
    /** Local server only: names with commas between; the first ones of the job where absent. */
    scores: Type.Optional(Type.String({ minLength: 1 })),
  }),
);

/** Query of `GET /lease`: whether the server is to outlive all windows from now on. */
export const leaseQuery = schema(Type.Object({ keep_running: Type.Optional(Type.Enum([0, 1])) }));

/** Query of `GET /api/training/local/{jobId}/metrics`. */
export const metricsQuery = schema(
  Type.Object({
    /** Local server only: steps after this one. */
    after: Type.Optional(count),
  }),
);

/** Query of `GET /api/training/predictions/{jobId}/stream`. */
export const streamQuery = schema(Type.Object({ epoch: Type.Optional(count) }));
