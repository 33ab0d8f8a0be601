import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { becomes } from '../support/eventually.ts';
import { Workbench } from '../support/workbench.ts';

interface Manifest {
  contributes: {
    commands: { command: string; title: { original: string } }[];
    menus: { commandPalette: { command: string }[] };
  };
}

/** What the palette offers at any time, under the names that it shows. */
function commandsAtAnyTime(): string[] {
  const manifest: unknown = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8'));
  const { commands, menus } = (manifest as Manifest).contributes;
  const sometimes = new Set(menus.commandPalette.map(({ command }) => command));
  return commands
    .filter(({ command }) => !sometimes.has(command))
    .map(({ title }) => `FineTune Lab: ${title.original}`)
    .sort();
}

describe('the command palette, in VS Code', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open();
    // The list is long, and what is scrolled out of it is not in the page.
    await workbench.page.setViewportSize({ width: 1400, height: 1800 });
    await workbench.run('Training Predictions: Focus on Jobs View');
  });

  after(() => workbench?.close());

  /** The extension's commands among what the palette finds, as it shows them: each by its first line. */
  async function found(query: string): Promise<string[]> {
    const { page, quickInput } = workbench;
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    await quickInput.locator('.quick-input-box input').fill(`>${query}`);
    await quickInput.getByRole('option', { name: 'FineTune Lab: Show Log' }).waitFor();
    const labels = await quickInput.locator('[role=option] .quick-input-list-row:first-child').allInnerTexts();
    return labels
      .map((label) => label.split('\n')[0] ?? '')
      .filter((label) => label.startsWith('FineTune Lab: '))
      .sort();
  }

  /** Some come a moment after the start, with the trust in the workspace. */
  async function findsAll(query: string): Promise<void> {
    const all = commandsAtAnyTime();
    assert.ok(all.length >= 10);
    await becomes(() => found(query), all, query);
  }

  const queries = ['FineTune Lab', 'Training Predictions', 'training predictions:'];

  for (const query of queries) {
    it(`finds every command by “${query}”, and shows each under its own name`, () => findsAll(query));
  }

  it('finds one by either name with its title', async () => {
    for (const name of ['FineTune Lab', 'Training Predictions']) {
      await found(`${name}: Show Log`);
      const first = workbench.quickInput.getByRole('option').first();
      await first.and(workbench.page.getByRole('option', { name: /^FineTune Lab: Show Log/ })).waitFor();
    }
  });

  it('does so in another language too', async () => {
    // As a language pack leaves it; its texts are VS Code's own.
    await workbench.page
      .context()
      .addInitScript(() => Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { value: 'de' }));
    await workbench.reload();
    await workbench.run('Training Predictions: Focus on Jobs View');
    for (const query of queries) await findsAll(query);
  });
});
