import * as Type from 'typebox';
import type { ServerId } from '../servers.ts';
import type { JobReference } from '../watch/watches.ts';
import { schema } from '../wire/schema.ts';

const server = Type.Enum(['remote', 'local']);
const jobReference = schema(Type.Object({ server, jobId: Type.String({ minLength: 1 }) }));

/** A job that a command is about: a job id, a reference, or an item of the tree; null for anything else. */
export function jobArgument(argument: unknown): JobReference<ServerId> | { jobId: string } | null {
  if (typeof argument === 'string' && argument !== '') return { jobId: argument };
  if (jobReference.check(argument)) return { server: argument.server, jobId: argument.jobId };
  return null;
}
