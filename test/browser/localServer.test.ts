import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../support/eventually.ts';
import { createJob, post, request, sample } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

interface ServerFile {
  url: string;
  apiKey: string;
  pid: number;
  instance: string;
}

/** In s: how long the server waits for a window to come back. */
const patience = 3;

describe('the local server and the windows of one person', () => {
  let dataDir: string;
  let first: Workbench;
  let second: Workbench;

  const file = () => path.join(dataDir, 'home', 'server.json');
  const server = () => JSON.parse(readFileSync(file(), 'utf8')) as ServerFile;
  const root = (window: Workbench) => window.page.getByRole('treeitem', { name: /^Local Server/ });

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'windows-'));
    first = await Workbench.open({
      dataDir,
      machineSettings: { 'trainingPredictions.localServer.port': 0 },
      env: { TRAINING_PREDICTIONS_STOP_WHEN_UNUSED_SECONDS: `${patience}` },
    });
    second = await first.openWindow();
    for (const window of [first, second]) await window.run('Training Predictions: Focus on Jobs View');
  });

  after(async () => {
    await first?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is one, started by two windows at the same time; both show its jobs', async () => {
    await Promise.all(
      [first, second].map(async (window) => {
        await window.run('Start Local Server');
        // Goes away by itself after some seconds.
        await window.notification('The local server runs at').waitFor();
      }),
    );
    const job = await createJob(server(), { model_name: 'shared', status: 'completed' });
    await post(server(), job, [sample()]);
    for (const window of [first, second]) {
      await window.run('Refresh Jobs');
      await window.page.getByRole('treeitem', { name: /^shared/ }).waitFor();
      await window.run('Notifications: Clear All Notifications');
    }
  });

  it('that is killed is missed at once; one click starts it again for both windows, and the badge says how it is', async () => {
    await first.choose('Watch Training Predictions', 'shared');
    await first.statusBarItem(/^Finished/).waitFor();
    const running = await createJob(server(), { model_name: 'running', status: 'running' });
    await first.choose('Watch Training Predictions', 'running');
    await first.statusBarItem(/^Live/).waitFor();
    const { pid, instance } = server();
    process.kill(pid, 'SIGKILL');
    const notice = first.notification('ended unexpectedly');
    await notice.waitFor();
    await first.statusBarItem(/^(Reconnecting|Polling|Offline)/).waitFor();
    await root(second).waitFor({ state: 'hidden' });
    assert.equal(await notice.count(), 1);
    await notice.getByRole('button', { name: 'Restart' }).click();
    await first.statusBarItem(/^Live/).waitFor();
    await second.page.getByRole('treeitem', { name: /^shared/ }).waitFor();
    assert.notEqual(server().instance, instance);
    await request(server(), `/api/training/local/jobs/${running.id}`, { method: 'DELETE' });
    await first.statusBarItem(/^Deleted/).waitFor();
    await first.run('Stop Watching');
  });

  it('stops a moment after the last window, not the first, is closed, and removes its file', async () => {
    await second.close();
    await new Promise((resolve) => setTimeout(resolve, patience * 2000));
    assert.ok(existsSync(file()));
    await first.page.goto('about:blank');
    await eventually('the server stopped', () => (existsSync(file()) ? undefined : true), 60_000);
  });
});
