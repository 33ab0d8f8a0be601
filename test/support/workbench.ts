import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/vscode/chromium.ts';
import { packageExtension, packageFile, packageVariable } from '../../scripts/vscode/package.ts';
import { startVsCode, type VsCode, type VsCodeOptions } from '../../scripts/vscode/server.ts';
import { exitOnStop } from '../../scripts/vscode/stopping.ts';
import { becomes } from './eventually.ts';
import { delayMessages } from './lateMessages.ts';

let packaging: Promise<string> | undefined;
/** The package as it stands: the one that was made for this run, else made once for all tests of a process. */
export function packaged(): Promise<string> {
  packaging ??= process.env[packageVariable] === undefined ? packageExtension() : packageFile();
  return packaging;
}

/** How long VS Code may take to react, in ms; a loaded machine is slow to start an extension host. */
const limit = 30_000;

exitOnStop();

export type WorkbenchOptions = Partial<VsCodeOptions> & {
  /** Of the browser, and with it of the person. */
  locale?: string;
  /** How much later the panels are told, in ms: by default `TEST_PANEL_DELAY`, which finds tests that look too early. */
  panelDelay?: number;
};

/** A real VS Code in a real browser, with the hands of a person who uses it. */
export class Workbench {
  readonly page: Page;
  readonly vscode: VsCode;
  readonly #dispose: () => Promise<void>;

  private constructor(page: Page, vscode: VsCode, dispose: () => Promise<void>) {
    this.page = page;
    this.vscode = vscode;
    this.#dispose = dispose;
  }

  /**
   * Opens VS Code on an empty window, by default with the packaged extension and no local server. Without a `dataDir`
   * it is a new VS Code, which is removed on `close`.
   */
  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const made = options.dataDir === undefined ? await mkdtemp(path.join(tmpdir(), 'workbench-')) : undefined;
    const dataDir = options.dataDir ?? made ?? '';
    const browser = await launchChromium();
    const vscode = await startVsCode({
      ...options,
      // What fits differs from machine to machine: tests count the rows of a page.
      userSettings: { 'trainingPredictions.pageSize': 10, ...options.userSettings },
      dataDir,
      extensions: options.extensions ?? [await packaged()],
      env: { TRAINING_PREDICTIONS_HOME: path.join(dataDir, 'home'), ...options.env },
    });
    const dispose = async () => {
      await browser.close();
      await vscode.stop();
      if (made !== undefined) await rm(made, { recursive: true, force: true, maxRetries: 5 });
    };
    try {
      const context = await Workbench.#context(browser, options.locale);
      const delay = options.panelDelay ?? Number(process.env['TEST_PANEL_DELAY'] ?? 0);
      if (delay > 0) await delayMessages(context, delay);
      const page = await context.newPage();
      page.setDefaultTimeout(limit);
      const workbench = new Workbench(page, vscode, dispose);
      await page.goto(vscode.address);
      await workbench.ready();
      return workbench;
    } catch (error) {
      await dispose();
      throw error;
    }
  }

  static #context(browser: Browser, locale = 'en-US'): Promise<BrowserContext> {
    return browser.newContext({ viewport: { width: 1400, height: 900 }, locale });
  }

  /** A second window of the same person. It ends with the first; closing it closes that window alone. */
  async openWindow(): Promise<Workbench> {
    const page = await this.page.context().newPage();
    page.setDefaultTimeout(limit);
    const workbench = new Workbench(page, this.vscode, () => page.close({ runBeforeUnload: true }));
    await page.goto(this.vscode.address);
    await workbench.ready();
    return workbench;
  }

  /** Waits until VS Code takes commands. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar-item').first().waitFor();
  }

  /** Reloads the window, as a person does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Runs a command by its title from the command palette. */
  async run(title: string): Promise<void> {
    const command = this.quickInput.getByRole('option', { name: title }).first();
    // A command appears once its extension is known, which takes a moment after the start.
    await this.#until(async () => {
      // A click waits for frames, which a window behind another one may draw none of.
      await this.page.bringToFront();
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      await this.#input.fill(`>${title}`, { timeout: 2000 });
      await command.click({ timeout: 2000 });
    });
  }

  /** Types into the open input box and accepts it. */
  async answer(text: string): Promise<void> {
    await this.#input.waitFor();
    // The palette may stand there for a moment after its command was run.
    await becomes(async () => (await this.#input.inputValue()).startsWith('>'), false, 'the palette is closed');
    await this.#input.fill(text);
    await this.#input.press('Enter');
  }

  /** Names the file in the save dialog that is open, and saves. */
  async saveAs(file: string): Promise<void> {
    const ok = this.quickInput.getByRole('button', { name: 'OK' });
    await ok.waitFor();
    let isChosen = false;
    // It proposes a file once it has read the folder, in place of what was typed by then, and takes no answer while it
    // looks at the folder of what is typed.
    await this.#until(async () => {
      if (isChosen && !(await ok.isVisible())) return;
      assert.notEqual(await this.#input.inputValue({ timeout: 2000 }), '');
      await this.#input.fill(file, { timeout: 2000 });
      await this.page.waitForTimeout(300);
      assert.equal(await this.#input.inputValue({ timeout: 2000 }), file);
      isChosen = true;
      await ok.click({ timeout: 2000 });
      await ok.waitFor({ state: 'hidden', timeout: 2000 });
    });
  }

  /** Runs the import and chooses the file in its dialog. */
  async importFile(file: string): Promise<void> {
    await this.run('Import Predictions');
    const ok = this.quickInput.getByRole('button', { name: 'Import', exact: true });
    await ok.waitFor();
    let isChosen = false;
    // It writes its folder into the box once it has read it, in place of what was typed by then, and takes no answer
    // while it lists the folder of what is typed.
    await this.#until(async () => {
      if (isChosen && !(await ok.isVisible())) return;
      await this.#input.fill(file, { timeout: 2000 });
      await this.quickInput.getByRole('option', { name: path.basename(file) }).waitFor({ timeout: 2000 });
      await this.page.waitForTimeout(300);
      assert.equal(await this.#input.inputValue({ timeout: 2000 }), file);
      isChosen = true;
      await ok.click({ timeout: 2000 });
      await ok.waitFor({ state: 'hidden', timeout: 2000 });
    });
  }

  /**
   * Picks the entry of the open quick pick that holds `text`.
   *
   * @param title of the quick pick, where one follows another with the same entries
   */
  async pick(text: string, title = ''): Promise<void> {
    const widget = this.quickInput.filter({ hasText: title });
    // By its name: a list that is used again keeps texts of the last one out of sight.
    await widget.getByRole('option', { name: text }).first().click();
  }

  /**
   * Runs a command that asks by a quick pick, and picks the entry that holds `text`. All of it again when something
   * takes the focus from the list, which closes it: VS Code gives it back to a webview, or to what was behind a dialog,
   * a moment after the palette is closed.
   *
   * @param question the title of the quick pick, where it is not that of the command
   */
  async choose(command: string, text: string, question = command): Promise<void> {
    const asked = this.quickInput.filter({ has: this.page.locator('.quick-input-title', { hasText: question }) });
    await this.#until(async () => {
      await this.run(command);
      await asked.locator('.quick-input-box input').fill(text, { timeout: 5000 });
      await asked.getByRole('option', { name: text }).first().click({ timeout: 2000 });
      // An entry that moved while it was clicked is not taken.
      await asked.waitFor({ state: 'hidden', timeout: 2000 });
    });
  }

  /** Changes the colour theme, by its label. */
  async useTheme(label: string): Promise<void> {
    await this.run('Preferences: Color Theme');
    await this.answer(label);
  }

  /** The input box or quick pick that is open. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  get #input(): Locator {
    return this.quickInput.locator('.quick-input-box input');
  }

  /** An item of the status bar by the start of its text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text });
  }

  /** A notification on the screen by a part of its text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
  }

  /** The tab of an editor or panel, by its title. */
  tab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container').getByRole('tab', { name: title });
  }

  /** The document inside the visible webview: a frame in a frame. */
  get panel(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .first()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  /** Ends browser and server, and removes what they left. */
  async close(): Promise<void> {
    await this.#dispose();
  }

  async #until(attempt: () => Promise<void>): Promise<void> {
    const end = Date.now() + limit;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }
}
