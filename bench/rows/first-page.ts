/** A job of 100,000 predictions that is watched from nothing: when the first page is there, and when all is. */
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { TableView } from '../../src/panel/tableView.ts';
import { WatchSession } from '../../src/watch/watchSession.ts';
import { report } from '../report.ts';
import { largePrediction } from '../support/largeRun.ts';
import { build, postBody, withServer } from '../support/server.ts';
import { firstView } from '../support/stores.ts';

const count = Number(process.env['N'] ?? 100_000);
const batch = 1000;
const runs = 3;
const pageAfter: number[] = [];
const allAfter: number[] = [];
/** The longest time for which the host could do nothing else, in ms. */
let longest = 0;

await build();
await withServer(async (server, job) => {
  for (let n = 0; n < count; n += batch) {
    const predictions = Array.from({ length: batch }, (_, index) => {
      const { id: _id, job_id: _job, created_at: _created, user_id: _user, ...sent } = largePrediction(n + index);
      return sent;
    });
    await postBody(server, job, JSON.stringify({ job_id: job.id, predictions }));
  }
  for (let run = 0; run < runs; run += 1) {
    const session = new WatchSession({
      jobId: job.id,
      endpoint: async () => ({ address: parseServerAddress(server.url), key: server.apiKey }),
      policy: () => ({ liveUpdates: true, maxAttempts: 5, pollInterval: 30_000, heartbeat: 15_000 }),
      log: { info() {}, warn() {} },
      jobChanged() {},
    });
    const view = new TableView(session.store, firstView);
    const start = performance.now();
    let page: number | undefined;
    session.onDidChange((change) => {
      if (change === 'rows' && page === undefined && view.page().rows.length === 10) page = performance.now() - start;
    });
    let turn = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - turn - 5);
      turn = performance.now();
    }, 5);
    session.start(true);
    while (!session.caughtUp) await new Promise((resolve) => setTimeout(resolve, 5));
    allAfter.push(performance.now() - start);
    pageAfter.push(page ?? Number.NaN);
    clearInterval(timer);
    if (session.store.size !== count) throw new Error(`${session.store.size} of ${count} are held`);
    session.dispose();
  }
});
report({
  name: 'first-page',
  measured: `${count.toLocaleString('en-US')} predictions on the local server: from watching to the first page`,
  unit: 'ms',
  ours: pageAfter,
  target: { of: 'ours', atMost: 300 },
});
report({
  name: 'first-snapshot',
  measured: `${count.toLocaleString('en-US')} predictions on the local server: from watching to proven complete`,
  unit: 'ms',
  ours: allAfter,
  target: { of: 'ours', atMost: 5000 },
  more: { longestTurnMs: Math.round(longest) },
});
