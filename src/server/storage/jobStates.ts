import type { JobStatus } from '../../wire/job.ts';
import { members, objectText } from './jsonText.ts';
import type { JobChange, JobRecord } from './storage.ts';

/** What a script says of its job. */
export interface JobState {
  readonly status: JobStatus;
  /** JSON object of all fields but the status. */
  readonly fields: string;
}

/**
 * The job as it is to be kept once a user saved it: a new one runs unless told otherwise, and of a known one only what is
 * given changes. Undefined when it is another user's.
 */
export function savedState(known: JobRecord | undefined, userId: string, change: JobChange): JobState | undefined {
  if (known === undefined) return { status: change.status ?? 'running', fields: objectText(members(change.fields)) };
  if (known.userId !== userId) return undefined;
  const fields = objectText(new Map([...members(known.fields), ...members(change.fields)]));
  return { status: change.status ?? known.status, fields };
}

/** A job that was there as a whole when it was made. */
export function importedState({ status = 'completed', fields }: JobChange): JobState {
  return { status, fields: objectText(members(fields)) };
}

/** A job as somebody saw it who wants to delete it only so. */
export type SeenJob = Pick<JobRecord, 'incarnation' | 'aliveAt'>;

export function mayDelete(job: JobRecord, userId: string, only: SeenJob | undefined): boolean {
  if (job.userId !== userId) return false;
  return only === undefined || (only.incarnation === job.incarnation && only.aliveAt === job.aliveAt);
}
