import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const id = 'finetunelab.training-predictions';

interface Manifest {
  contributes: {
    commands: { command: string; title: { value: string; original: string } }[];
    walkthroughs: { steps: unknown[] }[];
    configuration: { properties: Record<string, { default: unknown }> }[];
  };
}

describe('the extension in a real extension host', () => {
  it('is found and activates', async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, `${id} is not installed`);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that it contributes', async () => {
    const manifest = vscode.extensions.getExtension(id)?.packageJSON as Manifest;
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.ok(contributed.length > 0);
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });
});

describe('the id of a job', () => {
  it('is copied as it is', async () => {
    const jobId = 'run-2026 “final”';
    await vscode.commands.executeCommand('trainingPredictions.copyJobId', { server: 'local', jobId });
    assert.equal(await vscode.env.clipboard.readText(), jobId);
  });
});

describe('the manifest as VS Code reads it', () => {
  const manifest = (): Manifest => vscode.extensions.getExtension(id)?.packageJSON as Manifest;

  it('has its texts in place of their keys', () => {
    const { commands, walkthroughs } = manifest().contributes;
    assert.ok(commands.some(({ title }) => title.value === 'Watch Training Predictions'));
    assert.equal(walkthroughs[0]?.steps.length, 5);
    assert.doesNotMatch(JSON.stringify(manifest().contributes), /"%[\w.]+%"/);
  });

  it('gives every setting its default', () => {
    const settings = manifest().contributes.configuration.flatMap(({ properties }) => Object.entries(properties));
    assert.ok(settings.length > 10);
    for (const [name, { default: otherwise }] of settings) {
      assert.deepEqual(vscode.workspace.getConfiguration().inspect(name)?.defaultValue, otherwise, name);
    }
  });

  it('tells by default only what cannot nag', () => {
    const settings = vscode.workspace.getConfiguration('trainingPredictions.notifications');
    const on = ['runEnded', 'qualityRegressed', 'validationDropped', 'noPredictions', 'connectionLost'].filter((name) =>
      settings.get(name),
    );
    assert.deepEqual(on, ['runEnded', 'connectionLost']);
  });
});
