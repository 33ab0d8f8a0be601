import { isActive, type Job } from '../wire/job.ts';

/** What the tree has under headings of their own, in this order. */
export const jobGroups = ['active', 'failed', 'ended'] as const;
export type JobGroup = (typeof jobGroups)[number];

/** A run that failed stands apart for so long, in ms: who comes back the next morning has to see it. */
const newsFor = 86_400_000;

/** Where a job stands at the time `now`, in ms since 1970: `failed` only within a day, and `ended` after that. */
export function groupOf(job: Job, now: number): JobGroup {
  if (isActive(job.status)) return 'active';
  // A script that was killed, or is not ours, may not have said when.
  const failed = Date.parse(job.completed_at ?? job.started_at ?? job.created_at ?? '');
  return job.status === 'failed' && now - failed < newsFor ? 'failed' : 'ended';
}
