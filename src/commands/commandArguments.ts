import * as Type from 'typebox';
import type { ServerId } from '../servers.ts';
import type { JobReference } from '../watch/watches.ts';
import { schema } from '../wire/schema.ts';

const server = Type.Enum(['remote', 'local']);
const jobReference = schema(Type.Object({ server, jobId: Type.String({ minLength: 1 }) }));
const treeKey = schema(Type.Object({ tree: Type.Literal('chosen') }));

/** A job that a command is about: a job id, a reference, or an item of the tree; null for anything else. */
export function jobArgument(argument: unknown): JobReference<ServerId> | { jobId: string } | null {
  if (typeof argument === 'string' && argument !== '') return { jobId: argument };
  if (jobReference.check(argument)) return { server: argument.server, jobId: argument.jobId };
  return null;
}

/** The jobs among the items of the tree that are chosen. */
export function jobArguments(items: unknown): JobReference<ServerId>[] {
  if (!Array.isArray(items)) return [];
  return items.filter((item) => jobReference.check(item)).map(({ server, jobId }) => ({ server, jobId }));
}

/** A key was pressed in the tree: the command is about what is chosen there, and nothing else. */
export function isTreeKey(argument: unknown): boolean {
  return treeKey.check(argument);
}
