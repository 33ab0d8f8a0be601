/** Many jobs in one listing, and many watches at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { JobListing } from '../../src/watch/jobListing.ts';
import { createJob } from '../../test/support/serverClient.ts';
import { watch } from '../../test/support/watching.ts';
import { report } from '../report.ts';
import { build, withServer } from '../support/server.ts';

const runs = 5;
const [jobs, watched, rate, seconds] = [200, 20, 10, 10];

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
  const watches = followed.map((job) => watch(server, job.id, { pollInterval: 30_000 }));
  await Promise.all(watches.map((one) => one.catchesUp()));
  const ids = followed.map(({ id }) => id).join();
  const tokens = followed.map(({ token }) => token).join();
  const writer = path.join(import.meta.dirname, '../support/writer.ts');
  const writing = spawn(process.execPath, [writer, server.url, ids, tokens, String(rate), String(seconds)]);
  const written = once(writing, 'exit');
  const held = () => watches.reduce((sum, { session }) => sum + session.store.size, 0);
  while (held() === 0) await sleep(5);
  const [before, start] = [process.cpuUsage(), performance.now()];
  await written;
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 10 / (performance.now() - start);
  const sent = watched * rate * seconds;
  for (const end = performance.now() + 10_000; held() < sent && performance.now() < end; ) await sleep(20);
  report({
    name: 'watched-jobs',
    measured: `${watched} watched jobs at ${rate} events/s each: the whole process`,
    unit: '% of a core',
    ours: [share],
    target: { of: 'ours', atMost: 10 },
    more: { delivered: held() / sent },
  });
  report({
    name: 'watched-jobs-delivered',
    measured: `${sent} events to ${watched} watched jobs`,
    unit: 'of what was sent',
    ours: [held() / sent],
    target: { of: 'ours', atLeast: 1, atMost: 1 },
  });
  for (const { session } of watches) session.dispose();
});
process.exit();
