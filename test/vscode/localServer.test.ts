import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import { startImpostor } from '../support/impostor.ts';
import { runToSuccess } from '../support/runProgram.ts';
import { createJob, request } from '../support/serverClient.ts';

const home = process.env['TRAINING_PREDICTIONS_HOME'] ?? '';
const serverFile = path.join(home, 'server.json');

interface ServerFile {
  url: string;
  apiKey: string;
  instance: string;
  pid: number;
}

async function readServerFile(): Promise<ServerFile> {
  return JSON.parse(await readFile(serverFile, 'utf8')) as ServerFile;
}

function tabs(): string[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
}

/** Lets Node say, in a new terminal, what these environment variables are there. */
async function environmentOfTerminal(...names: string[]): Promise<unknown> {
  const folder = await mkdtemp(path.join(tmpdir(), 'terminal-'));
  const file = path.join(folder, 'result');
  const script = path.join(folder, 'script.cjs');
  const terminal = vscode.window.createTerminal({ cwd: folder });
  try {
    await writeFile(
      script,
      `require('node:fs').writeFileSync('result', JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name])))`,
    );
    terminal.sendText('node script.cjs');
    return await eventually('the terminal wrote its result', async () => {
      const text = existsSync(file) ? await readFile(file, 'utf8') : '';
      return text === '' ? undefined : JSON.parse(text);
    });
  } finally {
    terminal.dispose();
    await rm(folder, { recursive: true });
  }
}

describe('the local server in VS Code', () => {
  before(async () => {
    await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
  });

  after(async () => {
    await vscode.commands.executeCommand('trainingPredictions.stopLocalServer');
  });

  it('runs once started, and is the one that its file names', async () => {
    const { url, instance } = await readServerFile();
    const health = (await (await fetch(`${url}/health`)).json()) as { instance: string };
    assert.equal(health.instance, instance);
  });

  it('stays the same one when it is started again', async () => {
    const { instance } = await readServerFile();
    await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
    assert.equal((await readServerFile()).instance, instance);
  });

  it('opens one panel a job, however often the job is watched', async () => {
    const job = await createJob(await readServerFile(), { model_name: 'tiny', status: 'running' });
    await vscode.commands.executeCommand('trainingPredictions.watch', job.id);
    await eventually('the panel opened', () => (tabs().includes('Predictions: tiny') ? true : undefined));
    await vscode.commands.executeCommand('trainingPredictions.watch', { server: 'local', jobId: job.id });
    assert.deepEqual(tabs(), ['Predictions: tiny']);
    await vscode.commands.executeCommand('trainingPredictions.stopWatching', job.id);
    await eventually('the panel closed', () => (tabs().length === 0 ? true : undefined));
  });

  it('gives new terminals its address and key', async () => {
    const { url, apiKey } = await readServerFile();
    const seen = await environmentOfTerminal('FINETUNE_LAB_API_URL', 'FINETUNE_LAB_API_KEY');
    assert.deepEqual(seen, [url, apiKey]);
  });

  it('that is killed is missed: terminals lose its address and key, until it is started again', async () => {
    const { pid, instance } = await readServerFile();
    process.kill(pid, 'SIGKILL');
    await eventually('terminals know no server', async () => {
      const seen = await environmentOfTerminal('FINETUNE_LAB_API_URL', 'FINETUNE_LAB_API_KEY');
      return JSON.stringify(seen) === '[null,null]' ? true : undefined;
    });
    await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
    const { url, apiKey, instance: next } = await readServerFile();
    assert.notEqual(next, instance);
    assert.deepEqual(await environmentOfTerminal('FINETUNE_LAB_API_URL', 'FINETUNE_LAB_API_KEY'), [url, apiKey]);
  });

  it('may have its key replaced: terminals and the window go on with the new one by themselves', async () => {
    const before = await readServerFile();
    const job = await createJob(before, { model_name: 'kept' });
    const extension = vscode.extensions.getExtension('finetunelab.training-predictions');
    const program = path.join(extension?.extensionPath ?? '', 'dist', 'server.cjs');
    const env = { ELECTRON_RUN_AS_NODE: '1', TRAINING_PREDICTIONS_HOME: home };
    await runToSuccess(process.execPath, [program, 'keys', 'replace'], { env });
    const now = await eventually('the server has the new key', async () => {
      const told = await readServerFile();
      return told.apiKey === before.apiKey ? undefined : told;
    });
    assert.equal(now.instance, before.instance);
    assert.equal((await request(before, '/api/training/jobs')).status, 401);
    const seen = await eventually(
      'terminals have the new key',
      async () => {
        const key = await environmentOfTerminal('FINETUNE_LAB_API_KEY');
        return JSON.stringify(key) === JSON.stringify([now.apiKey]) ? key : undefined;
      },
      30_000,
    );
    assert.deepEqual(seen, [now.apiKey]);
    const { content } = await vscode.lm.invokeTool('trainingPredictions_listJobs', {
      input: { server: 'local' },
      toolInvocationToken: undefined,
    });
    assert.ok(JSON.stringify(content).includes(job.id));
  });

  it('is not taken for the program of another user that took its port: no key is sent there', async () => {
    const { pid, instance, url, apiKey } = await readServerFile();
    process.kill(pid, 'SIGKILL');
    const impostor = await startImpostor({ port: Number(new URL(url).port), instance });
    try {
      await eventually('terminals know no server', async () => {
        const seen = await environmentOfTerminal('FINETUNE_LAB_API_URL', 'FINETUNE_LAB_API_KEY');
        return JSON.stringify(seen) === '[null,null]' ? true : undefined;
      });
      const said: unknown = await Promise.resolve(
        vscode.lm.invokeTool('trainingPredictions_jobTrends', {
          input: { server: 'local', jobId: 'any' },
          toolInvocationToken: undefined,
        }),
      ).then(({ content }) => JSON.stringify(content), String);
      assert.match(String(said), /Something else answers where the local server was, and no key was sent/);
      await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
      const next = await readServerFile();
      assert.notEqual(next.url, url);
      assert.ok(impostor.heard().includes('/health'), impostor.heard());
      assert.doesNotMatch(impostor.heard(), /wak_|x-api-key|authorization/i);
      assert.ok(!impostor.heard().includes(apiKey));
    } finally {
      await impostor.stop();
    }
  });

  it('is a command of its own in the terminal that is opened for it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'server-terminal-'));
    await vscode.commands.executeCommand('trainingPredictions.openServerTerminal');
    const terminal = vscode.window.terminals.find(({ name }) => name === 'Predictions Server');
    assert.ok(terminal);
    const file = path.join(folder, 'result');
    terminal.sendText(
      `training-predictions-server --version > '${file}'; echo "$TRAINING_PREDICTIONS_HOME" >> '${file}'`,
    );
    const said = await eventually('it ran', async () => {
      const text = existsSync(file) ? await readFile(file, 'utf8') : '';
      return text.includes(home) ? text : undefined;
    });
    assert.match(said, /^\d+\.\d+\.\d+\n/);
    terminal.dispose();
    await rm(folder, { recursive: true });
  });

  it('is gone once stopped, and its file with it', async () => {
    const { url } = await readServerFile();
    await vscode.commands.executeCommand('trainingPredictions.stopLocalServer');
    await assert.rejects(fetch(`${url}/health`));
    assert.equal(existsSync(serverFile), false);
    await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
  });
});
