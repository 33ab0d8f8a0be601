/** What streams do to their readers, one small behaviour each; a server's `behaviour` is one of them, or several in turn. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { type Behaviour, EventWriter, frame, type Visit } from './partOneServer.ts';

/** The first visit of a job gets the first behaviour, and so on; the last stays. */
export function inTurn(...behaviours: [Behaviour, ...Behaviour[]]): Behaviour {
  return (visit) => (behaviours[Math.min(visit.number, behaviours.length - 1)] ?? behaviours[0])(visit);
}

/** Says `connected` and then nothing for ever, half-open. */
export const stalls: Behaviour = (visit) => new EventWriter(visit).begin();

/** Takes the request and never answers it. */
export const neverAnswers: Behaviour = () => {};

/** Sends the head of a good answer and no byte of it. */
export const sendsHeadOnly: Behaviour = ({ response }) =>
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();

/** Says `connected`, ends cleanly. */
export const endsAtOnce: Behaviour = async (visit) => {
  const stream = new EventWriter(visit);
  await stream.begin();
  stream.end();
};

/** Says `connected`, destroys the socket. */
export const endsDirty: Behaviour = async (visit) => {
  const stream = new EventWriter(visit);
  await stream.begin();
  stream.destroy();
};

/** Says `connected` and these bytes, then keeps silent or ends as it is told. */
export function says(bytes: (visit: Visit) => string | Uint8Array, then: 'end' | 'destroy' | 'silence'): Behaviour {
  return async (visit) => {
    const stream = new EventWriter(visit);
    await stream.begin();
    await stream.write(bytes(visit));
    if (then !== 'silence') stream[then]();
  };
}

/**
 * Tells of all that is stored, each byte on its own.
 * @param pause ms between two bytes
 */
export function trickles(pause = 0): Behaviour {
  return async (visit) => {
    const stream = new EventWriter(visit);
    await stream.begin();
    for (const byte of Buffer.from(allEvents(visit))) {
      if (visit.response.closed) return;
      await stream.write(Uint8Array.of(byte));
      await (pause > 0 ? sleep(pause) : turn());
    }
  };
}

/** Cuts the last event's last multi-byte character, by the socket's end. */
export const cutsInCharacter: Behaviour = says((visit) => {
  const bytes = Buffer.from(allEvents(visit));
  return bytes.subarray(0, bytes.lastIndexOf('😀') + 2);
}, 'destroy');

/** Cuts the last event in its `data` line, by a clean end. */
export const cutsInLine: Behaviour = says((visit) => allEvents(visit).slice(0, -40), 'end');

/** Beats and says nothing else, as one whose subscription died in silence. */
export function beats(before: string): Behaviour {
  return async (visit) => {
    const stream = new EventWriter(visit);
    await stream.begin();
    await stream.write(before);
    const beat = setInterval(() => void stream.event('heartbeat', {}), visit.server.heartbeat);
    visit.response.once('close', () => clearInterval(beat));
  };
}

/** Its own subscription failed: an `error` event, and silence or mere heartbeats. */
export const subscriptionError = frame('error', { error: 'CHANNEL_ERROR', status: 'CHANNEL_ERROR' });

/** An ordinary HTTP answer instead of a stream. */
export function answers(status: number, headers: Record<string, string> = {}, body = 'no stream'): Behaviour {
  return ({ response }) => void response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(body);
}

/** A status whose body never ends. */
export function answersWithoutEnd(status: number): Behaviour {
  return ({ response }) => void response.writeHead(status, { 'Content-Type': 'text/plain' }).write('because ');
}

/** One line of `data` that never ends, as fast as it is read. */
export const lineWithoutEnd: Behaviour = (visit) => endless(visit, 'event: prediction\ndata: {"prediction":"', 'x');

/** A comment that never ends. */
export const commentWithoutEnd: Behaviour = (visit) => endless(visit, ': ', 'x');

/** Lines of `data` without the blank one that would end their event. */
export const eventWithoutEnd: Behaviour = (visit) => endless(visit, '', 'data: xxxxxxxxxx\n');

/** All that the store has, as prediction events without ids. */
export function allEvents({ server, jobId }: Visit): string {
  const rows = server.store.page(jobId, { limit: 1000, offset: 0 });
  return rows.predictions
    .map((prediction) => frame('prediction', { prediction, total_count: rows.total_count }))
    .join('');
}

async function endless(visit: Visit, first: string, text: string): Promise<void> {
  const stream = new EventWriter(visit);
  await stream.begin();
  await stream.write(first);
  const much = text.repeat(Math.ceil(262_144 / text.length));
  while (!visit.response.closed) {
    await stream.write(much);
    await turn();
  }
}
