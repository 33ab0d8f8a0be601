import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, readPredictions, sample, type TestJob } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

describe('watching a training run in VS Code', () => {
  let dataDir: string;
  let server: TestServer;
  let job: TestJob;
  let workbench: Workbench;
  let posted = 0;

  /** Posts the next predictions of the run, ten samples an epoch. */
  async function train(count: number): Promise<void> {
    const predictions = Array.from({ length: count }, (_, i) => {
      const n = posted + i;
      const epoch = Math.floor(n / 10);
      return sample({
        epoch,
        step: epoch * 100,
        sample_index: n % 10,
        prompt: `prompt ${n % 10}`,
        prediction: `answer ${n}`,
      });
    });
    await postAll(predictions);
  }

  async function postAll(predictions: Record<string, unknown>[]): Promise<void> {
    const answer = await post(server, job, predictions);
    assert.equal(answer.status, 200, answer.text);
    posted += predictions.length;
  }

  const grid = () => workbench.panel.getByRole('grid', { name: 'Predictions' });
  const rows = () => grid().locator('tbody tr[data-id]');
  const shows = (text: string) => workbench.panel.getByText(text, { exact: true }).waitFor();

  /** Waits for the page that begins with this row, counted from 1. */
  const showsPage = (first: number) => shows(`Showing ${first}–${Math.min(first + 9, posted)} of ${posted}`);

  /** Waits until the panel shows this many predictions, then compares all that it holds with what the server holds. */
  async function holdsAll(): Promise<void> {
    await shows(`${posted} predictions`);
    const stored = await readPredictions(server, job.id, '?limit=1000');
    const shown: string[] = [];
    const firsts = Array.from({ length: Math.ceil(posted / 10) }, (_, page) => page * 10 + 1);
    const pages = workbench.panel.getByRole('navigation', { name: 'Pages' });
    for (const first of firsts) {
      if (first > 1) await pages.getByRole('button', { name: 'Next' }).click();
      await showsPage(first);
      shown.push(...(await rows().evaluateAll((lines) => lines.map((line) => line.getAttribute('data-id') ?? ''))));
    }
    assert.deepEqual(shown.toSorted(), stored.map(({ id }) => String(id)).toSorted());
    for (const first of firsts.toReversed().slice(1)) {
      await pages.getByRole('button', { name: 'Previous' }).click();
      await showsPage(first);
    }
  }

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'watched-server-'));
    server = await startServer({ dataDir });
    job = await createJob(server, { model_name: 'orders', status: 'running' });
    workbench = await Workbench.open({ machineSettings: { 'trainingPredictions.serverUrl': server.url } });
    workbench.page.on('dialog', (dialog) => assert.fail(`a dialog opened: ${dialog.message()}`));
  });

  after(async () => {
    await workbench?.close();
    await server?.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('takes the key in one input box', async () => {
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.quickInput.waitFor({ state: 'hidden' });
    await workbench.notification('is stored').waitFor();
  });

  it('lists a job that begins while one picks', async () => {
    await workbench.run('Watch Training Predictions');
    const option = (name: string) => workbench.quickInput.getByRole('option', { name });
    await option('orders').waitFor();
    await createJob(server, { model_name: 'begun meanwhile', status: 'running' });
    await option('begun meanwhile').waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.quickInput.waitFor({ state: 'hidden' });
  });

  it('opens the picked job in a panel that says Live', async () => {
    await workbench.choose('Watch Training Predictions', 'orders');
    await workbench.tab('Predictions: orders').waitFor();
    await workbench.statusBarItem(/^Live/).waitFor();
    await workbench.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  });

  it('offers what can be done about the connection where its badge is pressed', async () => {
    await workbench.panel.getByRole('button', { name: 'Connection menu' }).click();
    for (const name of ['Reconnect', 'Pause Live Updates', 'Show Log', 'Stop Watching']) {
      await workbench.quickInput.getByRole('option', { name }).waitFor();
    }
    await workbench.page.keyboard.press('Escape');
    await workbench.quickInput.waitFor({ state: 'hidden' });
  });

  it('shows each prediction that is posted, once', async () => {
    await train(1);
    await rows().filter({ hasText: 'answer 0' }).waitFor();
    await train(24);
    await rows().filter({ hasText: 'answer 24' }).waitFor();
    await holdsAll();
  });

  it('says Reconnecting when the server is killed, then Live, and holds what the server has', async () => {
    await server.kill('SIGKILL');
    await workbench.statusBarItem(/^Reconnecting/).waitFor();
    await workbench.panel.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor();
    server = await startServer({ dataDir, port: Number(new URL(server.url).port) });
    await train(10);
    await workbench.statusBarItem(/^Live/).waitFor();
    await holdsAll();
  });

  it('shows markup as the text that it is', async () => {
    const text = '<img src=x onerror=alert(1)>';
    await postAll([sample({ epoch: 9, prompt: text, prediction: text, ground_truth: text })]);
    const row = rows().filter({ hasText: text }).first();
    await row.getByRole('button').first().click();
    await grid().locator('tbody tr:not([data-id])').filter({ hasText: text }).first().waitFor();
    assert.equal(await workbench.panel.locator('img').count(), 0);
    await row.getByRole('button').first().click();
  });

  it('survives a prediction of 5 MB', async () => {
    await postAll([sample({ epoch: 10, prediction: `long ${'x'.repeat(5_000_000)}` })]);
    await rows().filter({ hasText: 'long xxx' }).waitFor();
    await postAll([sample({ epoch: 11, prediction: 'after the long one' })]);
    await rows().filter({ hasText: 'after the long one' }).waitFor();
    await workbench.statusBarItem(/^Live/).waitFor();
    await holdsAll();
  });
});
