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

  it('reads an event that comes alone at once', async () => {
    const seen: string[] = [];
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes('data: alone\n\n'));
        end = () => controller.close();
      },
    });
    const read = readEventStream(body, { bytes() {}, retry() {}, event: ({ data }) => seen.push(data) });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(seen, ['alone']);
    end();
    await read;
  });

  it('reads what is there already without a rest', async () => {
    let asked = 0;
    const events = 5000;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        asked += 1;
        if (asked > events) controller.close();
        else controller.enqueue(bytes(`data: ${asked}\n\n`));
      },
    });
    const seen: number[] = [];
    // With a rest before each it would take minutes.
    await readEventStream(body, { bytes() {}, retry() {}, event: ({ data }) => seen.push(Number(data)) });
    assert.deepEqual([seen.length, seen[0], seen.at(-1)], [events, 1, events]);
  });

  it('reads events that come fast in rounds, all of them and in their order', async () => {
    const sent = 60;
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (let n = 0; n < sent; n += 1) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          controller.enqueue(bytes(`data: ${n}\n\n`));
        }
        controller.close();
      },
    });
    const seen: number[] = [];
    const turns = new Set<number>();
    let turn = 0;
    const event = ({ data }: EventSourceMessage) => {
      seen.push(Number(data));
      turns.add(turn);
      setImmediate(() => {
        turn = seen.length;
      });
    };
    await readEventStream(body, { bytes() {}, retry() {}, event });
    assert.deepEqual(
      seen,
      Array.from({ length: sent }, (_, n) => n),
    );
    assert.ok(turns.size < sent / 2, `${turns.size} rounds`);
  });
});
