/** The tree of a server with 200 jobs, in a real VS Code. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PanelStage } from '../../test/support/panelStage.ts';
import { createJob, request, sample, saveJob, type TestJob } from '../../test/support/serverClient.ts';
import { median, quantile, report } from '../report.ts';
import { panelFrame } from '../support/heldPanel.ts';
import { extensionHosts } from '../support/processes.ts';
import { type Stretch, stretchOf } from '../support/stretches.ts';

const jobs = 200;
const runs = 6;
/** Of updates: each with many jobs and with few, which come first in turn. */
const rounds = 6;

const mark = `bench-${process.pid}`;
const stage = await PanelStage.open({ env: { TRAINING_PREDICTIONS_BENCH: mark } });
const { page } = stage.workbench;
const program = readFileSync(path.join(import.meta.dirname, '../page/tree.js'), 'utf8');
try {
  await stage.workbench.run('Training Predictions: Focus on Jobs View');
  await page.evaluate(program);
  const few = await refreshTimes('few');
  const added = await addJobs();
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
  await costOfUpdates(added);
} finally {
  await stage.close();
}

/** From the press to the frame that shows the job, each time with one job more. */
async function refreshTimes(name: string): Promise<number[]> {
  const times: number[] = [];
  for (let run = -1; run < runs; run += 1) {
    // A reading that still goes on would bring the job before the press.
    await sleep(500);
    const title = `${name} ${run + 1} of these`;
    await createJob(stage.server, { model_name: title, status: 'running' });
    // VS Code lets changes that follow within 200 ms wait for each other.
    await sleep(500);
    const time = await refreshUntil(title);
    // The first one warms up.
    if (run >= 0) times.push(time);
  }
  return times;
}

/** ms from the press to a job's row. */
function refreshUntil(title: string): Promise<number> {
  return page.evaluate<number>(`refreshUntil(${JSON.stringify(title)})`);
}

async function addJobs(): Promise<TestJob[]> {
  const added: TestJob[] = [];
  for (let n = 0; n < jobs; n += 1) {
    const status = n % 10 === 0 ? 'running' : 'completed';
    added.push(await createJob(stage.server, { model_name: `job ${n}`, status }));
  }
  return added;
}

async function removeJobs(added: readonly TestJob[]): Promise<void> {
  for (const { id } of added) {
    const { status } = await request(stage.server, `/api/training/local/jobs/${id}`, {
      method: 'DELETE',
      headers: { 'X-API-Key': stage.server.apiKey },
    });
    if (status !== 200) throw new Error(`The job was not deleted: ${status}`);
  }
}

/** What a training script tells of the progress of one watched job, with many others in the tree and with few. */
async function costOfUpdates(others: TestJob[]): Promise<void> {
  const job = await stage.train('watched', [sample()]);
  await stage.watch('watched');
  const frame = await panelFrame(stage);
  const [host] = extensionHosts(mark);
  if (host === undefined) throw new Error('There is no extension host');
  const progress = async (numbers: number[]) => {
    for (const n of numbers) {
      await saveJob(stage.server, { job_id: job.id, status: 'running', current_step: n, loss: 1 / (n + 1) });
    }
  };
  const updates = () => stretchOf({ job, frame, host }, stage.server.url, 10, progress);
  // What runs for the first few hundred times is compiled then.
  await updates();
  const costs: Record<'many' | 'few', Stretch[]> = { many: [], few: [] };
  let added: TestJob[] | null = others;
  for (let round = 0; round < rounds; round += 1) {
    if (added !== null) {
      costs.many.push(await updates());
      await removeJobs(added);
      await shown(`fewer ${round}`);
      costs.few.push(await updates());
      added = null;
    } else {
      costs.few.push(await updates());
      added = await addJobs();
      await shown(`more ${round}`);
      costs.many.push(await updates());
    }
  }
  report({
    name: 'tree-update',
    measured: `all tasks of the window's main thread an update of a watched job, 10 updates/s, ${jobs} other jobs in the tree`,
    unit: 'ms',
    ours: costs.many.map(({ thread }) => thread),
    peer: { name: 'few other jobs', values: costs.few.map(({ thread }) => thread), paired: true },
    target: { of: 'ratio', atMost: 1.2 },
    more: {
      each: words(costs.many),
      eachOfFew: words(costs.few),
      host: median(costs.many.map((one) => one.host)).toFixed(3),
      hostFew: median(costs.few.map((one) => one.host)).toFixed(3),
    },
  });
}

function words(stretches: readonly Stretch[]): string {
  return stretches.map(({ thread }) => thread.toFixed(2)).join(' ');
}

/** Brings the tree up to what the server has. */
async function shown(title: string): Promise<void> {
  await createJob(stage.server, { model_name: title, status: 'running' });
  await refreshUntil(title);
  await sleep(1000);
}
