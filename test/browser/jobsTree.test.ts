import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { becomes } from '../support/eventually.ts';
import { PanelStage } from '../support/panelStage.ts';
import { createJob, request, sample, saveJob, type TestJob } from '../support/serverClient.ts';

describe('the tree of jobs, in VS Code', () => {
  let stage: PanelStage;
  let job: TestJob;

  const row = (name: RegExp) => stage.workbench.page.getByRole('treeitem', { name });

  before(async () => {
    stage = await PanelStage.open();
    await createJob(stage.server, { model_name: 'baseline', status: 'running' });
    job = await stage.train('adapter', [sample()]);
    await stage.workbench.run('Training Predictions: Focus on Jobs View');
    await stage.watch('adapter');
  });

  after(() => stage?.close());

  it('shows where a job is while its script tells ten times a second', async () => {
    const shown = new Set<string>();
    for (let step = 1; step <= 30; step += 1) {
      await saveJob(stage.server, { job_id: job.id, status: 'running', loss: step });
      await sleep(100);
      shown.add((await row(/^adapter/).textContent()) ?? '');
    }
    assert.ok(shown.size >= 5, `seen while it went on: ${[...shown].join(', ')}`);
    await row(/^adapter, watching · running · loss 30$/).waitFor();
  });

  it('tells the step of a run of one epoch, of which the epoch says nothing', async () => {
    const fields = { total_epochs: 1, total_steps: 1000, current_epoch: 0.65, current_step: 650, progress: 65 };
    await createJob(stage.server, { model_name: 'one epoch', status: 'running', ...fields });
    await stage.workbench.run('Refresh Jobs');
    await row(/^one epoch, running · step 650 of 1,000 · 65 %/).waitFor();
  });

  it('has jobs that begin, end and go within two seconds, with nobody asking', async () => {
    const soon = { timeout: 2000 };
    const made = await createJob(stage.server, { model_name: 'short run', status: 'running' });
    await row(/^short run, running$/).waitFor(soon);
    await saveJob(stage.server, { job_id: made.id, model_name: 'renamed', progress: 40 });
    await row(/^renamed, running · 40 %$/).waitFor(soon);
    await saveJob(stage.server, { job_id: made.id, status: 'completed' });
    await row(/^renamed, completed/).waitFor(soon);
    await request(stage.server, `/api/training/local/jobs/${made.id}`, { method: 'DELETE' });
    await row(/^renamed/).waitFor({ state: 'hidden', ...soon });
  });

  it('tells runs of one model apart by their ids, in tree, list of jobs, tab and header', async () => {
    const model_name = 'owner/Some-Model-8B';
    for (const job_id of ['sft-1', 'sft-2']) await createJob(stage.server, { job_id, model_name, status: 'running' });
    await stage.workbench.run('Refresh Jobs');
    await row(/^sft-1 · Some-Model-8B, running/).waitFor();
    await becomes(async () => (await row(/^sft-2/).textContent()) ?? '', /^sft-2Some-Model-8B · now$/);
    await stage.workbench.choose('Watch Training Predictions', 'sft-2');
    await stage.workbench.tab('Predictions: sft-2 · Some-Model-8B').waitFor();
    await stage.panel.getByRole('heading', { name: 'sft-2 · Some-Model-8B' }).waitFor();
    await stage.workbench.run('Stop Watching');
  });

  it('says why a job failed, in the tree, the badge and the panel, apart from how the connection is', async () => {
    const fields = { model_name: 'doomed', status: 'failed', error_message: 'CUDA out of memory\nat train.py' };
    await createJob(stage.server, fields);
    await stage.workbench.run('Refresh Jobs');
    await row(/^doomed, failed · CUDA out of memory$/).waitFor();
    await stage.workbench.choose('Watch Training Predictions', 'doomed');
    await stage.workbench.statusBarItem(/^Failed/).waitFor();
    await stage.panel.getByRole('status').filter({ hasText: 'Failed' }).waitFor();
    const why = stage.panel.getByRole('region', { name: 'Why the job ended' });
    await becomes(() => why.innerText(), 'The job failed:\nCUDA out of memory\nat train.py');
    await stage.workbench.run('Stop Watching');
  });

  it('puts a job that ended below those that run', async () => {
    const top = async (name: RegExp) => (await row(name).boundingBox())?.y ?? Number.NaN;
    await becomes(async () => (await top(/^adapter/)) < (await top(/^baseline/)), true);
    await saveJob(stage.server, { job_id: job.id, status: 'completed' });
    await row(/^adapter, watching · completed/).waitFor();
    await becomes(async () => (await top(/^adapter/)) > (await top(/^baseline/)), true);
  });

  it('does not fold a run away that failed within a day, though much else ended', async () => {
    const ended = Array.from({ length: 9 }, (_, index) => `done ${index}`);
    for (const model_name of ended) await createJob(stage.server, { model_name, status: 'completed' });
    const old = { model_name: 'long ago', status: 'failed', completed_at: '2020-01-01T00:00:00Z' };
    await createJob(stage.server, old);
    const begun = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const long = await createJob(stage.server, { model_name: 'three days', status: 'running', started_at: begun });
    await row(/^three days, running/).waitFor();
    await saveJob(stage.server, {
      job_id: long.id,
      ...{ status: 'failed', completed_at: new Date().toISOString(), error_message: 'NCCL timeout' },
    });
    await row(/^three days, failed · NCCL timeout$/).waitFor();
    const top = async (name: RegExp) => (await row(name).boundingBox())?.y ?? Number.NaN;
    const groups = async () => {
      const tops = await Promise.all([/^Active/, /^Failed 2 within a day/, /^Ended 1[01]$/].map(top));
      return tops.map((place, index) => index === 0 || place > (tops[index - 1] ?? Number.NaN));
    };
    await becomes(groups, [true, true, true], 'active ones, failed ones, all that ended');
    // It was unfolded while it had few: whoever comes back finds it folded, and what failed not.
    await row(/^Ended/).click();
    await row(/^done 0/).waitFor({ state: 'hidden' });
    await row(/^three days/).waitFor();
    assert.equal(await row(/^long ago/).count(), 0);
  });
});
