import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { packageExtension } from '../../scripts/vscode/package.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, sample, type TestJob } from '../support/serverClient.ts';
import { Workbench } from '../support/workbench.ts';

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

async function packAssistant(folder: string): Promise<string> {
  await mkdir(folder);
  const manifest = {
    name: 'assistant',
    publisher: 'test',
    version: '1.0.0',
    engines: { vscode: '^1.104.0' },
    main: './main.js',
    contributes: { commands: [{ command: 'assistant.ask', title: 'Ask a Tool' }] },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'main.js'), assistant);
  const packagePath = path.join(folder, 'assistant.vsix');
  await createVSIX({ cwd: folder, packagePath, dependencies: false, allowMissingRepository: true, skipLicense: true });
  return packagePath;
}

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
      extensions: [await packageExtension(), await packAssistant(path.join(folder, 'assistant'))],
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
