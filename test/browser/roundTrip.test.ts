import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findServer } from '../../src/localServer/discovery.ts';
import { stopServer } from '../../src/localServer/serverProcess.ts';
import { becomes } from '../support/eventually.ts';
import { type PartOneServer, partOne, startPartOneServer } from '../support/partOneServer.ts';
import type { StoredRow } from '../support/partOneStore.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { type Fields, request } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

/** More than one reading of the server brings at once. */
const run = readSampleRun();

/** What FineTune Lab may know of a prediction besides. */
const odd = {
  user_id: 'somebody',
  validation_errors: ['ü€😀 "quoted"\n', { path: ['due', 0] }],
  reward: { total: 0.1 + 0.2, parts: [1e-7, null] },
  label: 'a name that other tables have for the ground truth',
  Step: 'not the step',
};

describe('predictions of FineTune Lab, exported and imported in VS Code', () => {
  let dataDir: string;
  let server: PartOneServer;
  let stored: StoredRow[];
  let workbench: Workbench;

  const home = () => path.join(dataDir, 'home');
  const item = (name: RegExp) => workbench.page.getByRole('treeitem', { name });
  const jsonLines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fields);
  const byId = (rows: readonly Fields[]) => rows.toSorted((a, b) => String(a['id']).localeCompare(String(b['id'])));
  /** A row less what belongs to its job: its job, its user and its number there. */
  const plain = ({ job_id: _job, user_id: _user, seq: _number, ...row }: Fields): Fields => row;

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'round-trip-'));
    server = await startPartOneServer({ behaviour: partOne() });
    server.store.create('orders');
    stored = server.store.insert(
      'orders',
      run.map((row) => (row.sample_index % 7 === 3 ? { ...row, ...odd } : row)),
    );
    // As Supabase writes times.
    stored.forEach((row, index) => {
      row.created_at = `2026-01-31T12:${10 + (index % 50)}:00.${100_000 + index}+00:00`;
    });
    workbench = await Workbench.open({
      dataDir,
      machineSettings: { 'trainingPredictions.serverUrl': server.url, 'trainingPredictions.localServer.port': 0 },
    });
    await workbench.run('Training Predictions: Focus on Jobs View');
  });

  after(async () => {
    await workbench?.close();
    await server?.close();
    const left = await findServer(home());
    if (left !== null) await stopServer(left, home());
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Exports all of the panel in front. */
  async function exported(name: string): Promise<Fields[]> {
    const file = path.join(dataDir, name);
    await workbench.panel
      .getByText(`of ${run.length.toLocaleString('en')}`)
      .first()
      .waitFor();
    await workbench.choose('FineTune Lab: Export Predictions', 'JSON Lines', 'Export Predictions: Format');
    await workbench.saveAs(file);
    await workbench.notification(`exported to ${file}`).waitFor();
    await workbench.run('Notifications: Clear All Notifications');
    return jsonLines(await readFile(file, 'utf8'));
  }

  async function localServer(): Promise<{ url: string; apiKey: string }> {
    const running = await findServer(home());
    assert.ok(running !== null, 'the local server runs');
    return { url: running.endpoint.address.origin, apiKey: running.endpoint.key };
  }

  async function localJobs(): Promise<Fields[]> {
    const { json } = await request(await localServer(), '/api/training/local/jobs');
    return json['jobs'] as Fields[];
  }

  let first: Fields[];

  it('leave FineTune Lab with every field that it has', async () => {
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.notification('is stored').waitFor();
    await workbench.run('Notifications: Clear All Notifications');
    await workbench.choose('Watch Training Predictions', 'orders');
    await workbench.statusBarItem(/^Live/).waitFor();
    first = await exported('first.jsonl');
    assert.deepEqual(byId(first), byId(stored as unknown as Fields[]));
  });

  it('are a finished job of the local server, the same in every field and in their order', async () => {
    await workbench.importFile(path.join(dataDir, 'first.jsonl'));
    const told = workbench.notification(`${run.length.toLocaleString('en')} predictions are imported`);
    await told.getByRole('button', { name: 'Watch' }).click();
    await workbench.tab('Predictions: first').waitFor();
    await workbench.statusBarItem(/^Finished/).waitFor();
    // What is left of a panel must not be taken for the one in front.
    await workbench.run('View: Close Other Editors in Group');
    await workbench.tab('Predictions: orders').waitFor({ state: 'hidden' });
    const second = await exported('second.jsonl');
    assert.deepEqual(second.map(plain), first.map(plain));
    const [job] = await localJobs();
    assert.equal(job?.['status'], 'completed');
  });

  it('are refused as a whole for one cell, which is named by line and column', async () => {
    const file = path.join(dataDir, 'refused.csv');
    const row = 'p,a,1,1,0\n';
    await writeFile(file, `prompt,prediction,epoch,step,sample_index\n${row.repeat(700)}p,a,first,1,0\n${row}`);
    await workbench.importFile(file);
    const told = 'Nothing of refused.csv is imported. Line 702, column “epoch”: expected a whole number or a fraction';
    await workbench.notification(told).waitFor();
    assert.deepEqual((await localJobs()).length, 1);
    assert.equal(await item(/^refused/).count(), 0);
    await workbench.run('Notifications: Clear All Notifications');
  });

  it('are not imported when a dialog of the import is dismissed, and nothing is left of it', async () => {
    const unnamed = path.join(dataDir, 'unnamed.csv');
    await writeFile(unnamed, 'x,y\np,a\n');
    const before = await readdir(dataDir);
    await workbench.run('Import Predictions');
    await workbench.quickInput.getByRole('button', { name: 'Import', exact: true }).waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.quickInput.waitFor({ state: 'hidden' });
    await workbench.importFile(unnamed);
    await workbench.quickInput.locator('input[placeholder*="what the model answered"]').waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.notification('Importing unnamed.csv').waitFor({ state: 'hidden' });
    // What the dismissed ones had begun would show beside the next one.
    await workbench.importFile(path.join(dataDir, 'second.jsonl'));
    await workbench.notification('predictions are imported').waitFor();
    assert.deepEqual((await localJobs()).map((job) => job['model_name']).sort(), ['first', 'second']);
    await workbench.notification('Importing').waitFor({ state: 'hidden' });
    await becomes(() => workbench.notification('').count(), 1);
    await becomes(() => readdir(dataDir), before);
  });
});
