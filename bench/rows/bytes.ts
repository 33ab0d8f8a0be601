/** What is read from the server for an event beside the event itself. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../test/support/eventually.ts';
import { openStream, post, predictionsPath, request } from '../../test/support/serverClient.ts';
import { watch } from '../../test/support/watching.ts';
import { report } from '../report.ts';
import { prediction } from '../support/recordedRun.ts';
import { build, withServer } from '../support/server.ts';

const held = 500;
const events = 30;
const runs = 3;

await build();
await withServer(async (server, job) => {
  const row = (n: number) => ({ ...prediction(n), job_id: job.id });
  await post(
    server,
    job,
    Array.from({ length: held }, (_, n) => row(n)),
  );
  let sent = held;
  /** Posts at 10 a second; gives the bytes that came beside the stream, each event. */
  const during = async (read: () => number): Promise<number> => {
    const before = read();
    for (let event = 0; event < events; event += 1) {
      await post(server, job, [row(sent)]);
      sent += 1;
      await sleep(100);
    }
    return (read() - before) / events;
  };

  const proxy = await countingProxy(server.url);
  const { session } = watch({ url: proxy.url, apiKey: server.apiKey }, job.id);
  await eventually('all held', () => (session.caughtUp && session.store.size === held) || undefined, 30_000);
  const ours: number[] = [];
  const page: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    ours.push(await during(() => proxy.beside()));
    if (session.store.size !== sent) throw new Error(`${session.store.size} of ${sent} are held`);
    page.push(await duringThePagesWay(during));
  }
  session.dispose();
  proxy.close();
  report({
    name: 'bytes-beside-the-event',
    measured: `bytes read from the server an event, beside the stream, 10 events/s, ${held} and more held`,
    unit: 'bytes',
    ours,
    peer: { name: "the page's way", values: page },
    target: { of: 'ours', atMost: 0 },
  });

  /** Each event has it read up to 1,000 predictions and all trends. */
  async function duringThePagesWay(measure: typeof during): Promise<number> {
    let bytes = 0;
    const stream = await openStream(server, job.id);
    let taken = 0;
    const reading = setInterval(() => {
      for (; taken < stream.predictions.length; taken += 1) {
        for (const rest of ['?limit=1000', '/trends']) {
          void request(server, predictionsPath(job.id, rest)).then(({ text }) => {
            bytes += Buffer.byteLength(text);
          });
        }
      }
    }, 5);
    const figure = await measure(() => bytes);
    clearInterval(reading);
    stream.close();
    return figure;
  }
});

/** Hands requests on and counts the bytes of the answers that are no stream. */
async function countingProxy(target: string): Promise<{ url: string; beside(): number; close(): void }> {
  let bytes = 0;
  const proxy = http.createServer((asked, answer) => {
    const { host: _, ...headers } = asked.headers;
    const forwarded = http.request(target + asked.url, { method: asked.method ?? 'GET', headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      if (asked.url?.includes('/stream') !== true) response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.pipe(answer);
    });
    forwarded.on('error', () => answer.destroy());
    answer.on('close', () => forwarded.destroy());
    asked.pipe(forwarded);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    beside: () => bytes,
    close: () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}
