import { unknownFieldsOf } from '../../wire/job.ts';
import { isStale } from './jobProgress.ts';
import { unknownFields } from './jobStates.ts';
import type { JobRecord } from './storage.ts';

/** A job as `GET /api/training/local/jobs` and the `job` event tell it; null where nothing was given. */
export function jobRow(job: JobRecord): Record<string, unknown> {
  const fields = parseFields(job);
  const given = (name: string) => fields[name] ?? null;
  return {
    id: job.id,
    model_name: given('model_name'),
    dataset_path: given('dataset_path'),
    status: job.status,
    progress: given('progress'),
    current_step: given('current_step'),
    current_epoch: given('current_epoch'),
    total_steps: given('total_steps'),
    total_epochs: given('total_epochs'),
    loss: given('loss'),
    eval_loss: given('eval_loss'),
    best_eval_loss: given('best_eval_loss'),
    started_at: given('started_at'),
    completed_at: given('completed_at'),
    created_at: job.createdAt,
    error_message: given('error_message'),
    ...(job.nonfiniteValues > 0 && { nonfinite_values: job.nonfiniteValues }),
    ...toldUnknown(fields[unknownFields]),
    ...toldConfig(fields['config']),
  };
}

function toldUnknown(kept: unknown): Record<string, unknown> {
  const fields = unknownFieldsOf(kept);
  return Object.keys(fields).length === 0 ? {} : { unknown_fields: fields };
}

/** Members of a job's `config` that its readers go by; what else a script was started with stays here. */
const toldMembers = ['scores', 'deciding_score', 'reasoning_tags', 'imported'] as const;
/** A larger one is told to nobody, in characters: every listing and event would carry it. */
const longestConfig = 65_536;

function toldConfig(config: unknown): Record<string, unknown> {
  if (typeof config !== 'object' || config === null) return {};
  const members = config as Readonly<Record<string, unknown>>;
  const told = toldMembers.filter((name) => Object.hasOwn(config, name)).map((name) => [name, members[name]] as const);
  if (told.length === 0) return {};
  const made = Object.fromEntries(told);
  return JSON.stringify(made).length > longestConfig ? {} : { config: made };
}

/** A job as `GET /api/training/jobs` tells it at the time `now`, in ms. */
export function jobSummary(job: JobRecord, now: number): Record<string, unknown> {
  const { id, model_name, status, started_at, completed_at, created_at, nonfinite_values, unknown_fields } =
    jobRow(job);
  const told = {
    ...(nonfinite_values !== undefined && { nonfinite_values }),
    ...(unknown_fields !== undefined && { unknown_fields }),
  };
  const summary = { id, model_name, status, started_at, completed_at, created_at, ...told };
  return isStale(job, now) ? { ...summary, _stale: true, _originalStatus: status } : summary;
}

function parseFields(job: JobRecord): Record<string, unknown> {
  const fields: unknown = JSON.parse(job.fields);
  return fields as Record<string, unknown>;
}
