/** How long an extension takes to begin, by VS Code's own clock: what it shows under Show Running Extensions. */
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { installVsCode } from '../../scripts/vscode/install.ts';
import { eventually } from '../../test/support/eventually.ts';
import { Workbench, type WorkbenchOptions } from '../../test/support/workbench.ts';

/**
 * Each start in a window that is reloaded. One extension in a VS Code: what begins at once waits for each other.
 *
 * @returns ms of each start, loading and activate()
 */
export async function activations(
  extension: { file: string; title: string },
  starts: number,
  options: WorkbenchOptions = {},
): Promise<number[]> {
  const times: number[] = [];
  const workbench = await Workbench.open({ ...options, extensions: [extension.file] });
  try {
    for (let start = -1; start < starts; start += 1) {
      // What the window draws itself as it starts takes the processor too.
      await workbench.page.setViewportSize({ width: 800, height: 500 });
      if (start >= 0) await workbench.reload();
      const time = await shown(workbench, extension.title);
      // The first start reads the bundle from a disk that has not seen it.
      if (start >= 0) times.push(time);
    }
  } finally {
    await workbench.close();
  }
  return times;
}

async function shown(window: Workbench, title: string): Promise<number> {
  await window.run('Developer: Show Running Extensions');
  // The list draws what fits, and the slowest are first.
  await window.page.setViewportSize({ width: 800, height: 4000 });
  const row = window.page.locator('.runtime-extensions-editor .extension').filter({ hasText: title });
  return eventually(
    'VS Code tells how long the activation took',
    async () => {
      const [, ms] = /Activation: (\d+)\s*ms/.exec(await row.first().innerText()) ?? [];
      return ms === undefined ? undefined : Number(ms);
    },
    30_000,
  );
}

/**
 * VS Code's own extensions but those that begin at the same moment as ours. All of a moment are loaded in one go with
 * their clocks running from its beginning, so that each counts the code of those before it as its own.
 *
 * @param folder to make for them
 */
export async function builtInsThatBeginElsewhere(folder: string): Promise<string> {
  const { entry } = await installVsCode(console.error);
  const all = path.resolve(path.dirname(entry), '..', 'extensions');
  await mkdir(folder);
  for (const { name } of (await readdir(all, { withFileTypes: true })).filter((item) => item.isDirectory())) {
    const manifest = await readFile(path.join(all, name, 'package.json'), 'utf8').catch(() => '{}');
    const { activationEvents = [] } = JSON.parse(manifest) as { activationEvents?: string[] };
    if (activationEvents.includes('onStartupFinished')) continue;
    await symlink(path.join(all, name), path.join(folder, name), 'junction');
  }
  return folder;
}
