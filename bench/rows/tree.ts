/** The tree of a server with 200 jobs, in a real VS Code. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PanelStage } from '../../test/support/panelStage.ts';
import { createJob } from '../../test/support/serverClient.ts';
import { median, quantile, report } from '../report.ts';
import { extensionHosts } from '../support/processes.ts';
import { prediction } from '../support/recordedRun.ts';
import { type Side, stretch } from '../support/stretches.ts';

const jobs = 200;
const runs = 9;

const mark = `bench-${process.pid}`;
const stage = await PanelStage.open({ env: { TRAINING_PREDICTIONS_BENCH: mark } });
const { page } = stage.workbench;
const program = readFileSync(path.join(import.meta.dirname, '../page/tree.js'), 'utf8');
try {
  await stage.workbench.run('Training Predictions: Focus on Jobs View');
  await page.evaluate(program);
  const few = await refreshTimes('few');
  for (let n = 0; n < jobs; n += 1) {
    await createJob(stage.server, { model_name: `job ${n}`, status: n % 10 === 0 ? 'running' : 'completed' });
  }
  const many = await refreshTimes('many');
  report({
    name: 'tree-refresh',
    measured: `Refresh pressed → a new job's row painted, ${jobs} jobs in the tree`,
    unit: 'ms',
    ours: many,
    peer: { name: `at most ${runs + 1} jobs`, values: few },
    target: { of: 'ours', atMost: 200 },
    more: { largest: Math.round(quantile(many, 1)) },
  });
  await costOfWatching();
} finally {
  await stage.close();
}

/** From the press to the frame that shows the job, each time with one job more. */
async function refreshTimes(name: string): Promise<number[]> {
  const times: number[] = [];
  for (let run = -1; run < runs; run += 1) {
    const title = `${name} ${run + 1} of these`;
    await createJob(stage.server, { model_name: title, status: 'running' });
    // VS Code lets changes that follow within 200 ms wait for each other.
    await sleep(1000);
    const time = await page.evaluate<number>(`refreshUntil(${JSON.stringify(title)})`);
    // The first one warms up.
    if (run >= 0) times.push(time);
  }
  return times;
}

/** Events of one watched job, the tree in sight and not. */
async function costOfWatching(): Promise<void> {
  const rows = Array.from({ length: 500 }, (_, n) => {
    const { id: _id, job_id: _job, created_at: _created, seq: _seq, ...sent } = prediction(n);
    return sent;
  });
  const job = await stage.train('watched', rows);
  await stage.watch('watched');
  const frame = await (await stage.panel.locator('body').elementHandle())?.ownerFrame();
  const [host] = extensionHosts(mark);
  if (!frame || host === undefined) throw new Error('There is no panel');
  const side: Side = { job, frame, host };
  const [inSight, hidden]: { thread: number; host: number }[][] = [[], []];
  for (let run = 0; run < 3; run += 1) {
    inSight?.push(await stretch(stage, side, 500, 10));
    await stage.workbench.run('View: Toggle Primary Side Bar Visibility');
    hidden?.push(await stretch(stage, side, 500, 10));
    await stage.workbench.run('View: Toggle Primary Side Bar Visibility');
  }
  report({
    name: 'tree-in-sight',
    measured: `all tasks of the window's main thread an event, 10 events/s, the tree of ${jobs} jobs in sight`,
    unit: 'ms',
    ours: (inSight ?? []).map(({ thread }) => thread),
    peer: { name: 'the side bar hidden', values: (hidden ?? []).map(({ thread }) => thread) },
    target: { of: 'ratio', atMost: 1.2 },
    more: {
      host: median((inSight ?? []).map((one) => one.host)).toFixed(3),
      hostHidden: median((hidden ?? []).map((one) => one.host)).toFixed(3),
    },
  });
}
