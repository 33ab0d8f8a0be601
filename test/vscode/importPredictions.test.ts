import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

  it('imports nothing of a file with a row that does not fit', async () => {
    const file = path.join(folder, 'broken.csv');
    await writeFile(file, 'epoch,prompt,prediction\n1,p,a\n2,p,b\nlast,p,c\n');
    assert.equal(await importFile(file), undefined);
  });
});
