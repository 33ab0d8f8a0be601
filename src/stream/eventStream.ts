import { setTimeout as sleep } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** An event longer than this ends the connection, in UTF-16 code units. */
export const longestEvent = 32 * 1024 * 1024;

/**
 * Events that come faster are read in rounds so far apart, in ms: views are told less often than that, and after a rest the
 * first event of a round costs the processor ten times as much as each that follows it. One that comes alone is read at once.
 */
const roundInterval = 40;
/** What comes so soon after a chunk was read, in ms, is of its round: a stream that is behind is read without a rest. */
const sameRound = 1;

/** The stream sent more without finishing an event than anyone should hold in memory. */
export class EventTooLongError extends Error {
  override readonly name = 'EventTooLongError';

  constructor(limit: number) {
    super(`The server sent an event of more than ${Math.round(limit / 1024 / 1024)} MB.`);
  }
}

export interface EventStreamHandlers {
  /** Some bytes arrived, whatever they say. */
  bytes(): void;
  event(event: EventSourceMessage): void;
  /** The `retry:` field, in ms. */
  retry(delay: number): void;
}

/**
 * Reads a Server-Sent Events body (WHATWG HTML, 9.2.6) to its clean end. An event that the end cuts is dropped, as the
 * standard says.
 *
 * @throws EventTooLongError, or whatever cut the body
 */
export async function readEventStream(
  body: ReadableStream<Uint8Array>,
  handlers: EventStreamHandlers,
  limit = longestEvent,
): Promise<void> {
  let tooLong = false;
  const parser = createParser({
    onEvent: handlers.event,
    onRetry: handlers.retry,
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') tooLong = true;
    },
    maxBufferSize: limit,
  });
  const decoder = new TextDecoder();
  let line = 0;
  let [round, read] = [Number.NEGATIVE_INFINITY, 0];
  for await (const chunk of body) {
    handlers.bytes();
    const now = performance.now();
    if (now - read >= sameRound) {
      const rest = round + roundInterval - now;
      if (rest > 0) await sleep(rest);
      round = performance.now();
    }
    const text = decoder.decode(chunk, { stream: true });
    parser.feed(text);
    // The parser holds nothing of a comment or an unknown field, and would follow one without end for ever.
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
    line = end === -1 ? line + text.length : text.length - end - 1;
    if (tooLong || line > limit) throw new EventTooLongError(limit);
    read = performance.now();
  }
}
