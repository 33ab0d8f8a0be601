import type { JobStatus } from '../../wire/job.ts';
import { members, objectText } from './jsonText.ts';
import type { JobRecord, NewMetric } from './storage.ts';

/** Time without a sign of life after which a job that claims to run is stale, in ms. */
const silence = 15 * 60_000;

/** Fields of a job that follow its metrics, and which of a metric's fields they take, the first one that is given. */
const followed: readonly (readonly [field: string, sources: readonly string[]])[] = [
  ['current_step', ['step']],
  ['current_epoch', ['epoch']],
  ['loss', ['train_loss', 'loss']],
  ...[
    'eval_loss',
    'learning_rate',
    'grad_norm',
    'samples_per_second',
    'perplexity',
    'train_perplexity',
    'gpu_memory_allocated_gb',
    'gpu_memory_reserved_gb',
    'gpu_utilization_percent',
  ].map((name) => [name, [name]] as const),
];

/**
 * The job once it got these metrics: each of its figures is the newest that is not null, as trainers send train and
 * eval losses apart. Metrics that come late, from before `latestStep`, change nothing. A job that waited now runs.
 *
 * @param latestStep of the metrics stored before; null when there are none
 */
export function jobAfterMetrics(
  job: Pick<JobRecord, 'status' | 'fields'>,
  rows: readonly NewMetric[],
  latestStep: number | null,
): { status: JobStatus; fields: string } {
  const status = job.status === 'pending' || job.status === 'queued' ? 'running' : job.status;
  const fields = members(job.fields);
  const newest = rows.filter((row) => latestStep === null || row.step >= latestStep).sort((a, b) => a.step - b.step);
  for (const { content } of newest) {
    const given = members(content);
    for (const [field, sources] of followed) {
      const value = sources.map((source) => given.get(source)).find((text) => text !== undefined && text !== 'null');
      if (value !== undefined) fields.set(field, value);
    }
  }
  return { status, fields: objectText(fields) };
}

/** True when the job claims to run, but its script has been silent for too long. */
export function isStale(job: Pick<JobRecord, 'status' | 'aliveAt'>, now: number): boolean {
  return job.status === 'running' && now - Date.parse(job.aliveAt) >= silence;
}
