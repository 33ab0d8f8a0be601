import * as Type from 'typebox';
import { schema } from './schema.ts';

const figure = Type.Optional(Type.Union([Type.Number(), Type.Null()]));

/** What a trainer logs at one step. Unknown fields are allowed and kept. */
const content = {
  step: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  /** Trainers count parts of an epoch too: 0.25. */
  epoch: figure,
  train_loss: figure,
  eval_loss: figure,
  learning_rate: figure,
  grad_norm: figure,
  perplexity: figure,
  train_perplexity: figure,
  samples_per_second: figure,
  tokens_per_second: figure,
  gpu_memory_allocated_gb: figure,
  gpu_memory_reserved_gb: figure,
  gpu_utilization_percent: figure,
  /** ISO 8601. */
  timestamp: Type.Optional(Type.Union([Type.String(), Type.Null()])),
};
export const metricType = Type.Object({ ...content, job_id: Type.Optional(Type.String()) });
export type Metric = Type.Static<typeof metricType>;

/** Fields that every metric is told with, null where the trainer sent none. */
export const metricFields: readonly string[] = Object.keys(content);

const start = Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.Null()]));

/** A metric as it is posted. */
const metricInputType = Type.Object({
  ...metricType.properties,
  /** Which start of the training process this is from; the first is 0. */
  restart: start,
  /** The step at which that start went on. */
  restart_from: start,
});

/** Body of `POST /api/training/local/metrics`. */
export const metricBatch = schema(
  Type.Object({ job_id: Type.String({ minLength: 1 }), metrics: Type.Array(metricInputType, { minItems: 1 }) }),
);

/** Answer of `GET /api/training/local/{jobId}/metrics`, ascending by step. */
export const metricsAnswer = schema(Type.Object({ metrics: Type.Array(metricType) }));
