import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findServer } from '../../src/localServer/discovery.ts';
import { stopServer } from '../../src/localServer/serverProcess.ts';
import { request } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

describe('the commands for jobs and the local server, in VS Code', () => {
  let dataDir: string;
  let workbench: Workbench;

  const server = () =>
    JSON.parse(readFileSync(path.join(dataDir, 'home', 'server.json'), 'utf8')) as { url: string; apiKey: string };
  const item = (name: RegExp) => workbench.page.getByRole('treeitem', { name });
  const dialog = () => workbench.page.locator('.monaco-dialog-box');

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'job-commands-'));
    workbench = await Workbench.open({ dataDir, machineSettings: { 'trainingPredictions.localServer.port': 0 } });
    await workbench.run('Training Predictions: Focus on Jobs View');
  });

  after(async () => {
    await workbench?.close();
    const left = await findServer(path.join(dataDir, 'home'));
    if (left !== null) await stopServer(left, path.join(dataDir, 'home'));
    await rm(dataDir, { recursive: true, force: true });
  });

  /** One question follows the other: an answer waits for its own. */
  async function pickColumn(question: string, column: string): Promise<void> {
    await workbench.quickInput.locator(`input[placeholder*="${question}"]`).waitFor();
    await workbench.pick(column);
  }

  const deleteJob = (title: string) => workbench.choose('FineTune Lab: Delete Job', title, 'Delete Job');

  it('imports a file after asking for its columns, starts the local server for it and offers to watch', async () => {
    const file = path.join(dataDir, 'answers.csv');
    await writeFile(file, 'text,generated,gold\n"Say, hello",hallo,hello\nSay bye,bye,bye\n');
    await workbench.importFile(file);
    await pickColumn('what the model answered', 'generated');
    await pickColumn('the prompt', 'text');
    await pickColumn('ground truth', 'gold');
    // The first rows as they would be imported.
    await workbench.quickInput.getByRole('option', { name: 'hallo' }).getByText('Say, hello').waitFor();
    await pickColumn('Are these rows right?', 'Import it like this');
    const told = workbench.notification('2 predictions are imported');
    await told.getByRole('button', { name: 'Watch' }).click();
    await workbench.tab('Predictions: answers').waitFor();
    await workbench.statusBarItem(/^Finished/).waitFor();
    await workbench.panel.getByRole('grid', { name: 'Predictions' }).getByText('Say, hello').first().waitFor();
    await item(/^answers/).waitFor();
  });

  it('starts a server once: the palette goes on offering it, and it says that one runs, where, and what comes next', async () => {
    await workbench.run('Start Local Server');
    const told = workbench.notification(`The local server runs at ${server().url} already. Next: `);
    await told.getByRole('button', { name: 'Copy Logging Snippet' }).waitFor();
    await workbench.run('Notifications: Clear All Notifications');
  });

  it('stops the server only once the user, told whose run is active, agrees', async () => {
    const body = { job_id: 'busy', status: 'running' };
    await request(server(), '/api/training/local/jobs', { method: 'POST', body: JSON.stringify(body) });
    await workbench.run('Stop Local Server');
    await dialog().getByText('1 run is active').waitFor();
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await dialog().waitFor({ state: 'hidden' });
    assert.equal((await request(server(), '/api/training/local/jobs/busy', { method: 'DELETE' })).status, 200);
  });

  it('deletes a job after a question that says what goes with it, and tells its panel', async () => {
    await deleteJob('answers');
    await dialog().getByText('Delete the job “answers”').waitFor();
    await dialog().getByText('2 predictions go with it').waitFor();
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await dialog().waitFor({ state: 'hidden' });
    assert.equal(await item(/^answers/).count(), 1);
    await deleteJob('answers');
    await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
    await workbench.statusBarItem(/^Deleted/).waitFor();
    await item(/^answers/).waitFor({ state: 'hidden' });
    const { json } = await request(server(), '/api/training/local/jobs');
    assert.deepEqual(json['jobs'], []);
  });

  it('shows names of columns, files and jobs as they are, with marks for what cannot be seen', async () => {
    const file = path.join(dataDir, 'odd\u202erun.csv');
    await writeFile(file, 'prompt,$(trash) said\u200b\nx,hallo\n');
    await workbench.importFile(file);
    const column = workbench.quickInput.getByText('$(trash) said⟨U+200B⟩').first();
    await column.waitFor();
    assert.equal(await workbench.quickInput.locator('.codicon-trash').count(), 0);
    await pickColumn('what the model answered', 'said');
    await pickColumn('Are these rows right?', 'Import it like this');
    await workbench.notification('1 prediction is imported').waitFor();
    await item(/^odd⟨U\+202E⟩run/).waitFor();
    await deleteJob('odd');
    await dialog().getByText('Delete the job “odd⟨U+202E⟩run”').waitFor();
    await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
    await item(/^odd/).waitFor({ state: 'hidden' });
  });

  it('asks for a database under a mask, and stores no address that does not work', async () => {
    await workbench.run('Set Database');
    const input = workbench.quickInput.locator('input[type=password]');
    await input.fill('mysql://localhost/db');
    await workbench.quickInput.getByText('Expected an address such as').waitFor();
    await input.fill('postgresql://me:sesame@127.0.0.1:9/none');
    await input.press('Enter');
    const refusal = workbench.notification('The address is not stored');
    await refusal.waitFor({ timeout: 60_000 });
    assert.doesNotMatch((await refusal.textContent()) ?? '', /sesame/);
    await workbench.run('Notifications: Clear All Notifications');
  });

  it('says of a server that is stopped that it keeps its runs, and offers to start it', async () => {
    await workbench.run('Stop Local Server');
    await workbench.page.getByText('The local server is stopped. It keeps the runs').first().waitFor();
    assert.equal(await workbench.page.getByText('New here?').count(), 0);
    await workbench.run('Start Local Server');
    await workbench.notification('The local server runs at').waitFor();
  });
});
