import { type JobStatus, unknownFieldsOf } from '../../wire/job.ts';
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

/** Where a job's `fields` say which ones of its rows nobody knows; the server writes it itself. */
export const unknownFields = 'unknown_fields';

/**
 * A job's `fields` that say these names too.
 *
 * @param found as `unknownFieldsOf` has it
 * @returns undefined where nothing new is said
 */
export function withUnknownFields(fields: string, found: Readonly<Record<string, string>>): string | undefined {
  // Nearly every job has none, and its config may be large.
  if (Object.keys(found).length === 0) return undefined;
  const before = unknownFieldsOf((JSON.parse(fields) as Record<string, unknown>)[unknownFields]);
  const after = unknownFieldsOf({ ...before, ...found });
  if (Object.keys(after).length === Object.keys(before).length) return undefined;
  return objectText(members(fields).set(unknownFields, JSON.stringify(after)));
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
