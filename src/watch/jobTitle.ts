import { plainName } from '../plainText.ts';
import type { Job } from '../wire/job.ts';

/** The name that people know a job by, to the letter. */
export function nameOf(jobId: string, job: Job | undefined): string {
  return job?.model_name || jobId;
}

/** That name as it is shown, so that no job looks like another or rearranges the words around it. */
export function titleOf(jobId: string, job: Job | undefined): string {
  return plainName(nameOf(jobId, job));
}
