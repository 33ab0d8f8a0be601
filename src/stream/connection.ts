import type { EventSourceMessage } from 'eventsource-parser';
import { NotFoundError, UnauthorizedError, UnavailableError, UnreachableError } from '../api/errors.ts';
import {
  type ConnectionEvent,
  type ConnectionState,
  idle,
  type Policy,
  transition,
  wakeAt,
} from './connectionState.ts';
import { readEventStream } from './eventStream.ts';

/** Timers stand still while the machine sleeps: the clock is looked at at least this often, in ms. */
const longestTimeout = 2000;

/** What a connection needs of its watch. */
export interface ConnectionOwner {
  /** The policy in force; asked anew at every step. */
  policy(): Policy;
  /** Opens the stream after the given event id; throws ApiError. */
  open(lastEventId: string | null, signal: AbortSignal): Promise<Response>;
  /** A whole event arrived. */
  received(event: EventSourceMessage): void;
  /** The state changed, or `problem` did. */
  changed(): void;
  /** A connection has just become live: prove that nothing is missing. */
  catchUp(): void;
  /** The stream is given up for now: read over REST and tell `polled`. */
  poll(): void;
}

/** Carries out what the state machine decides: one response and one timer at most. */
export class Connection {
  readonly #owner: ConnectionOwner;
  #state: ConnectionState = idle;
  #response: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  /** When it last looked at the clock. */
  #now = 0;
  #lastEventId: string | null = null;
  #lastByteAt: number | null = null;
  #problem: Error | null = null;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** When the last byte came, in ms since 1970. */
  get lastByteAt(): number | null {
    return this.#lastByteAt;
  }

  /** Why the last connection ended or none came about; null once one is live. */
  get problem(): Error | null {
    return this.#problem;
  }

  /** Forgets the place in the stream, because what was read so far belongs to another life of the job. */
  forgetPlace(): void {
    this.#lastEventId = null;
  }

  dispatch(event: ConnectionEvent): void {
    const before = this.#state;
    const at = { now: Date.now(), random: Math.random(), policy: this.#owner.policy() };
    const by = this.#now - at.now;
    this.#now = at.now;
    const known = by > 0 ? transition(before, { type: 'clockSetBack', by }, at).state : before;
    const { state, effects } = transition(known, event, at);
    this.#state = state;
    if (before.name !== state.name && (state.name === 'live' || state.name === 'finished')) this.#problem = null;
    for (const effect of effects) {
      if (effect === 'open') this.#open();
      else if (effect === 'close') this.#close();
      else if (effect === 'poll') this.#owner.poll();
      else this.#owner.catchUp();
    }
    this.#setTimer();
    if (before !== state && describes(before) !== describes(state)) this.#owner.changed();
  }

  /** Says why a request failed and what follows from it, by its class. */
  dispatchFailure(error: unknown, otherwise: ConnectionEvent): void {
    this.#problem = error instanceof Error ? error : new Error(String(error));
    const before = this.#state;
    if (error instanceof UnauthorizedError) this.dispatch({ type: 'refused' });
    else if (error instanceof NotFoundError) this.dispatch({ type: 'missing' });
    else this.dispatch(otherwise);
    if (this.#state === before) this.#owner.changed();
  }

  #open(): void {
    this.#close();
    const response = new AbortController();
    this.#response = response;
    void this.#read(response.signal);
  }

  #close(): void {
    this.#response?.abort();
    this.#response = undefined;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const dispatch = (event: ConnectionEvent): void => {
      if (!signal.aborted) this.dispatch(event);
    };
    try {
      const response = await this.#owner.open(this.#lastEventId, signal);
      if (response.body === null || !isEventStream(response)) {
        throw new UnreachableError('The server answered with something other than an event stream.');
      }
      await readEventStream(response.body, {
        bytes: () => {
          this.#lastByteAt = Date.now();
          dispatch({ type: 'bytes' });
        },
        event: (event) => {
          // A closed watch takes nothing more, though the chunk may hold further events.
          if (signal.aborted) return;
          this.#owner.received(event);
          // Only now: the id of an event that was not taken must not be sent back as seen.
          if (event.id !== undefined) this.#lastEventId = event.id === '' ? null : event.id;
        },
        retry: (delay) => dispatch({ type: 'retryHint', delay }),
      });
      throw new UnreachableError('The server closed the connection.');
    } catch (error) {
      if (signal.aborted) return;
      const retryAfter = error instanceof UnavailableError ? error.retryAfter : null;
      this.dispatchFailure(error, { type: 'interrupted', retryAfter });
    }
  }

  /** A timer that is too early does no harm: the state machine looks at the clock itself. So bytes re-arm nothing. */
  #setTimer(): void {
    const wake = wakeAt(this.#state, this.#owner.policy());
    if (this.#timer !== undefined && wake !== null && this.#timerAt <= wake) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (wake === null) return;
    const now = Date.now();
    const delay = Math.min(Math.max(0, wake - now), longestTimeout);
    this.#timerAt = now + delay;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.dispatch({ type: 'timer' });
    }, delay);
  }
}

function isEventStream({ headers }: Response): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(headers.get('Content-Type') ?? '');
}

/** What an observer can tell apart: bytes that only move a clock are no change. */
function describes(state: ConnectionState): string {
  if (state.name === 'waiting') return `waiting ${state.retryAt}`;
  if (state.name === 'polling') return `polling ${state.lastPollFailed} ${state.nextTryAt}`;
  return state.name;
}
