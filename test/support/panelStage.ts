/** A server, a job and a real VS Code that watches it. */
import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from './eventually.ts';
import { startServer, type TestServer } from './server.ts';
import { createJob, type Fields, post, type TestJob } from './serverClient.ts';
import { Workbench, type WorkbenchOptions } from './workbench.ts';

/** The most that one request takes here. */
const batch = 1000;

/** VS Code remembers for the next start what stood, or was closed, for a while, in ms. */
export const remembered = 25_000;

/** Turns to a tab and waits for what is in it, which the extension host tells: until then a ring turns. */
export async function openTab(panel: FrameLocator, name: string): Promise<void> {
  await panel.getByRole('tab', { name }).click();
  const tab = panel.getByRole('tabpanel', { name });
  await tab.waitFor();
  await tab.locator('vscode-progress-ring').filter({ visible: true }).first().waitFor({ state: 'hidden' });
}

/**
 * Clicks what does nothing as long as it is not ready, again and again until what it leads to is in sight. A click may
 * take what is clicked away before that is seen: one that finds nothing to click is no fault.
 */
export async function clickUntil(target: Locator, seen: Locator, position?: { x: number; y: number }): Promise<void> {
  await eventually(
    `${target} leads to ${seen}`,
    async () => {
      await target.click({ ...(position && { position }), timeout: 2000 }).catch(() => {});
      const isSeen = seen.waitFor({ timeout: 2000 }).then(() => true);
      return isSeen.catch(() => undefined);
    },
    30_000,
  );
}

export class PanelStage {
  readonly server: TestServer;
  readonly workbench: Workbench;

  private constructor(server: TestServer, workbench: Workbench) {
    this.server = server;
    this.workbench = workbench;
  }

  /** A VS Code with the server's key; nothing is watched yet. Any dialog of the browser fails. */
  static async open(options: WorkbenchOptions = {}): Promise<PanelStage> {
    const server = await startServer();
    const machineSettings = { 'trainingPredictions.serverUrl': server.url, ...options.machineSettings };
    const workbench = await Workbench.open({ ...options, machineSettings });
    workbench.page.on('dialog', (dialog) => assert.fail(`a dialog opened: ${dialog.message()}`));
    await workbench.run('Set API Key');
    await workbench.answer(server.apiKey);
    await workbench.notification('works and is stored').waitFor();
    await workbench.run('Notifications: Clear All Notifications');
    return new PanelStage(server, workbench);
  }

  /** The same server in another window. */
  at(workbench: Workbench): PanelStage {
    return new PanelStage(this.server, workbench);
  }

  /** A job with these predictions. */
  async train(title: string, predictions: readonly Fields[]): Promise<TestJob> {
    const job = await createJob(this.server, { model_name: title, status: 'running' });
    await this.add(job, predictions);
    return job;
  }

  async add(job: TestJob, predictions: readonly Fields[]): Promise<void> {
    for (let start = 0; start < predictions.length; start += batch) {
      const { status, text } = await post(this.server, job, predictions.slice(start, start + batch));
      assert.equal(status, 200, text);
    }
  }

  /** Watches a job by its title and waits until it is live. */
  async watch(title: string): Promise<void> {
    await this.workbench.choose('Watch Training Predictions', title);
    await this.workbench.tab(`Predictions: ${title}`).waitFor();
    await this.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  }

  get panel(): FrameLocator {
    return this.workbench.panel;
  }

  get grid(): Locator {
    return this.panel.getByRole('grid', { name: 'Predictions' });
  }

  get rows(): Locator {
    return this.grid.locator('tbody tr[data-id]');
  }

  get search(): Locator {
    return this.panel.getByRole('searchbox', { name: 'Search predictions' });
  }

  button(name: string | RegExp): Locator {
    return this.panel.getByRole('button', { name });
  }

  /** Waits for "Showing …". */
  async showing(text: string): Promise<void> {
    try {
      await this.panel.getByText(`Showing ${text}`, { exact: true }).waitFor();
    } catch (cause) {
      const said = await this.panel
        .locator('body')
        .innerText({ timeout: 2000 })
        .catch(() => 'nothing, as there is none');
      throw new Error(`The panel does not show ${text}. It says: ${said.slice(0, 600)}`, { cause });
    }
  }

  openTab(name: string): Promise<void> {
    return openTab(this.panel, name);
  }

  /** Chooses a sample of the Comparison tab and waits for its answers: until then those of the one before stand there. */
  async chooseSample(index: number): Promise<void> {
    await this.panel.getByRole('combobox', { name: 'Sample' }).selectOption(String(index));
    await this.panel.locator('.history[aria-busy]').waitFor({ state: 'hidden' });
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.server.stop();
  }
}
