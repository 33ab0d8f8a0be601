import * as Type from 'typebox';
import { jobType } from './job.ts';
import { schema } from './schema.ts';

/** Names of the Server-Sent Events of `GET …/predictions/{jobId}/stream`. */
export const eventName = {
  connected: 'connected',
  prediction: 'prediction',
  heartbeat: 'heartbeat',
  error: 'error',
  /** Local server only. */
  epochComplete: 'epoch_complete',
  /** Local server only. */
  checkpointComplete: 'checkpoint_complete',
  /** Local server only. */
  job: 'job',
  /** Local server only, in the stream of the list of jobs. */
  jobDeleted: 'job_deleted',
} as const;

/** Local server only: the stream of the list of jobs, with `connected`, `job`, `job_deleted` and `heartbeat`. */
export const jobListStreamRoute = '/api/training/local/jobs/stream';

/** Seconds between two heartbeats, where the server does not say otherwise. */
export const defaultHeartbeatSeconds = 15;

/** Data of `connected`. */
export const connectedEvent = schema(
  Type.Object({
    /** Local server only. */
    heartbeat_seconds: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** Local server only: one life of a job. */
    incarnation: Type.Optional(Type.String()),
  }),
);

/** Data of `prediction`; the older form has no count. */
export const predictionEvent = schema(
  Type.Object({
    prediction: Type.Unknown(),
    total_count: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  }),
);

/** Data of a prediction in an event without a name. */
export const olderEvent = schema(Type.Object({ type: Type.Literal(eventName.prediction) }));

/** Data of `error`: the server's own subscription failed. */
export const errorEvent = schema(Type.Object({ error: Type.Optional(Type.Unknown()) }));

/** Data of `job_deleted`. */
export const jobDeletedEvent = schema(Type.Object({ id: Type.String({ minLength: 1 }) }));

/** Data of `job`. */
export const jobEvent = schema(jobType);
