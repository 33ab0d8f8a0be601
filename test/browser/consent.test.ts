import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, sample, type TestJob } from '../support/serverClient.ts';
import { packTinyExtension } from '../support/tinyExtension.ts';
import { packaged, Workbench } from '../support/workbench.ts';

const manifest = {
  name: 'assistant',
  contributes: { commands: [{ command: 'assistant.ask', title: 'Ask a Tool' }] },
};

/** Asks a tool as an assistant does that is an extension, and shows what it got. */
const assistant = `
const vscode = require('vscode');
exports.activate = () => vscode.commands.registerCommand('assistant.ask', async () => {
  const [tool, input] = JSON.parse(await vscode.window.showInputBox());
  vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined }).then(
    ({ content }) => vscode.window.showInformationMessage('Told: ' + content.map(({ value }) => value).join()),
    (error) => vscode.window.showInformationMessage('Refused: ' + error.message),
  );
});`;

describe('what an assistant asks for in VS Code', () => {
  let folder: string;
  let server: TestServer;
  let workbench: Workbench;
  let job: TestJob;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'consent-'));
    server = await startServer();
    job = await createJob(server, { model_name: 'orders', status: 'running' });
    await post(server, job, [sample({ ground_truth: 'hello', prediction: 'a secret answer' })]);
    workbench = await Workbench.open({
      extensions: [await packaged(), await packTinyExtension(path.join(folder, 'assistant'), manifest, assistant)],
      machineSettings: { 'trainingPredictions.serverUrl': server.url },
    });
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.notification('is stored').waitFor();
    await workbench.run('Notifications: Clear All Notifications');
  });

  after(async () => {
    await workbench?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [tool, input] of [
    ['trainingPredictions_samples', { which: 'worst' }],
    ['trainingPredictions_sampleHistory', { sampleIndex: 0 }],
  ] as const) {
    it(`leaves by ${tool} only after the user agreed`, async () => {
      const dialog = workbench.page.locator('.monaco-dialog-box');
      const ask = async (): Promise<void> => {
        await workbench.run('Ask a Tool');
        await workbench.answer(JSON.stringify([tool, { ...input, jobId: job.id }]));
        await dialog.getByText('Give predictions to the language model?').waitFor();
      };
      await ask();
      await dialog.getByText('go to the language model of this chat').waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await workbench.notification('Refused: ').waitFor();
      await workbench.run('Notifications: Clear All Notifications');

      await ask();
      await dialog.getByRole('button', { name: 'Yes' }).click();
      await workbench.notification(/Told: .*a secret answer/s).waitFor();
      await workbench.run('Notifications: Clear All Notifications');
    });
  }
});
