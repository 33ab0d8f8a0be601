/** Many jobs in one listing, and many watches at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { JobListing } from '../../src/watch/jobListing.ts';
import type { TestServer } from '../../test/support/server.ts';
import { createJob } from '../../test/support/serverClient.ts';
import { report } from '../report.ts';
import { build, withServer } from '../support/server.ts';
import { eventSource, ours, type StreamClient } from '../support/streamClients.ts';
import { followWriter } from '../support/writing.ts';

const runs = 5;
const watchRuns = 3;
const [jobs, watched, rate, seconds] = [200, 20, 10, 6];
const sent = watched * rate * seconds;

await build();
await withServer(async (server) => {
  const made = [];
  for (let n = 0; n < jobs; n += 1) made.push(await createJob(server, { model_name: `run ${n}`, status: 'running' }));
  const endpoint = async () => ({ address: parseServerAddress(server.url), key: server.apiKey });
  const listing = new JobListing({ endpoint, isWanted: () => false, interval: () => 60_000 });
  const times: number[] = [];
  for (let run = -1; run < runs; run += 1) {
    const start = performance.now();
    await listing.refresh();
    if (run >= 0) times.push(performance.now() - start);
    if (listing.jobs.length < jobs) throw new Error(`${listing.jobs.length} of ${jobs} jobs were listed`);
  }
  listing.dispose();
  report({
    name: 'jobs-listing',
    measured: `one reading of ${jobs} jobs for the tree`,
    unit: 'ms',
    ours: times,
    target: { of: 'ours', atMost: 100 },
  });

  const followed = made.slice(0, watched);
  /** Share of a core that this process takes to follow all of them, and how much of what was sent arrived. */
  const follow = async (open: (target: TestServer, jobId: string) => StreamClient) => {
    const clients = followed.map(({ id }) => open(server, id));
    await Promise.all(clients.map(({ ready }) => ready));
    const delivered = () => clients.reduce((sum, client) => sum + client.delivered(), 0);
    const ids = followed.map(({ id }) => id).join();
    const tokens = followed.map(({ token }) => token).join();
    const before = delivered();
    const { cpu, took } = await followWriter([server.url, ids, tokens, rate, seconds], delivered);
    const arrived = () => delivered() - before;
    for (const end = performance.now() + 10_000; arrived() < sent && performance.now() < end; ) await sleep(20);
    const all = arrived() / sent;
    for (const client of clients) client.close();
    return { share: (cpu / took) * 100, delivered: all };
  };
  const found: Record<'ours' | 'theirs', number[]> = { ours: [], theirs: [] };
  const delivered: number[] = [];
  for (let run = 0; run < watchRuns; run += 1) {
    found.theirs.push((await follow(eventSource)).share);
    const own = await follow(ours);
    found.ours.push(own.share);
    delivered.push(own.delivered);
  }
  report({
    name: 'watched-jobs',
    measured: `${watched} watched jobs at ${rate} events/s each, the whole process: ours validates, stores and sums up, the other keeps objects by id`,
    unit: '% of a core',
    ours: found.ours,
    peer: { name: 'eventsource', values: found.theirs, paired: true },
    target: { of: 'ratio', atMost: 2 },
  });
  report({
    name: 'watched-jobs-delivered',
    measured: `${sent} events to ${watched} watched jobs`,
    unit: 'of what was sent',
    ours: delivered,
    target: { of: 'ours', atLeast: 1, atMost: 1 },
  });
});
process.exit();
