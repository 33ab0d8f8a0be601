// `npm run test:load`: a thousand readers of one job, and one that stops reading, while a script posts a hundred
// predictions a second. Its last line is one JSON object; it exits with 1 when any reader lost or doubled an event.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, predictionsPath, request, sample, type TestJob } from '../support/serverClient.ts';
import type { ReadersReport, ReportRequest } from './readers.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1000' },
    /** Predictions a second, each in a batch of its own. */
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    /** Characters of a prediction's answer. */
    characters: { type: 'string', default: '300' },
  },
});
const streams = Number(values.streams);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const characters = Number(values.characters);

const server = await startServer({ args: ['--heartbeat-seconds', '2'] });
const cpuName = 'process_cpu_seconds_total';
const job = await createJob(server);
const path = predictionsPath(job.id, '/stream');

// More than buffers take on the way to a reader that reads nothing; it also warms the server up.
const history = 400;
for (let index = 0; index < history; index += 10) {
  await post(
    server,
    job,
    Array.from({ length: 10 }, () => sample({ prediction: 'x'.repeat(50_000) })),
  );
}
const memoryBefore = await figure(server, 'process_resident_memory_bytes');
const readers = fork(
  join(import.meta.dirname, 'readers.ts'),
  ['--url', server.url, '--path', path, '--streams', `${streams}`, '--after', `${history}`],
  { env: { ...process.env, LOAD_KEY: server.apiKey } },
);
await once(readers, 'message');
const memoryOpen = await figure(server, 'process_resident_memory_bytes');
console.log(`${await figure(server, 'training_predictions_streams')} streams are open`);

const stuck = stopReading(server, path);
const { posted, took, cpu } = await postAll(server, job);
const ask: ReportRequest = { last: history + posted, limit: 60_000 };
readers.send(ask);
const [report] = (await once(readers, 'message')) as [ReadersReport];
const memoryAfter = await figure(server, 'process_resident_memory_bytes');
const cuts = await figure(server, 'training_predictions_stream_cuts_total');
stuck.destroy();

report.delays.sort((a, b) => a - b);
const delay = (share: number) => round(report.delays[Math.floor(share * (report.delays.length - 1))] ?? Number.NaN);
const kilobytes = (bytes: number) => round(bytes / 1024 / streams);
const result = {
  streams,
  posted,
  eventsPerSecond: round(posted / took),
  received: report.events,
  lost: report.lost,
  doubled: report.doubled,
  complete: report.complete,
  ended: report.ended,
  /** ms from before the POST until a reader has it. */
  delay: { p50: delay(0.5), p90: delay(0.9), p99: delay(0.99), max: delay(1) },
  /** kB a stream: when all were just opened, and at the end. */
  memory: { open: kilobytes(memoryOpen - memoryBefore), end: kilobytes(memoryAfter - memoryBefore) },
  /** Share of a core. */
  serverCpu: round(cpu / took),
  readersCpu: round(report.cpu / took),
  /** Readers that were ended because they took nothing: the one that stopped reading. */
  cuts,
};
console.log(JSON.stringify(result));
await server.stop();
const whole = report.lost === 0 && report.doubled === 0 && report.complete === streams && report.ended === 0;
process.exit(whole && report.events === posted * streams ? 0 : 1);

/** Posts at the rate that was asked for, whether or not the answers keep up. */
async function postAll(target: TestServer, to: TestJob): Promise<{ posted: number; took: number; cpu: number }> {
  const total = rate * seconds;
  const start = performance.now();
  const cpuBefore = await figure(target, cpuName);
  const answers: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const due = start + (index * 1000) / rate;
    if (due > performance.now()) await sleep(due - performance.now());
    answers.push(postOne(target, to, index));
  }
  await Promise.all(answers);
  return { posted: total, took: (performance.now() - start) / 1000, cpu: (await figure(target, cpuName)) - cpuBefore };
}

async function postOne(target: TestServer, to: TestJob, index: number): Promise<void> {
  const sent = performance.timeOrigin + performance.now();
  const fields = { epoch: Math.floor(index / 50), sample_index: index % 50, sent_at: sent };
  const { status } = await post(target, to, [sample({ ...fields, prediction: 'x'.repeat(characters) })]);
  if (status !== 200) throw new Error(`A prediction was answered with ${status}`);
}

/** A stream from the job's start, whose reader never takes a byte. */
function stopReading(target: TestServer, streamPath: string): net.Socket {
  const { hostname, port } = new URL(target.url);
  const socket = net.connect(Number(port), hostname).pause();
  socket.on('error', () => {});
  socket.write(
    `GET ${streamPath} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${target.apiKey}\r\nLast-Event-ID: 0\r\n\r\n`,
  );
  return socket;
}

async function figure(target: TestServer, name: string): Promise<number> {
  const { text } = await request(target, '/metrics');
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
