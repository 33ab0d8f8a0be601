/** What following a job at 100 events a second takes of a core: the stream, the store and what a panel is told. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { jobSummary, statusMessage } from '../../src/panel/content.ts';
import { Pace } from '../../src/panel/pace.ts';
import { TableView } from '../../src/panel/tableView.ts';
import { WatchSession } from '../../src/watch/watchSession.ts';
import { report } from '../report.ts';
import { build, withServer } from '../support/server.ts';
import { firstView } from '../support/stores.ts';

const rate = 100;
const seconds = 10;
const runs = 3;
/** As the panel's own, in ms. */
const interval = 50;

await build();
const shares: number[] = [];
await withServer(async (server, job) => {
  for (let run = 0; run < runs; run += 1) {
    const session = new WatchSession({
      jobId: job.id,
      endpoint: async () => ({ address: parseServerAddress(server.url), key: server.apiKey }),
      policy: () => ({ liveUpdates: true, maxAttempts: 5, pollInterval: 30_000, heartbeat: 15_000 }),
      log: { info() {}, warn() {} },
      jobChanged() {},
    });
    const view = new TableView(session.store, firstView);
    // VS Code writes messages to a webview as JSON.
    const rows = new Pace(interval, () => JSON.stringify(view.message()));
    const summary = jobSummary(job.id, undefined, 'bench');
    const status = new Pace(interval, () => JSON.stringify(statusMessage(session, summary, Date.now())));
    session.onDidChange((change) => {
      if (change === 'rows') rows.request();
      status.request();
    });
    session.start(true);
    while (!session.caughtUp) await new Promise((resolve) => setTimeout(resolve, 10));
    const held = session.store.size;
    const args = [server.url, job.id, job.token, String(rate), String(seconds)];
    const writer = spawn(process.execPath, [path.join(import.meta.dirname, '../support/writer.ts'), ...args]);
    while (session.store.size === held) await new Promise((resolve) => setTimeout(resolve, 10));
    const before = process.cpuUsage();
    const start = performance.now();
    await new Promise((resolve) => writer.once('exit', resolve));
    const { user, system } = process.cpuUsage(before);
    shares.push((user + system) / 10 / (performance.now() - start));
    while (session.store.size < held + rate * seconds) await new Promise((resolve) => setTimeout(resolve, 10));
    rows.dispose();
    status.dispose();
    session.dispose();
  }
});
report({
  name: 'host-cpu',
  measured: `the whole process at ${rate} events/s, the table in sight`,
  unit: '% of a core',
  ours: shares,
  target: { of: 'ours', atMost: 5 },
});
