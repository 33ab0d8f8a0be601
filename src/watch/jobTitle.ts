import type { Job } from '../wire/job.ts';

/** The name that people know a job by. */
export function titleOf(jobId: string, job: Job | undefined): string {
  return job?.model_name || jobId;
}
