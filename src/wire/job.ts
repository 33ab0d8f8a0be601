import * as Type from 'typebox';
import { schema } from './schema.ts';

const nullable = <T extends Type.TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));

export const jobStatuses = ['pending', 'queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** True while predictions may still arrive. A status this version does not know counts as active. */
export function isActive(status: string): boolean {
  return status !== 'completed' && status !== 'failed' && status !== 'cancelled';
}

const progressFields = {
  model_name: nullable(Type.String()),
  dataset_path: nullable(Type.String()),
  total_epochs: nullable(Type.Number()),
  total_steps: nullable(Type.Number()),
  /** Percent, 0..100, as FineTune Lab's trainers send it. */
  progress: nullable(Type.Number()),
  current_epoch: nullable(Type.Number()),
  current_step: nullable(Type.Number()),
  loss: nullable(Type.Number()),
  eval_loss: nullable(Type.Number()),
  /** ISO 8601. */
  started_at: nullable(Type.String()),
  completed_at: nullable(Type.String()),
  error_message: nullable(Type.String()),
};

const jobUpdateType = Type.Object({
  job_id: Type.String({ minLength: 1 }),
  status: Type.Optional(Type.Enum([...jobStatuses])),
  config: Type.Optional(Type.Unknown()),
  learning_rate: nullable(Type.Number()),
  best_eval_loss: nullable(Type.Number()),
  ...progressFields,
});
/** Body of `POST /api/training/local/jobs`: only the given fields change. */
export const jobUpdate = schema(jobUpdateType);
export type JobUpdate = Type.Static<typeof jobUpdateType>;

/** A job as a listing shows it. The two listings of FineTune Lab give different parts of it. */
export const jobType = Type.Object({
  id: Type.String({ minLength: 1 }),
  status: Type.String(),
  created_at: nullable(Type.String()),
  best_eval_loss: nullable(Type.Number()),
  /** Whatever the trainer was started with; what it says of scores is read by the model. */
  config: Type.Optional(Type.Unknown()),
  ...progressFields,
  /** The service knows no worker that runs this job, though it claims to run. */
  _stale: Type.Optional(Type.Boolean()),
  _originalStatus: Type.Optional(Type.String()),
  /** Local server only: how many values of its rows were NaN or infinite, where there were any. */
  nonfinite_values: Type.Optional(Type.Integer()),
  /** Local server only: as `unknownFieldsOf` reads it. What another server means by it is not known. */
  unknown_fields: Type.Optional(Type.Unknown()),
});
export type Job = Type.Static<typeof jobType>;

/** So many names of a job are told of. */
const mostUnknownFields = 10;
/** None of them is longer. */
const longestField = 40;

/** Fields of a job's rows that its server does not know, by name, with the field that each is nearly called like. */
export function unknownFieldsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const isName = (text: unknown): text is string =>
    typeof text === 'string' && text !== '' && text.length <= longestField;
  const named = Object.entries(value).filter((entry): entry is [string, string] => entry.every(isName));
  return Object.fromEntries(named.slice(0, mostUnknownFields));
}

const jobListingType = Type.Object({ jobs: Type.Array(jobType), total: Type.Optional(Type.Integer()) });
/** Answer of `GET /api/training/local/jobs`; also fits `GET /api/training/jobs`. */
export const jobListing = schema(jobListingType);
export type JobListing = Type.Static<typeof jobListingType>;

const jobCreatedType = Type.Object({ job_id: Type.String(), job_token: Type.String({ minLength: 1 }) });
/** Answer of `POST /api/training/local/jobs`. */
export const jobCreated = schema(jobCreatedType);
export type JobCreated = Type.Static<typeof jobCreatedType>;
