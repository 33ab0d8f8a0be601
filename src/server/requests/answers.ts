import * as Type from 'typebox';
import { checkpointsAnswerType, checkpointTrendsAnswerType } from '../../wire/checkpoints.ts';
import { jobStatuses, jobType } from '../../wire/job.ts';
import { metricType } from '../../wire/metric.ts';
import { predictionType } from '../../wire/prediction.ts';
import { epochsAnswerType, predictionsPageType, trendsAnswerType, unknownFieldsType } from '../../wire/responses.ts';

/*
 * What this server itself answers: the wire's types, which clients read the answers of any server with, and all that
 * is certain here beyond them.
 */

const count = Type.Integer({ minimum: 0 });
const done = Type.Literal(true);

/** Of the contract, which this server takes. */
export const edition = 2;

export const jobSavedType = Type.Object({
  success: done,
  persisted: done,
  job_id: Type.String(),
  user_id: Type.String(),
  job_token: Type.String({ description: 'What predictions of this job are sent with' }),
  edition: Type.Integer({ description: 'Of this contract: what a sender need not ask /health for' }),
  warning: Type.Optional(Type.String({ description: 'A job that had ended, with predictions, is active again' })),
});

const listedJob = Type.Object({
  ...jobType.properties,
  status: Type.Enum([...jobStatuses]),
  created_at: Type.String(),
  unknown_fields: Type.Optional(unknownFieldsType),
});

/** Newest first. */
export const localJobsType = Type.Object({
  jobs: Type.Array(listedJob),
  total: count,
  limit: count,
  offset: count,
});

/** Newest first. */
export const jobsType = Type.Object({ success: done, count, jobs: Type.Array(listedJob) });

export const jobImportedType = Type.Object({
  success: done,
  job_id: Type.String(),
  user_id: Type.String(),
  count,
  unknown_fields: Type.Optional(unknownFieldsType),
});

/** By step. */
export const metricsType = Type.Object({ job_id: Type.String(), metrics: Type.Array(metricType) });

export const jobDeletedType = Type.Object({ success: done, job_id: Type.String() });

export const predictionsType = Type.Object({
  ...predictionsPageType.properties,
  job_id: Type.String(),
  predictions: Type.Array(Type.Object({ ...predictionType.properties, seq: Type.Integer({ minimum: 1 }) })),
  epoch_count: count,
});

export const epochsType = Type.Object({ job_id: Type.String(), ...epochsAnswerType.properties });

export const checkpointsType = Type.Object({ job_id: Type.String(), ...checkpointsAnswerType.properties });

/** By epoch, or by checkpoint. */
export const trendsType = Type.Union([
  Type.Object({ job_id: Type.String(), ...trendsAnswerType.properties }),
  Type.Object({ job_id: Type.String(), ...checkpointTrendsAnswerType.properties }),
]);
