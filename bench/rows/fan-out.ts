/** Telling each event to a thousand streams: against bare `node:http` that writes the same bytes, and `better-sse`. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { openStream, predictionsPath } from '../../test/support/serverClient.ts';
import { median, report } from '../report.ts';
import { residentMemory } from '../support/processes.ts';
import { prediction } from '../support/recordedRun.ts';
import { build, postBody, withServer } from '../support/server.ts';

const streams = 1000;
const batches = 40;
const batchSize = 10;
const events = batches * batchSize;
const runs = 3;
const support = path.join(import.meta.dirname, '../support');

interface Run {
  /** Events a second, all streams together. */
  rate: number;
  /** Bytes of resident memory that each open stream added. */
  memory: number;
}

await build();
const batchOf = (batch: number) =>
  Array.from({ length: batchSize }, (_, index) => {
    const { id: _id, job_id: _job, created_at: _created, ...sent } = prediction(batch * batchSize + index);
    return sent;
  });
const bodies = Array.from({ length: batches }, (_, batch) =>
  JSON.stringify({ job_id: 'bench', predictions: batchOf(batch) }),
);
/** What our server wrote for each batch; the others write the same. */
let written: string[] = [];

const figures = { ours: [] as Run[], bare: [] as Run[], betterSse: [] as Run[] };
for (let run = -1; run < runs; run += 1) {
  const ours = await runOurs();
  const bare = await runPlain('bare', written);
  const betterSse = await runPlain('better-sse', written.map(eventsOf));
  if (run < 0) continue;
  figures.ours.push(ours);
  figures.bare.push(bare);
  figures.betterSse.push(betterSse);
}
const rates = (side: Run[]) => side.map(({ rate }) => rate);
const told = { measured: `${streams} streams, batches of ${batchSize}`, unit: 'events/s told' };
report({
  ...told,
  name: 'fan-out',
  ours: rates(figures.ours),
  peer: { name: 'bare node:http, the same bytes', values: rates(figures.bare) },
  target: { of: 'ratio', atLeast: 0.7 },
});
report({
  ...told,
  name: 'fan-out-better-sse',
  ours: rates(figures.ours),
  peer: { name: 'better-sse', values: rates(figures.betterSse) },
  target: { of: 'ratio', atLeast: 1 },
});
report({
  name: 'memory-a-stream',
  measured: `resident memory of the server with ${streams} open streams, each`,
  unit: 'kB',
  ours: figures.ours.map(({ memory }) => memory / 1024),
  peer: { name: 'bare node:http', values: figures.bare.map(({ memory }) => memory / 1024) },
  target: { of: 'ours', atMost: 64 },
  more: { betterSse: Math.round(median(figures.betterSse.map(({ memory }) => memory / 1024))) },
});

function runOurs(): Promise<Run> {
  return withServer(async (server, job) => {
    // The first request loads what every server loads once.
    await (await fetch(`${server.url}/health`)).text();
    const url = server.url + predictionsPath(job.id, '/stream');
    const measured = await measure(server.process, url, server.apiKey, bodies, `id: ${events}\n`, (body) =>
      postBody(server, job, body),
    );
    const { events: replayed } = await (await openStream(server, job.id, { lastEventId: '0' })).until(
      (stream) => stream.named('prediction').length === events,
    );
    const frames = replayed
      .filter(({ event }) => event === 'prediction')
      .map(({ id, data }) => `id: ${id}\nevent: prediction\ndata: ${JSON.stringify(data)}\n\n`);
    written = Array.from({ length: batches }, (_, batch) =>
      frames.slice(batch * batchSize, (batch + 1) * batchSize).join(''),
    );
    return measured;
  });
}

async function runPlain(kind: 'bare' | 'better-sse', sent: string[]): Promise<Run> {
  const child = spawn(process.execPath, [path.join(support, 'plainFanout.ts'), kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString('utf8').trim();
    const mark = `id:${kind === 'bare' ? ' ' : ''}${events}\n`;
    return await measure(child, url, '', sent, mark, async (body) => {
      await (await fetch(url, { method: 'POST', body })).text();
    });
  } finally {
    child.kill('SIGKILL');
  }
}

async function measure(
  server: ChildProcess,
  url: string,
  key: string,
  sent: string[],
  /** What the last event holds. */
  mark: string,
  send: (body: string) => Promise<void>,
): Promise<Run> {
  const before = residentMemory(server.pid ?? 0);
  const readers = fork(path.join(support, 'streamReaders.ts'), ['--url', url, '--streams', `${streams}`], {
    env: { ...process.env, BENCH_KEY: key },
  });
  try {
    await once(readers, 'message');
    const memory = (residentMemory(server.pid ?? 0) - before) / streams;
    readers.send(mark);
    const done = once(readers, 'message');
    const start = performance.now();
    for (const body of sent) await send(body);
    await done;
    return { rate: ((events * streams) / (performance.now() - start)) * 1000, memory };
  } finally {
    readers.kill('SIGKILL');
  }
}

function eventsOf(frames: string): string {
  const parts = frames.split('\n\n').filter((frame) => frame !== '');
  return JSON.stringify(
    parts.map((frame) => {
      const [id = '', , data = ''] = frame.split('\n');
      return { id: id.slice('id: '.length), data: JSON.parse(data.slice('data: '.length)) as unknown };
    }),
  );
}
