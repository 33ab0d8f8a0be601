/** The first snapshot of a large job: our reading of it against reading the same pages and nothing else. */
import { eventually } from '../../test/support/eventually.ts';
import { createJob, predictionsPath } from '../../test/support/serverClient.ts';
import { watch } from '../../test/support/watching.ts';
import { median, report } from '../report.ts';
import { fill } from '../support/fill.ts';
import { prediction } from '../support/recordedRun.ts';
import { build, withServer } from '../support/server.ts';

const count = 100_000;
const runs = 3;
await build();

await withServer(async (server) => {
  const job = await createJob(server, { status: 'running' });
  await fill(server, job, [0, count], prediction);
  const whole: number[] = [];
  const firstPage: number[] = [];
  const bare: number[] = [];
  for (let run = -1; run < runs; run += 1) {
    const start = performance.now();
    const { session } = watch(server, job.id);
    const since = () => performance.now() - start;
    await eventually('a first page', () => session.store.size >= 10 || undefined, 60_000);
    const page = since();
    await eventually('all of it', () => (session.store.size === count && session.caughtUp) || undefined, 120_000);
    const all = since();
    session.dispose();
    const bareStart = performance.now();
    for (let offset = 0; offset < count; offset += 1000) {
      const address = `${server.url}${predictionsPath(job.id)}?after=${offset}&order=asc&limit=1000`;
      await (await fetch(address, { headers: { 'X-API-Key': server.apiKey } })).json();
    }
    if (run < 0) continue;
    whole.push(all / 1000);
    firstPage.push(page);
    bare.push((performance.now() - bareStart) / 1000);
  }
  report({
    name: 'snapshot',
    measured: `first snapshot of ${count.toLocaleString('en-US')} predictions, proven complete`,
    unit: 's',
    ours: whole,
    peer: { name: 'fetch + JSON of the same pages', values: bare },
    target: { of: 'ours', atMost: 5 },
  });
  report({
    name: 'first-page',
    measured: 'first predictions of that snapshot in the store',
    unit: 'ms',
    ours: firstPage,
    target: { of: 'ours', atMost: 300 },
    more: { wholeSnapshotMs: Math.round(median(whole) * 1000) },
  });
});
