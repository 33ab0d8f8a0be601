import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { becomes, eventually } from '../support/eventually.ts';
import { clickUntil, openTab } from '../support/panelStage.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, post, request, sample, saveJob, type TestJob } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

describe('what people are told in VS Code', () => {
  let dataDir: string;
  let server: TestServer;
  let workbench: Workbench;

  const settingsFile = () => path.join(dataDir, 'user-data', 'User', 'settings.json');
  const dataTable = (name: string) => workbench.panel.getByRole('table', { name, exact: true });

  async function watch(title: string, window = workbench): Promise<void> {
    await window.choose('Watch Training Predictions', title);
    await window.tab(`Predictions: ${title}`).waitFor();
    await window.statusBarItem(/^Live/).waitFor();
  }

  async function jobWith(title: string): Promise<TestJob> {
    const job = await createJob(server, { model_name: title, status: 'running' });
    await train(job, 1, 'Paris');
    return job;
  }

  /** Each of four samples answers with this. */
  async function train(job: TestJob, epoch: number, prediction: string): Promise<void> {
    const rows = [0, 1, 2, 3].map((sample_index) =>
      sample({ epoch, step: epoch * 10, sample_index, ground_truth: 'Paris', prediction }),
    );
    assert.equal((await post(server, job, rows)).status, 200);
  }

  const log = (job: TestJob, metrics: Fields[]) =>
    request(server, '/api/training/local/metrics', {
      method: 'POST',
      headers: { Authorization: `Bearer ${job.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ job_id: job.id, metrics }),
    });

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'notices-'));
    server = await startServer();
    workbench = await Workbench.open({
      dataDir,
      machineSettings: { 'trainingPredictions.serverUrl': server.url },
      userSettings: { 'trainingPredictions.notifications.qualityRegressed': true },
    });
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.notification('works and is stored').waitFor();
    await workbench.run('Notifications: Clear All Notifications');
  });

  after(async () => {
    await workbench?.close();
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is that the quality regressed, with the way to its charts', async () => {
    const job = await jobWith('regressing');
    await watch('regressing');
    await workbench.panel.getByText('Showing 1–4 of 4').waitFor();
    await train(job, 2, 'Pxxxx');
    const notice = workbench.notification('regressing got worse: the character error rate is 0.800 in epoch 2');
    await notice.waitFor();
    await notice.getByRole('button', { name: 'Show Trends' }).click();
    await workbench.panel.getByRole('tab', { name: 'Trends', selected: true }).waitFor();
    await workbench.run('Stop Watching');
  });

  it('is that a run of one epoch got worse by its reward, by step, and what it came to', async () => {
    const job = await createJob(server, { model_name: 'rewarded', status: 'running' });
    const answerAt = async (step: number, reward: number) => {
      const rows = [0, 1].map((sample_index) => sample({ epoch: 0, step, sample_index, scores: { reward } }));
      assert.equal((await post(server, job, rows)).status, 200);
    };
    await answerAt(50, 0.5);
    await answerAt(1200, 0.8);
    await watch('rewarded');
    await workbench.panel.getByText('Showing 1–4 of 4').waitFor();
    await answerAt(1250, 0.4);
    await answerAt(1300, 0.45);
    await workbench
      .notification('rewarded got worse: reward is 0.4 at step 1,250, and was 0.8 at step 1,200.')
      .waitFor();
    await saveJob(server, { job_id: job.id, status: 'completed' });
    await workbench.notification('rewarded finished with 8 predictions; reward is 0.45 at step 1,300.').waitFor();
    await workbench.run('Notifications: Clear All Notifications');
    await workbench.run('Stop Watching');
  });

  it('is that a run failed, in its script’s own words as text, once in two windows', async () => {
    const job = await jobWith('failing');
    await watch('failing');
    const second = await workbench.openWindow();
    await watch('failing', second);
    await saveJob(server, {
      job_id: job.id,
      status: 'failed',
      error_message: 'CUDA out of memory\n[click](command:workbench.action.quit) wak_abcdefghijklmnopqrstuvwxyz12',
    });
    const told = 'failing failed after 4 predictions: CUDA out of memory';
    const inSecond = second.notification(told);
    const count = async () => (await workbench.notification(told).count()) + (await inSecond.count());
    await eventually('somebody is told', async () => ((await count()) > 0 ? true : undefined), 30_000);
    // Both windows look at a change after a second.
    await workbench.page.waitForTimeout(3000);
    assert.equal(await count(), 1);
    const notice = (await inSecond.count()) === 1 ? inSecond : workbench.notification(told);
    const text = (await notice.textContent()) ?? '';
    assert.ok(text.includes('[click] (command:workbench.action.quit) wak_…'), text);
    assert.equal(await notice.locator('a[href*="command"], a[data-href*="command"]').count(), 0);
    await notice.getByRole('button', { name: "Don't Show Again" }).click();
    // VS Code empties the file before it writes it.
    await becomes(
      () => readFile(settingsFile(), 'utf8'),
      /"trainingPredictions\.notifications\.runEnded":\s*false/,
      'the setting is off',
    );
    await second.close();
    await workbench.run('Stop Watching');
  });

  it('is nothing of what was switched off', async () => {
    // A window in the browser may miss that another one changed the settings' file.
    await workbench.reload();
    const job = await jobWith('quiet');
    await watch('quiet');
    await saveJob(server, { job_id: job.id, status: 'completed' });
    await workbench.statusBarItem(/^Finished/).waitFor();
    await workbench.page.waitForTimeout(2500);
    assert.deepEqual(await workbench.notification('quiet').allInnerTexts(), []);
    await workbench.run('Stop Watching');
  });

  it('are losses below the charts, live, where the trainer logs them', async () => {
    const job = await jobWith('logging');
    await watch('logging');
    await openTab(workbench.panel, 'Trends');
    await workbench.panel.getByRole('heading', { name: 'Exact match' }).waitFor();
    assert.equal(await workbench.panel.getByRole('heading', { name: 'Loss', exact: true }).isVisible(), false);
    const rows = (name: string, expected: string[][]) =>
      eventually(`${name}: ${JSON.stringify(expected)}`, async () => {
        const texts = await dataTable(name)
          .locator('tbody tr')
          .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent ?? '')));
        return JSON.stringify(texts) === JSON.stringify(expected) ? true : undefined;
      });
    await log(job, [{ step: 10, epoch: 1, train_loss: 1.5, learning_rate: 0.001 }]);
    await rows('Loss', [['10', '1.5']]);
    await log(job, [
      { step: 10, eval_loss: 1.75 },
      { step: 20, epoch: 2, train_loss: 0.75, learning_rate: 0.0005 },
    ]);
    await rows('Loss', [
      ['10', '1.5', '1.75'],
      ['20', '0.75', '–'],
    ]);
    await rows('Learning rate', [
      ['10', '0.001'],
      ['20', '0.0005'],
    ]);
    await workbench.panel.getByRole('img', { name: 'Loss', exact: true }).waitFor();
    await workbench.run('Stop Watching');
  });
});

describe('the walkthrough in VS Code', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({ env: { TRAINING_PREDICTIONS_SAMPLE_SECONDS: '30' } });
  });

  after(async () => {
    await workbench?.run('Stop Local Server');
    // The sample run is active, and watched.
    await workbench?.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Stop', exact: true }).click();
    await workbench?.statusBarItem(/^(Reconnecting|Polling|Offline)/).waitFor();
    await workbench?.close();
  });

  it('is offered by the view, has a picture for each step and ticks off what was done', async () => {
    const { page } = workbench;
    await workbench.run('View: Show Training Predictions');
    const step = (title: string) => page.locator('.getting-started-step').filter({ hasText: title });
    // VS Code 1.104 opens its list of walkthroughs instead, until it has read the extension's.
    await clickUntil(page.getByText('Take the First Steps'), step('Watch a recorded run'));
    await becomes(() => page.locator('.getting-started-step').count(), 5);
    await step('Watch a recorded run').click();
    // The step takes the focus once it has opened, which closes a list that is there by then.
    await eventually(
      'the sample run is chosen',
      async () => {
        const choose = async () => {
          await step('Watch a recorded run').getByRole('button', { name: 'Open Sample Run' }).click({ timeout: 2000 });
          await page.getByRole('option', { name: /^A supervised run/ }).click({ timeout: 2000 });
          return true;
        };
        return choose().catch(() => undefined);
      },
      30_000,
    );
    await workbench.tab('Predictions: orders-json').waitFor();
    await workbench.tab(/^(Welcome|Walkthrough)/).click();
    for (const title of ['Watch a recorded run', 'Start the local server']) {
      await step(title).locator('.codicon.complete, .getting-started-checkmark').first().waitFor();
    }
  });
});
