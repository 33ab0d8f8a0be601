/** What our reading of the stream costs above the parser and JSON alone. */
import { createParser } from 'eventsource-parser';
import { readEventStream } from '../../src/stream/eventStream.ts';
import { readEvent } from '../../src/watch/events.ts';
import { compare } from '../report.ts';
import { prediction } from '../support/recordedRun.ts';

const events = 20_000;
const bytes = new TextEncoder().encode(
  Array.from({ length: events }, (_, n) => {
    const data = JSON.stringify({ prediction: prediction(n), total_count: n + 1, timestamp: prediction(n).created_at });
    return `id: ${n + 1}\nevent: prediction\ndata: ${data}\n\n`;
  }).join(''),
);

/** As a socket gives them. */
function chunks(): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + 65_536));
      at += 65_536;
    },
  });
}

/** Events a second. */
async function rate(read: () => Promise<number>): Promise<number> {
  const start = performance.now();
  const count = await read();
  if (count !== events) throw new Error(`${count} of ${events} events were read`);
  return (events / (performance.now() - start)) * 1000;
}

await compare({
  name: 'decode',
  measured: 'stream bytes → checked predictions',
  unit: 'events/s',
  runs: 15,
  target: { of: 'ratio', atLeast: 0.7 },
  ours: () =>
    rate(async () => {
      let count = 0;
      await readEventStream(chunks(), {
        bytes() {},
        retry() {},
        event: (event) => {
          if (readEvent(event).type === 'prediction') count += 1;
        },
      });
      return count;
    }),
  peer: {
    name: 'eventsource-parser + JSON.parse',
    run: () =>
      rate(async () => {
        let count = 0;
        const parser = createParser({
          onEvent({ data }) {
            if (JSON.parse(data) !== null) count += 1;
          },
        });
        const decoder = new TextDecoder();
        for await (const chunk of chunks()) parser.feed(decoder.decode(chunk, { stream: true }));
        return count;
      }),
  },
});
