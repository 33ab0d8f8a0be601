import { setTimeout as sleep } from 'node:timers/promises';
import { type CuttingProxy, startCuttingProxy } from '../support/cuttingProxy.ts';
import { eventually } from '../support/eventually.ts';
import { startPartOneServer } from '../support/partOneServer.ts';
import { randomOf } from '../support/random.ts';
import { watch } from '../support/watching.ts';
import { type Comparison, compare } from './comparison.ts';
import { MortalServer, partOneJob, restless, type SoakJob, writeAll } from './fleet.ts';
import { heapTolerance, measureHeap } from './heap.ts';

export interface StormOptions {
  seed: number;
  predictions: number;
  sessions: number;
  seconds: number;
  disconnects: number;
}

/** A job never opens more than 12 connections a minute, polls every 5 s and tries again every 30 s: this is ample. */
const settling = 150_000;
const policy = { heartbeat: 1000, pollInterval: 5000, maxAttempts: 5 };

export async function soak(options: StormOptions): Promise<{ result: object; problems: string[] }> {
  const began = Date.now();
  await run({ ...options, predictions: 200, sessions: 2, seconds: 2 }, () => {});
  await idle();
  const heapBefore = await measureHeap();
  const totals = await run(options, (line) => console.log(`${Math.round((Date.now() - began) / 1000)} s: ${line}`));
  await idle();
  const heapAfter = await measureHeap();

  const seconds = Math.round((Date.now() - began) / 1000);
  const { predictions, disconnects, lost, doubled, misordered } = totals;
  const problems: string[] = [];
  if (lost + doubled + misordered > 0) problems.push('What is held is not what is stored.');
  if (predictions < options.predictions) problems.push(`Only ${predictions} predictions were stored.`);
  if (disconnects < options.disconnects) problems.push(`Only ${disconnects} connections were cut.`);
  if (heapAfter - heapBefore > heapTolerance) problems.push('Memory has not come back to its start.');
  return {
    result: { predictions, disconnects, lost, doubled, misordered, seconds, heapBefore, heapAfter },
    problems,
  };
}

interface Totals extends Comparison {
  predictions: number;
  /** Streams that were cut at a random byte. */
  disconnects: number;
}

async function run(options: StormOptions, say: (line: string) => void): Promise<Totals> {
  const { seed, sessions, seconds } = options;
  const local = await MortalServer.start();
  const lab = await startPartOneServer({ seed, heartbeat: 1000, behaviour: restless });
  const cutting = { bytes: [300, 80_000] as const, stalls: 0.1, delay: 3 };
  const toLocal = await startCuttingProxy({ ...cutting, seed: seed + 1, target: local.url });
  const toLab = await startCuttingProxy({ ...cutting, seed: seed + 2, target: lab.url });
  const jobs: SoakJob[] = [];
  const rows = Math.ceil(options.predictions / sessions);
  for (let index = 0; index < sessions; index += 1) {
    jobs.push(index % 5 === 0 ? partOneJob(lab, `lab-${index}`, rows) : await local.job(rows));
  }

  const writing = writeAll(jobs, seconds, seed + 3);
  const watching = watchAll(jobs, seconds, seed + 4, (job) =>
    job.id.startsWith('lab-')
      ? watch({ url: toLab.url, apiKey: lab.apiKey }, job.id, policy)
      : watch({ url: toLocal.url, apiKey: local.apiKey }, job.id, policy),
  );
  const killing = kill(local, seconds, say);
  const reporting = setInterval(() => say(report(jobs, [toLocal, toLab])), 10_000);
  await Promise.all([writing, watching, killing]);

  say(`the storm is over; ${report(jobs, [toLocal, toLab])}`);
  toLocal.calm();
  toLab.calm();
  const totals = { predictions: 0, disconnects: cuts([toLocal, toLab]), lost: 0, doubled: 0, misordered: 0 };
  const deadline = Date.now() + settling;
  for (const job of jobs) {
    const { stored, ...comparison } = await settle(job, deadline, say);
    totals.predictions += stored;
    totals.lost += comparison.lost;
    totals.doubled += comparison.doubled;
    totals.misordered += comparison.misordered;
    job.watched?.session.dispose();
    job.watched = undefined;
  }
  clearInterval(reporting);
  await Promise.all([toLocal.close(), toLab.close(), lab.close(), local.stop()]);
  return totals;
}

/** Windows open one after the other, in the first third of the storm. */
async function watchAll(
  jobs: readonly SoakJob[],
  seconds: number,
  seed: number,
  open: (job: SoakJob) => SoakJob['watched'],
): Promise<void> {
  for (const job of randomOf(seed).shuffled(jobs)) {
    job.watched = open(job);
    await sleep((seconds * 1000) / 3 / jobs.length);
  }
}

async function kill(server: MortalServer, seconds: number, say: (line: string) => void): Promise<void> {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGKILL'] as const) {
    await sleep((seconds * 1000) / 5);
    say(`the local server gets ${signal}`);
    await server.restart(signal);
  }
}

/** Waits until a session says by itself that it holds all, and compares. */
async function settle(
  job: SoakJob,
  deadline: number,
  say: (line: string) => void,
): Promise<Comparison & { stored: number }> {
  const stored = await job.stored();
  const { watched } = job;
  if (watched === undefined) throw new Error(`${job.id} is not watched`);
  const { session } = watched;
  const isSettled = () => (session.caughtUp && session.store.size === stored.length) || undefined;
  try {
    await eventually('settled', isSettled, Math.max(1000, deadline - Date.now()));
  } catch {
    say(`${job.id} holds ${session.store.size} of ${stored.length}; it was ${watched.states.slice(-8).join(', ')}`);
  }
  return { ...compare(session, stored), stored: stored.length };
}

function cuts(proxies: readonly CuttingProxy[]): number {
  return proxies.reduce((sum, { counts }) => sum + counts.streamCuts, 0);
}

function report(jobs: readonly SoakJob[], proxies: readonly CuttingProxy[]): string {
  const counts = (name: keyof CuttingProxy['counts']) => proxies.reduce((sum, proxy) => sum + proxy.counts[name], 0);
  const held = jobs.reduce((sum, { watched }) => sum + (watched?.session.store.size ?? 0), 0);
  const states = new Map<string, number>();
  for (const { watched } of jobs) {
    const name = watched?.session.connection.name ?? 'unwatched';
    states.set(name, (states.get(name) ?? 0) + 1);
  }
  const names = [...states].map(([name, count]) => `${count} ${name}`).join(', ');
  return `${held} held; streams: ${counts('streamCuts')} cut, ${counts('streamStalls')} stalled; other connections: ${counts('otherCuts')} cut, ${counts('otherStalls')} stalled; ${names}`;
}

/** Node's fetch keeps connections for a few seconds. */
async function idle(): Promise<void> {
  await sleep(5000);
}
