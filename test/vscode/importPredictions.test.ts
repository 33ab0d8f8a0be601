import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { type Fields, request } from '../support/serverClient.ts';

const home = process.env['TRAINING_PREDICTIONS_HOME'] ?? '';
const media = path.join(
  vscode.extensions.getExtension('finetunelab.training-predictions')?.extensionPath ?? '',
  'media',
);

interface ServerFile {
  url: string;
  apiKey: string;
}

describe('importing predictions in VS Code', () => {
  let server: ServerFile;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'import-'));
    await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
    server = JSON.parse(await readFile(path.join(home, 'server.json'), 'utf8')) as ServerFile;
  });

  after(async () => {
    await vscode.commands.executeCommand('trainingPredictions.stopLocalServer');
    await rm(folder, { recursive: true });
  });

  const jobs = async () => (await request(server, '/api/training/local/jobs')).json['jobs'] as Fields[];

  /** Imports a file by the command; returns the new job, if there is one. */
  async function importFile(file: string): Promise<Fields | undefined> {
    const before = new Set((await jobs()).map(({ id }) => id));
    await vscode.commands.executeCommand('trainingPredictions.importPredictions', vscode.Uri.file(file));
    const made = (await jobs()).filter(({ id }) => !before.has(id));
    assert.ok(made.length <= 1);
    return made[0];
  }

  async function rowsOf(job: Fields): Promise<Fields[]> {
    const rows: Fields[] = [];
    for (let after = 0; ; after = rows.length) {
      const answer = await request(server, `/api/training/predictions/${job['id']}?after=${after}&limit=1000`);
      const page = answer.json['predictions'] as Fields[];
      if (page.length === 0) return rows;
      rows.push(...page);
    }
  }

  it('makes a finished job of a whole run, and the same again of what is exported of it', async () => {
    const first = await importFile(path.join(media, 'orders-run.jsonl.gz'));
    assert.ok(first);
    assert.deepEqual([first['status'], first['model_name'], first['total_epochs']], ['completed', 'orders-run', 31]);
    const rows = await rowsOf(first);
    assert.equal(rows.length, 1550);

    const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
    const file = path.join(folder, 'exported.jsonl');
    await writeFile(file, lines.join(''));
    const other = await importFile(file);
    assert.ok(other);
    const without = (row: Fields) => JSON.stringify({ ...row, job_id: undefined, user_id: undefined });
    assert.deepEqual((await rowsOf(other)).map(without), rows.map(without));
  });

  it('makes one job of a folder, and of files that are chosen together', async () => {
    const run = path.join(folder, 'run');
    await mkdir(run);
    const files = [1, 2].map((step) => path.join(run, `step_${step}.jsonl`));
    for (const file of files)
      await writeFile(file, '{"prompt":"p","completion":"a"}\n{"prompt":"q","completion":"b"}\n');
    const job = await importFile(run);
    assert.equal(job?.['model_name'], 'run');
    const told = (await rowsOf(job ?? {})).map((row) => [row['step'], row['sample_index'], row['prediction']]);
    assert.deepEqual(told, [
      [1, 0, 'a'],
      [1, 1, 'b'],
      [2, 0, 'a'],
      [2, 1, 'b'],
    ]);
    const before = new Set((await jobs()).map(({ id }) => id));
    const uris = files.map((file) => vscode.Uri.file(file));
    await vscode.commands.executeCommand('trainingPredictions.importPredictions', uris[0], uris);
    const [made] = (await jobs()).filter(({ id }) => !before.has(id));
    assert.equal((await rowsOf(made ?? {})).length, 4);
  });

  it('asks for columns whose names say nothing, and shows the first rows before it imports', async () => {
    const file = path.join(folder, 'odd.csv');
    await writeFile(file, 'text,reply,gold\np,a,t\nq,b,u\n');
    let made: Fields | undefined;
    let isOver = false;
    const importing = importFile(file).then((job) => {
      made = job;
      isOver = true;
    });
    // Nothing tells an extension that a list is open.
    await sleep(3000);
    // What the model answered is the second of the columns; of all else what is offered first is right.
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
    for (let asked = 0; asked < 20 && !isOver; asked += 1) {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await sleep(500);
    }
    await importing;
    const told = (await rowsOf(made ?? {})).map((row) => [row['prompt'], row['prediction'], row['ground_truth']]);
    assert.deepEqual(told, [
      ['p', 'a', 't'],
      ['q', 'b', 'u'],
    ]);
  });

  it('imports nothing of a file with a row that does not fit', async () => {
    const file = path.join(folder, 'broken.csv');
    await writeFile(file, 'epoch,prompt,prediction\n1,p,a\n2,p,b\nlast,p,c\n');
    assert.equal(await importFile(file), undefined);
  });
});
