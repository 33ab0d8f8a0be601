import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../support/eventually.ts';
import { listen } from '../support/listen.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, request, sample, saveJob, type TestJob } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

/** VS Code remembers an editor for the next start only once it stood open for a while, in ms. */
const remembered = 15_000;

describe('what happens to a watch in VS Code', () => {
  let dataDir: string;
  let first: TestServer;
  let second: TestServer;
  let workbench: Workbench;

  const grid = () => workbench.panel.getByRole('grid', { name: 'Predictions' });
  const badge = (text: string) => workbench.statusBarItem(new RegExp(`^${text}`)).waitFor();
  const row = (text: string) => grid().locator('tbody tr[data-id]').filter({ hasText: text });
  const connections = async (server: TestServer): Promise<number> => {
    const { text } = await request(server, '/metrics');
    return Number(/^training_predictions_streams (\d+)$/m.exec(text)?.[1]);
  };

  async function watch(title: string): Promise<void> {
    await workbench.choose('Watch Training Predictions', title);
    await workbench.tab(`Predictions: ${title}`).waitFor();
    await badge('Live');
  }

  async function setKey(server: TestServer): Promise<void> {
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.notification('works and is stored').waitFor();
    await workbench.run('Notifications: Clear All Notifications');
  }

  async function useServer(server: TestServer): Promise<void> {
    const settings = JSON.stringify({ 'trainingPredictions.serverUrl': server.url });
    await writeFile(path.join(dataDir, 'user-data', 'Machine', 'settings.json'), settings);
  }

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'lifetimes-'));
    first = await startServer();
    second = await startServer();
    workbench = await Workbench.open({ dataDir, machineSettings: { 'trainingPredictions.serverUrl': first.url } });
    await setKey(first);
  });

  after(async () => {
    await workbench?.close();
    await first?.stop();
    await second?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function jobWith(server: TestServer, title: string, answer: string): Promise<TestJob> {
    const job = await createJob(server, { model_name: title, status: 'running' });
    await post(server, job, [sample({ prediction: answer })]);
    return job;
  }

  it('a job that ends is finished, with its last prediction on the screen', async () => {
    const job = await jobWith(first, 'ending', 'an early answer');
    await watch('ending');
    await post(first, job, [sample({ epoch: 2, prediction: 'the last answer' })]);
    await saveJob(first, { job_id: job.id, status: 'completed' });
    await badge('Finished');
    await row('the last answer').waitFor();
    await workbench.run('Stop Watching');
    await workbench.tab('Predictions: ending').waitFor({ state: 'hidden' });
    await workbench.statusBarItem(/^Finished/).waitFor({ state: 'hidden' });
  });

  it('a job that is deleted says so and keeps what one was reading', async () => {
    const job = await jobWith(first, 'doomed', 'still readable');
    await watch('doomed');
    await row('still readable').waitFor();
    await request(first, `/api/training/local/jobs/${job.id}`, { method: 'DELETE' });
    await badge('Deleted');
    await row('still readable').waitFor();
    await workbench.run('Stop Watching');
  });

  it('a key that is cleared signs out, and one that is set goes live again and misses nothing', async () => {
    const job = await jobWith(first, 'keyed', 'before');
    await watch('keyed');
    await workbench.run('Clear API Key');
    await badge('Sign in');
    await post(first, job, [sample({ epoch: 2, prediction: 'meanwhile' })]);
    await setKey(first);
    await badge('Live');
    await row('meanwhile').waitFor();
    await workbench.run('Stop Watching');
  });

  it('pausing stops the stream, resuming brings what came meanwhile', async () => {
    const job = await jobWith(first, 'paused', 'before');
    await watch('paused');
    await workbench.run('Pause Live Updates');
    await badge('Paused');
    await post(first, job, [sample({ epoch: 2, prediction: 'meanwhile' })]);
    await workbench.run('Resume Live Updates');
    await badge('Live');
    await row('meanwhile').waitFor();
    await workbench.run('Stop Watching');
  });

  it('a reloaded window restores its panel, catches up and is live', async () => {
    const job = await jobWith(first, 'reloaded', 'before');
    await watch('reloaded');
    await workbench.page.waitForTimeout(remembered);
    await workbench.reload();
    await post(first, job, [sample({ epoch: 2, prediction: 'after the reload' })]);
    await badge('Live');
    await row('before').waitFor();
    await row('after the reload').waitFor();
    await workbench.run('Stop Watching');
  });

  it('a changed serverUrl takes the watch to the other server and its key, and nothing of the first remains', async () => {
    const job = await jobWith(first, 'moved', 'of the first server');
    await watch('moved');
    const there = await createJob(second, { job_id: job.id, model_name: 'moved', status: 'running' });
    await post(second, there, [sample({ prediction: 'of the second server' })]);
    await useServer(second);
    await badge('Sign in');
    await setKey(second);
    await badge('Live');
    await row('of the second server').waitFor();
    assert.equal(await row('of the first server').count(), 0);
    await eventually('no stream at the first server', async () =>
      (await connections(first)) === 0 ? true : undefined,
    );
    await workbench.run('Stop Watching');
    await eventually('no stream at the second', async () => ((await connections(second)) === 0 ? true : undefined));
  });

  it('a workspace that names another server, though it is trusted, gets no request and no key', async () => {
    let asked = 0;
    const elsewhere = await listen((_request, response) => {
      asked += 1;
      response.end('{}');
    });
    const folder = path.join(dataDir, 'workspace');
    await mkdir(path.join(folder, '.vscode'), { recursive: true });
    const settings = JSON.stringify({ 'trainingPredictions.serverUrl': elsewhere.url });
    await writeFile(path.join(folder, '.vscode', 'settings.json'), settings);
    await jobWith(second, 'in a workspace', 'as ever');
    await workbench.page.goto(workbench.vscode.open({ folder }));
    await workbench.ready();
    await watch('in a workspace');
    await row('as ever').waitFor();
    assert.equal(asked, 0);
    await elsewhere.close();
  });
});
