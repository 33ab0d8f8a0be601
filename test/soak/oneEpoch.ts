import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { type PartOneServer, partOne, startPartOneServer } from '../support/partOneServer.ts';
import type { RowFields } from '../support/partOneStore.ts';
import { watch } from '../support/watching.ts';
import { compare } from './comparison.ts';

/** What the extension does by default. */
const policy = { heartbeat: 15_000, pollInterval: 30_000, maxAttempts: 5 };
/** How long each job may take, in ms. */
const mostTime = 120_000;

const samples = 100;
const completions = 4;

/** Steps that are there, and steps that come, one every half second, while it is read. */
const jobs = [
  { stored: 75, live: 0 },
  { stored: 250, live: 0 },
  { stored: 260, live: 0 },
  { stored: 150, live: 60 },
];

/**
 * Jobs of one epoch, 100 samples and 4 completions a step, on a server that sorts by epoch and sample alone and ends each
 * stream cleanly after 20 s: what is held has to become what is stored, and it is told what that took.
 */
export async function soakOneEpoch({ seed }: { seed: number }): Promise<{ result: object; problems: string[] }> {
  const problems: string[] = [];
  const runs = [];
  for (const { stored, live } of jobs) {
    const behaviour = partOne({ ms: [20_000, 20_000], subscribes: 100 });
    const server = await startPartOneServer({ seed, heartbeat: policy.heartbeat, behaviour });
    server.store.create('job');
    for (let step = 0; step < stored; step += 1) server.store.insert('job', rowsOf(step));
    const began = Date.now();
    const { session } = watch(server, 'job', policy);
    for (let step = stored; step < stored + live; step += 1) {
      await sleep(500);
      server.store.insert('job', rowsOf(step));
    }
    const last = Date.now();
    const name = `${stored} steps, ${live} more`;
    const ids = server.store.ids('job');
    const isEqual = () => (session.caughtUp && session.store.size === ids.length) || undefined;
    await eventually(name, isEqual, mostTime).catch((error: Error) => problems.push(error.message));
    const seconds = { all: (Date.now() - began) / 1000, afterTheLast: (Date.now() - last) / 1000 };
    const { lost, doubled, misordered } = compare(session, ids);
    if (lost + doubled + misordered > 0) problems.push(`${name}: what is held is not what is stored`);
    const streams = server.streams().length;
    runs.push({ name, rows: ids.length, held: session.store.size, ...cost(server), seconds, streams });
    session.dispose();
    await server.close();
  }
  return { result: { runs }, problems };
}

function rowsOf(step: number): RowFields[] {
  return Array.from({ length: samples * completions }, (_, index) => ({
    epoch: 0,
    step,
    sample_index: Math.floor(index / completions),
    completion_index: index % completions,
    reward: index % 7,
  }));
}

/** What was asked for and sent over REST, and what the rows are as JSON. */
function cost({ seen, store }: PartOneServer): { requests: number; pages: number; bytes: number; bytesOfRows: number } {
  const rest = seen.filter(({ path }) => !path.endsWith('/stream'));
  const bytesOfRow = JSON.stringify(store.page('job', { limit: 1, offset: 0 }).predictions[0]).length;
  return {
    requests: rest.length,
    pages: rest.filter(({ query }) => query.has('limit')).length,
    bytes: rest.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesOfRows: bytesOfRow * store.count('job'),
  };
}
