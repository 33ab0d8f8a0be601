/** An extension that does the least for each event, to hold ours against: `bareExtension.cjs`, `../page/bareTable.js`. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { packTinyExtension } from '../../test/support/tinyExtension.ts';
import type { Workbench } from '../../test/support/workbench.ts';

export class BareTable {
  readonly #config: string;
  /** Its package. */
  readonly file: string;

  private constructor(config: string, file: string) {
    this.#config = config;
    this.file = file;
  }

  /** @param folder that is there, for what it needs */
  static async pack(folder: string): Promise<BareTable> {
    const manifest = {
      name: 'bare-table',
      activationEvents: ['onStartupFinished'],
      contributes: { commands: [{ command: 'bare.open', title: 'Open Bare Table' }] },
    };
    const program = readFileSync(path.join(import.meta.dirname, 'bareExtension.cjs'), 'utf8');
    const file = await packTinyExtension(path.join(folder, 'bare'), manifest, program);
    return new BareTable(path.join(folder, 'bare.json'), file);
  }

  /** What the VS Code that it runs in has to be told. */
  get env(): Record<string, string> {
    return { BARE_EXTENSION: this.#config };
  }

  /**
   * Opens the table of a job in a window.
   *
   * @param like the panel whose table and styles it gets
   */
  async open(
    window: Workbench,
    { url, apiKey, jobId }: { url: string; apiKey: string; jobId: string },
    like: Frame,
  ): Promise<Frame> {
    const table = await like.locator('.grid-scroll').evaluate((grid) => grid.outerHTML);
    const style = readFileSync(path.join(import.meta.dirname, '../../dist/webview.css'), 'utf8');
    const stream = `${url}/api/training/predictions/${encodeURIComponent(jobId)}/stream`;
    const script = readFileSync(path.join(import.meta.dirname, '../page/bareTable.js'), 'utf8');
    await writeFile(this.#config, JSON.stringify({ stream, apiKey, script, style, table }));
    await window.run('Open Bare Table');
    const count = window.panel.locator('output');
    await count.waitFor({ state: 'attached' });
    const frame = await (await count.elementHandle())?.ownerFrame();
    if (!frame) throw new Error('There is no bare table');
    return frame;
  }
}
