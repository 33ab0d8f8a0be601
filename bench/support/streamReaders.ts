// Child process of the fan-out row: opens many event streams of one address, says `open`, and then `done` once each has
// received the bytes that it was told to wait for. Looks at as little as it can, so that the server is what is measured.
import http from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { url: { type: 'string' }, streams: { type: 'string' } } });
const url = values.url ?? '';
const count = Number(values.streams);
const agent = new http.Agent({ maxSockets: Number.POSITIVE_INFINITY });
const headers = { 'X-API-Key': process.env['BENCH_KEY'] ?? '' };
/** Longest mark that is searched for across two chunks. */
const overlap = 64;

let mark: Buffer | undefined;
let without = count;

function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    let tail: Buffer = Buffer.alloc(0);
    let waiting = true;
    const request = http.get(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`A stream was answered with ${response.statusCode}`));
      response.on('data', (chunk: Buffer) => {
        resolve();
        if (!waiting || mark === undefined) return;
        if (chunk.includes(mark) || Buffer.concat([tail, chunk.subarray(0, overlap)]).includes(mark)) {
          waiting = false;
          without -= 1;
          if (without === 0) process.send?.('done');
        }
        tail = chunk.subarray(-overlap);
      });
      response.once('close', () => {
        if (waiting) process.exit(1);
      });
    });
    request.once('error', reject);
  });
}

process.on('message', (text: string) => {
  mark = Buffer.from(text);
});
process.on('disconnect', () => process.exit(0));

for (let first = 0; first < count; first += 50) {
  await Promise.all(Array.from({ length: Math.min(50, count - first) }, open));
}
process.send?.('open');
