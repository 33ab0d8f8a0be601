import * as Type from 'typebox';
import { schema } from './schema.ts';

const column = Type.Optional(Type.String({ minLength: 1 }));
const columnRolesType = Type.Object({
  prompt: column,
  prediction: column,
  ground_truth: column,
  epoch: column,
  step: column,
  sample_index: column,
});
/** Which column of a table a person chose for which role. */
export const columnRoles = schema(columnRolesType);

const followRecordType = Type.Object({
  /** What is followed: a run's folder or one file. Absolute. */
  path: Type.String({ minLength: 1 }),
  format: Type.Optional(Type.String({ minLength: 1 })),
  columns: Type.Optional(columnRolesType),
});
/** `followed-KEY.json` in the data directory: what is to be followed while the local server runs. */
export const followRecord = schema(followRecordType);
export type FollowRecord = Type.Static<typeof followRecordType>;

const refusalType = Type.Object({
  /** Relative to the run's folder. */
  file: Type.String(),
  line: Type.Union([Type.Integer(), Type.Null()]),
  why: Type.String(),
});

const followStatusType = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  /** When this follower began, in ms since 1970. */
  began: Type.Number(),
  /**
   * `waiting`: nothing is recognised yet. `ended`: the run came to its end. `stopped`: nobody wants it followed any more, or
   * the local server is gone. `failed`: `problem` says why.
   */
  state: Type.Enum(['waiting', 'following', 'ended', 'stopped', 'failed']),
  path: Type.String(),
  job_id: Type.Optional(Type.String()),
  format: Type.Optional(Type.String()),
  /** That rows came of last, relative to the run's folder, and when they did, in ms since 1970. */
  file: Type.Optional(Type.String()),
  grew: Type.Optional(Type.Number()),
  rows: Type.Integer({ minimum: 0 }),
  refused: Type.Integer({ minimum: 0 }),
  /** The newest ones. */
  refusals: Type.Array(refusalType),
  problem: Type.Optional(Type.String()),
});
/** `followed-KEY.status.json` beside it: what the follower of it does. */
export const followStatus = schema(followStatusType);
export type FollowStatus = Type.Static<typeof followStatusType>;
