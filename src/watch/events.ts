import type { EventSourceMessage } from 'eventsource-parser';
import { isSurelyWithinLevels, parseJson, stepsToField, withinLevels } from '../wire/depth.ts';
import { connectedEvent, eventName, jobDeletedEvent, jobEvent, olderEvent, predictionEvent } from '../wire/events.ts';
import { parseExactly } from '../wire/exactJson.ts';
import type { Job } from '../wire/job.ts';
import { type Prediction, plainFields, readPrediction } from '../wire/prediction.ts';

/** An event of a job's stream, as the watch understands it. */
export type WatchEvent =
  /** `heartbeat` in ms. Both are null where the server does not say. */
  | { type: 'connected'; heartbeat: number | null; incarnation: string | null }
  /** `totalCount` is null in the older form of the event. */
  | { type: 'prediction'; prediction: Prediction; totalCount: number | null }
  | { type: 'heartbeat' }
  | { type: 'serverError' }
  | { type: 'job'; job: Job }
  | { type: 'jobDeleted'; jobId: string }
  /** Nothing that a watch needs, or an event of a later version. */
  | { type: 'other' };

/** An event's data is not JSON, or not of the agreed shape. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
  /** The event's name. */
  readonly event: string;

  constructor(event: string, cause: unknown) {
    super(`unreadable ${event} event (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
    this.event = event;
  }
}

/** @throws UnreadableEventError */
export function readEvent({ event = 'message', data }: EventSourceMessage): WatchEvent {
  try {
    return parse(event, data);
  } catch (cause) {
    throw new UnreadableEventError(event, cause);
  }
}

function parse(event: string, data: string): WatchEvent {
  switch (event) {
    case eventName.connected: {
      const { heartbeat_seconds, incarnation } = connectedEvent.parse(parseJson(data, stepsToField.ofListed));
      return {
        type: 'connected',
        heartbeat: heartbeat_seconds === undefined ? null : heartbeat_seconds * 1000,
        incarnation: incarnation ?? null,
      };
    }
    case eventName.prediction: {
      const message = predictionEvent.parse(parseExactly(data, stepsToField.ofListed, plainFields));
      const row = readPrediction(message.prediction);
      return {
        type: 'prediction',
        prediction: isSurelyWithinLevels(data) ? row : withinLevels(row),
        totalCount: message.total_count ?? null,
      };
    }
    case eventName.heartbeat:
      return { type: 'heartbeat' };
    case eventName.error:
      return { type: 'serverError' };
    case eventName.job:
      return { type: 'job', job: jobEvent.parse(parseJson(data, stepsToField.ofListed)) };
    case eventName.jobDeleted:
      return { type: 'jobDeleted', jobId: jobDeletedEvent.parse(parseJson(data, stepsToField.ofListed)).id };
    case 'message':
      // An older deployment names the event in its data alone.
      return olderEvent.check(parseJson(data, stepsToField.ofListed))
        ? parse(eventName.prediction, data)
        : { type: 'other' };
    default:
      return { type: 'other' };
  }
}
