import assert from 'node:assert/strict';
import type { EventSourceMessage } from 'eventsource-parser';
import { EventTooLongError, readEventStream } from '../../../src/stream/eventStream.ts';

/** What a stream of these chunks delivers. */
async function read(
  chunks: Uint8Array[],
  limit?: number,
): Promise<{ events: EventSourceMessage[]; retries: number[] }> {
  const events: EventSourceMessage[] = [];
  const retries: number[] = [];
  const handlers = {
    bytes: () => {},
    event: (event: EventSourceMessage) => events.push(event),
    retry: (delay: number) => retries.push(delay),
  };
  await readEventStream(ReadableStream.from(chunks), handlers, limit);
  return { events, retries };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('readEventStream', () => {
  it('gives the same events wherever the bytes are cut, in a line or in a character', async () => {
    for (const end of ['\n', '\r', '\r\n']) {
      const text = `\uFEFF: hello\nretry: 2500\n\nid: 7\nevent: prediction\ndata: {"a":"ü€😀"}\n\ndata: one\ndata:two\ndata\n\nevent: empty\n\ndata: last\n\ndata: cut off`;
      const whole = bytes(text.replaceAll('\n', end));
      const { events, retries } = await read([whole]);
      assert.deepEqual(
        events.map(({ event, id, data }) => [event, id, data]),
        [
          ['prediction', '7', '{"a":"ü€😀"}'],
          [undefined, undefined, 'one\ntwo\n'],
          [undefined, undefined, 'last'],
        ],
      );
      assert.deepEqual(retries, [2500]);
      for (let cut = 1; cut < whole.length; cut += 1) {
        const halves = await read([whole.slice(0, cut), whole.slice(cut)]);
        assert.deepEqual(halves.events, events, `cut at byte ${cut}`);
      }
      assert.deepEqual((await read([...whole].map((byte) => Uint8Array.of(byte)))).events, events);
    }
  });

  it('ends with an error that names the size when an event has no end', async () => {
    const chunk = bytes('data: '.padEnd(1024 * 1024, 'x'));
    await assert.rejects(read([chunk, chunk, chunk, chunk], 2 * 1024 * 1024), (error: Error) => {
      assert.ok(error instanceof EventTooLongError);
      assert.match(error.message, /2 MB/);
      return true;
    });
  });

  it('takes an event of 10 MB', async () => {
    const { events } = await read([bytes(`data: ${'x'.repeat(10 * 1024 * 1024)}\n\n`)]);
    assert.equal(events[0]?.data.length, 10 * 1024 * 1024);
  });
});
