/** How large what ships is, and how long it takes to begin in a real extension host. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { packageExtension } from '../../scripts/vscode/package.ts';
import { eventually } from '../../test/support/eventually.ts';
import { Workbench } from '../../test/support/workbench.ts';
import { zipEntries } from '../../test/support/zipEntries.ts';
import { report } from '../report.ts';
import { bundle } from '../support/server.ts';

const starts = 5;

const file = await packageExtension();
const zip = readFileSync(file);
const entries = zipEntries(zip);
const size = (...names: string[]) =>
  names.reduce(
    (sum, name) => sum + (entries.find((entry) => entry.name === `extension/dist/${name}`)?.size ?? Number.NaN),
    0,
  );

for (const [name, measured, bytes, atMost] of [
  ['extension', 'what VS Code loads into its extension host', size('extension.cjs'), 250],
  ['webview', 'script and style of the panel', size('webview.js', 'webview.css'), 600],
  ['vsix', 'the whole package, packed', zip.length, 1500],
] as const) {
  report({ name: `size-${name}`, measured, unit: 'kB', ours: [bytes / 1000], target: { of: 'ours', atMost } });
}

const activations: number[] = [];
const workbench = await Workbench.open({ extensions: [file] });
try {
  for (let start = -1; start < starts; start += 1) {
    if (start >= 0) await workbench.reload();
    const time = await activation(workbench);
    // The first start reads the bundle from a disk that has not seen it.
    if (start >= 0) activations.push(time);
  }
} finally {
  await workbench.close();
}
report({
  name: 'activation',
  measured: "loading and activate() by VS Code's own clock (Show Running Extensions)",
  unit: 'ms',
  ours: activations,
  peer: { name: 'Node compiles the bundle', values: Array.from({ length: starts }, compiled) },
  target: { of: 'ours', atMost: 50 },
  more: { each: activations.join(' ') },
});
process.exit();

async function activation(window: Workbench): Promise<number> {
  await window.run('Developer: Show Running Extensions');
  const row = window.page.locator('.runtime-extensions-editor .extension').filter({ hasText: 'Training Predictions' });
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
  return Number(execFileSync(process.execPath, ['-e', program, bundle.replace('server.cjs', 'extension.cjs')]));
}
