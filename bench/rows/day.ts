/**
 * 24 hours of 10 events a second, as fast as they go: from the server that ships over its stream into a watch and the
 * page of a table. The connection is opened anew every four hours of them. What grows but the rows is a leak.
 */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TableView } from '../../src/panel/tableView.ts';
import type { PredictionStore } from '../../src/store/predictionStore.ts';
import { Pace } from '../../src/watch/pace.ts';
import type { TestServer } from '../../test/support/server.ts';
import { createJob, type TestJob } from '../../test/support/serverClient.ts';
import { watch } from '../../test/support/watching.ts';
import { heldMemory, report } from '../report.ts';
import { fill } from '../support/fill.ts';
import { largePrediction } from '../support/largeRun.ts';
import { NodeDebugger } from '../support/nodeDebugger.ts';
import { cpuSeconds, residentMemory } from '../support/processes.ts';
import { build, withServer } from '../support/server.ts';
import { firstView, textStorage } from '../support/stores.ts';

const [hours, hour] = [24, 36_000];
const day = hours * hour;
/** No job ever opens more than 12 connections a minute. */
const hoursOfConnection = 4;
/** Events sent before the watch is waited for: a server cuts a reader that is far behind, and it catches up over REST. */
const step = 4000;
/** Events of a request: trainings send no thousands at once, of which those of a small job share pages of an index. */
const batch = 100;
/**
 * Growth is looked at once the texts go to the file, and when the day is over. The first mark is an early one: sources
 * of Node's own, 4.6 MB, are counted at one mark and not at another, which was a fifth of what six hours hold.
 */
const marks = [3, 12];
/** Hours at the end of the day in which another server does the same with jobs of an hour. */
const compared = 6;
/** Between two messages to a panel, in ms. */
const newsInterval = 50;
const megabyte = 1024 * 1024;

interface Mark {
  rows: number;
  /** Bytes that this process, with the watch in it, holds. */
  held: number;
  /** Bytes that the server holds. */
  server: number;
  /** Bytes of it that are in memory, with what the next collection would let go of. */
  resident: number;
  /** Timers, sockets and files of both. */
  open: number;
}

/** A job, its server, and what a watch of it holds. */
interface Side {
  server: TestServer;
  job: TestJob;
  store: PredictionStore;
}

const inMegabytes = (bytes: number[]) => bytes.map((count) => (count / megabyte).toFixed(1)).join(' ');

await build();
await withServer(async (server, job) => {
  const inspected = await NodeDebugger.attach(server.process.pid ?? 0);
  try {
    await follow(server, job, inspected);
  } finally {
    // A process does not end before its debugger has left.
    inspected.close();
  }
});
process.exit();

async function follow(server: TestServer, job: TestJob, inspected: NodeDebugger): Promise<void> {
  const { session, states, catchesUp } = watch(server, job.id, { pollInterval: 30_000 }, textStorage());
  const { store } = session;
  const view = new TableView(store, firstView);
  const news = new Pace(
    () => newsInterval,
    () => view.message(),
  );
  session.onDidChange((change) => {
    if (change === 'rows') news.request();
  });
  await catchesUp();
  const pid = server.process.pid ?? 0;
  const openFiles = (process: number | 'self') => readdirSync(`/proc/${process}/fd`).length;
  const look = async (): Promise<Mark> => {
    while (store.textsInMemory > 101_000) await sleep(10);
    // What a collection or a connection that ends has still to let go of.
    await sleep(2000);
    return {
      rows: store.size,
      held: heldMemory(),
      server: await inspected.heldBytes(),
      resident: residentMemory(pid),
      open: process.getActiveResourcesInfo().length + openFiles('self') + openFiles(pid),
    };
  };
  const seen: Mark[] = [];
  /** µs of the server's processor an event, by hour. */
  const costs: number[] = [];
  const ours: Side = { server, job, store };
  const pass = async (passed: number, other?: Side): Promise<number | undefined> => {
    const [cost = 0, beside] = await passHour(other === undefined ? [ours] : [ours, other]);
    costs.push(cost);
    if (passed % hoursOfConnection === 0) {
      session.dispatch({ type: 'reconnect' });
      await catchesUp();
    }
    if (marks.includes(passed)) seen.push(await look());
    return beside;
  };
  const until = hours - compared;
  for (let passed = 1; passed <= until; passed += 1) await pass(passed);
  const others = await withServer(async (other) => {
    // Its code is compiled in the first one.
    await withNewJob(other, (side) => passHour([side]));
    const beside: number[] = [];
    for (let passed = until + 1; passed <= hours; passed += 1) {
      beside.push((await withNewJob(other, (side) => pass(passed, side))) ?? Number.NaN);
    }
    return beside;
  });
  seen.push(await look());
  session.dispose();
  news.dispose();

  const [early, half, whole] = seen as [Mark, Mark, Mark];
  const growth = (from: Mark, to: Mark) => (to.held - from.held) / (to.rows - from.rows);
  report({
    name: 'day-delivered',
    measured: `of ${day.toLocaleString('en-US')} events over the stream, which was opened anew ${hours / hoursOfConnection} times`,
    unit: 'of what was sent',
    ours: [whole.rows / day],
    target: { of: 'ours', atLeast: 1, atMost: 1 },
    more: { connections: states.filter((name) => name === 'live').length },
  });
  report({
    name: 'day-memory',
    measured: 'held more a row by the watch, second half of those events, texts on the disk',
    unit: 'bytes',
    ours: [growth(half, whole)],
    peer: { name: 'first half, from three hours on', values: [growth(early, half)] },
    target: { of: 'ratio', atMost: 1.2 },
    more: { heldMB: inMegabytes(seen.map(({ held }) => held)) },
  });
  report({
    name: 'day-server-event',
    measured: "the server's processor an event, stored and told to a stream, last six hours",
    unit: 'µs',
    ours: costs.slice(-compared),
    peer: { name: 'a new server with a new job each hour, in turn with it', values: others, paired: true },
    target: { of: 'ratio', atMost: 1.2 },
    more: { byHour: costs.map((cost) => cost.toFixed(0)).join(' ') },
  });
  report({
    name: 'day-server-memory',
    measured: 'held by the server after them, more than after three hours',
    unit: 'MB',
    ours: [(whole.server - early.server) / megabyte],
    target: { of: 'ours', atMost: 8 },
    more: {
      heldMB: inMegabytes(seen.map((mark) => mark.server)),
      residentMB: inMegabytes(seen.map(({ resident }) => resident)),
    },
  });
  report({
    name: 'day-resources',
    measured: 'timers, sockets and files open after them, more than after three hours, watch and server',
    unit: 'more',
    ours: [whole.open - early.open],
    // Of the connections that are kept alive some come and go.
    target: { of: 'ours', atMost: 4 },
    more: { open: seen.map(({ open }) => open).join(' ') },
  });
}

/** As a script sends it that leaves it to the server to name its rows. */
function sentPrediction(n: number): object {
  const { id: _, ...row } = largePrediction(n);
  return row;
}

/**
 * Fills jobs with an hour more, up to their watches, in turn: what slows the machine for a while is in the figures of all.
 *
 * @returns µs of the processor of each one's server an event
 */
async function passHour(sides: readonly Side[]): Promise<number[]> {
  const seconds = sides.map(() => 0);
  for (let passed = 0; passed < hour; passed += step) {
    for (const [index, { server, job, store }] of sides.entries()) {
      const pid = server.process.pid ?? 0;
      const before = cpuSeconds(pid);
      const end = store.size + step;
      await fill(server, job, [store.size, end], sentPrediction, batch);
      while (store.size < end) await sleep(1);
      seconds[index] = (seconds[index] ?? 0) + cpuSeconds(pid) - before;
    }
  }
  return seconds.map((spent) => (spent * 1e6) / hour);
}

async function withNewJob<T>(server: TestServer, body: (side: Side) => Promise<T>): Promise<T> {
  const job = await createJob(server, { status: 'running', model_name: 'new' });
  const { session, catchesUp } = watch(server, job.id, { pollInterval: 30_000 }, textStorage());
  await catchesUp();
  try {
    return await body({ server, job, store: session.store });
  } finally {
    session.dispose();
  }
}
