import type { EventSourceMessage } from 'eventsource-parser';
import { ApiClient } from '../../api/client.ts';
import { NotFoundError, UnauthorizedError, UnavailableError, UnreachableError } from '../../api/errors.ts';
import type { Endpoint } from '../../api/request.ts';
import { Connection } from '../../stream/connection.ts';
import type { Policy } from '../../stream/connectionState.ts';
import type { Job } from '../../wire/job.ts';
import { readEvent, UnreadableEventError, type WatchEvent } from '../events.ts';

/** The edition of the wire contract whose servers may have such a stream. */
const firstEdition = 2;

export interface JobListStreamOptions {
  /** The server's address and key as they are now; throws ApiError when there is none. */
  endpoint(): Promise<Endpoint>;
  policy(): Policy;
  /** A job is new or changed. */
  told(job: Job): void;
  deleted(jobId: string): void;
  /** The list is to be read now: what changes from here on is told. */
  opened(): void;
  /** It began to tell, or ceased to. */
  changed(): void;
}

/** What a server tells of its list of jobs as it changes, over a connection that is opened again with backoff. */
export class JobListStream {
  readonly #options: JobListStreamOptions;
  readonly #connection: Connection;

  constructor(options: JobListStreamOptions) {
    this.#options = options;
    this.#connection = new Connection({
      // Whether there are live updates at all is for whoever starts it.
      policy: () => ({ ...options.policy(), liveUpdates: true }),
      open: (_lastEventId, signal) => this.#open(signal),
      received: (event) => this.#received(event),
      changed: () => options.changed(),
      catchUp: () => options.opened(),
      // Whoever has no stream reads the list by itself: here there is nothing to poll.
      poll: () =>
        queueMicrotask(() => this.#connection.dispatch({ type: 'polled', succeeded: true, retryAfter: null })),
    });
  }

  /** What changes is told as it does. */
  get isLive(): boolean {
    return this.#connection.state.name === 'live';
  }

  /** Opens the stream, unless it is open or this server was found to have none. */
  start(): void {
    if (this.#connection.state.name === 'idle') this.#connection.dispatch({ type: 'start', hasKey: true });
  }

  /** Tries at once what waits for its next attempt. */
  hurry(): void {
    this.#connection.dispatch({ type: 'focus' });
  }

  /** Closes it; what was found out about the server is forgotten. */
  stop(): void {
    this.#connection.dispatch({ type: 'stop' });
  }

  /** @throws NotFoundError where the server has no such stream */
  async #open(signal: AbortSignal): Promise<Response> {
    const client = new ApiClient(await this.#options.endpoint());
    if ((await editionOf(client, signal)) < firstEdition) {
      throw new NotFoundError('This server does not tell of its list of jobs.', 404);
    }
    return client.openJobListStream(signal);
  }

  #received(message: EventSourceMessage): void {
    let event: WatchEvent;
    try {
      event = readEvent(message);
    } catch (error) {
      if (!(error instanceof UnreadableEventError)) throw error;
      // The list as it is read says the same.
      this.#options.opened();
      return;
    }
    switch (event.type) {
      case 'connected':
        if (event.heartbeat !== null) {
          this.#connection.dispatch({ type: 'heartbeatInterval', interval: event.heartbeat });
        }
        break;
      case 'heartbeat':
        this.#connection.dispatch({ type: 'delivered' });
        break;
      case 'job':
        this.#options.told(event.job);
        break;
      case 'jobDeleted':
        this.#options.deleted(event.jobId);
        break;
      default:
        break;
    }
  }
}

/** A server that answers anything else than the contract's health is none that has such a stream. */
async function editionOf(client: ApiClient, signal: AbortSignal): Promise<number> {
  try {
    return (await client.health(signal)).edition ?? 1;
  } catch (error) {
    const mayMend =
      error instanceof UnreachableError || error instanceof UnavailableError || error instanceof UnauthorizedError;
    if (mayMend || signal.aborted) throw error;
    return 1;
  }
}
