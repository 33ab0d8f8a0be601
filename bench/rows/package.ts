/** How large what ships is, and how long it takes to begin in a real extension host. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageExtension } from '../../scripts/vscode/package.ts';
import { eventually } from '../../test/support/eventually.ts';
import { packTinyExtension } from '../../test/support/tinyExtension.ts';
import { Workbench } from '../../test/support/workbench.ts';
import { zipEntries } from '../../test/support/zipEntries.ts';
import { median, report } from '../report.ts';
import { bundle } from '../support/server.ts';

const starts = 9;
const extension = bundle.replace('server.cjs', 'extension.cjs');

const file = await packageExtension();
const zip = readFileSync(file);
const entries = zipEntries(zip);
const size = (...names: string[]) =>
  names.reduce(
    (sum, name) => sum + (entries.find((entry) => entry.name === `extension/dist/${name}`)?.size ?? Number.NaN),
    0,
  );

for (const [name, measured, bytes, atMost] of [
  ['extension', 'what VS Code loads into its extension host', size('extension.cjs', 'schemaCompiler.cjs'), 250],
  ['webview', 'script and style of the panel', size('webview.js', 'webview.css'), 600],
  ['vsix', 'the whole package, packed', zip.length, 1500],
] as const) {
  report({ name: `size-${name}`, measured, unit: 'kB', ours: [bytes / 1000], target: { of: 'ours', atMost } });
}

const folder = await mkdtemp(path.join(tmpdir(), 'bare-'));
/** As much code as ours, none of which runs. */
const idle = `exports.activate = () => {}; function never() { ${readFileSync(extension, 'utf8')} }`;
const events = { activationEvents: ['onStartupFinished'] };
const bare = await packTinyExtension(path.join(folder, 'bare'), { name: 'bare', displayName: 'Bare', ...events }, idle);
// Each in a VS Code of its own: what starts at once waits for each other.
const activations = await timesOf(file, 'Training Predictions');
const least = await timesOf(bare, 'Bare');
await rm(folder, { recursive: true });
report({
  name: 'activation',
  measured: "loading and activate() by VS Code's own clock (Show Running Extensions)",
  unit: 'ms',
  ours: activations,
  peer: { name: 'an extension with as much code, of which nothing runs, in another VS Code', values: least },
  target: { of: 'ours', atMost: 50 },
  ...(median(least) > 50 && { limit: `to load as much code takes ${median(least)} ms` }),
  more: { each: activations.join(' '), least: least.join(' '), nodeCompilesMs: compiled() },
});
process.exit();

/** ms of each start. */
async function timesOf(packed: string, title: string): Promise<number[]> {
  const times: number[] = [];
  const workbench = await Workbench.open({ extensions: [packed] });
  try {
    for (let start = -1; start < starts; start += 1) {
      // What the window draws itself as it starts takes the processor too.
      await workbench.page.setViewportSize({ width: 800, height: 500 });
      if (start >= 0) await workbench.reload();
      const time = await activation(workbench, title);
      // The first start reads the bundle from a disk that has not seen it.
      if (start >= 0) times.push(time);
    }
  } finally {
    await workbench.close();
  }
  return times;
}

async function activation(window: Workbench, title: string): Promise<number> {
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

/** ms; the least that loading can take, in a process that has done nothing else. */
function compiled(): number {
  const program = `const { readFileSync } = require('node:fs'); const { Script } = require('node:vm');
    const start = performance.now();
    new Script(readFileSync(process.argv[1], 'utf8'));
    console.log(performance.now() - start);`;
  return Number(execFileSync(process.execPath, ['-e', program, extension]));
}
