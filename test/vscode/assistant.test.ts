import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { createJob, post, sample } from '../support/serverClient.ts';

const home = process.env['TRAINING_PREDICTIONS_HOME'] ?? '';

interface ServerFile {
  url: string;
  apiKey: string;
}

async function ask(tool: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
  return content
    .map((part) => {
      assert.ok(part instanceof vscode.LanguageModelTextPart);
      return part.value;
    })
    .join('\n');
}

describe('the tools of the editor’s assistant', () => {
  let server: ServerFile;

  before(async () => {
    await vscode.extensions.getExtension('finetunelab.training-predictions')?.activate();
    await vscode.commands.executeCommand('trainingPredictions.startLocalServer');
    server = JSON.parse(await readFile(path.join(home, 'server.json'), 'utf8')) as ServerFile;
  });

  after(async () => {
    await vscode.commands.executeCommand('trainingPredictions.stopLocalServer');
  });

  it('are known to VS Code', () => {
    const names = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('trainingPredictions_'));
    assert.deepEqual(names.sort(), [
      'trainingPredictions_jobTrends',
      'trainingPredictions_listJobs',
      'trainingPredictions_sampleHistory',
      'trainingPredictions_samples',
    ]);
  });

  it('list jobs and read the trends of one that nobody watches', async () => {
    const job = await createJob(server, { model_name: 'asked about', status: 'running' });
    await post(server, job, [sample({ ground_truth: 'hello', prediction: 'hello' })]);
    const jobs = await ask('trainingPredictions_listJobs', { server: 'local' });
    assert.match(jobs, /^Data from Local Server \(127\.0\.0\.1:\d+\)\. Showing \d+ of \d+ jobs\./);
    assert.ok(jobs.includes(`"jobId":"${job.id}"`), jobs);
    const trends = await ask('trainingPredictions_jobTrends', { jobId: job.id });
    assert.match(trends, /Showing 1 of 1 epochs/);
    assert.match(trends, /"avg_char_error_rate":0/);
  });

  it('say what to do about a job that is not there, and refuse an input that does not fit', async () => {
    await assert.rejects(ask('trainingPredictions_jobTrends', { jobId: 'nowhere' }), /List the jobs to find its id/);
    await assert.rejects(ask('trainingPredictions_jobTrends', { jobId: 7 }));
  });
});
