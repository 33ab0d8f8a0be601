/** How large what ships is, and how long it takes to begin in a real extension host. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageExtension } from '../../scripts/vscode/package.ts';
import { loadedWith, readBundles } from '../../test/support/bundles.ts';
import { packTinyExtension } from '../../test/support/tinyExtension.ts';
import { zipEntries } from '../../test/support/zipEntries.ts';
import { report } from '../report.ts';
import { activations, builtInsThatBeginElsewhere } from '../support/activations.ts';
import { bundle } from '../support/server.ts';

const starts = 4;
/** Of the extension beside it. */
const startsBeside = 2;
const extension = bundle.replace('server.cjs', 'extension.cjs');

const file = await packageExtension();
const atActivation = loadedWith(readBundles(path.join(import.meta.dirname, '../..')), 'dist/extension.cjs').map(
  (part) => path.basename(part),
);
const zip = readFileSync(file);
const entries = zipEntries(zip);
const size = (...names: string[]) =>
  names.reduce(
    (sum, name) => sum + (entries.find((entry) => entry.name === `extension/dist/${name}`)?.size ?? Number.NaN),
    0,
  );

for (const [name, measured, bytes, atMost] of [
  [
    'extension',
    'what is loaded when a window opens, and what checks schemas',
    size(...atActivation, 'schemaCompiler.cjs'),
    250,
  ],
  ['webview', 'script and style of the panel', size('webview.js', 'webview.css'), 600],
  ['vsix', 'the whole package, packed', zip.length, 3000],
] as const) {
  report({ name: `size-${name}`, measured, unit: 'kB', ours: [bytes / 1000], target: { of: 'ours', atMost } });
}

const folder = await mkdtemp(path.join(tmpdir(), 'activation-'));
const bare = async (name: string, program: string) => {
  const manifest = { name, displayName: name, activationEvents: ['onStartupFinished'] };
  return { title: name, file: await packTinyExtension(path.join(folder, name), manifest, program) };
};
const code = atActivation.map((part) => readFileSync(path.join(path.dirname(extension), part), 'utf8'));
const idle = `exports.activate = () => {}; ${code.map((text, index) => `function never${index}() { ${text}\n }`).join('\n')}`;
const asMuchCode = await bare('as-much-code', idle);
const ours = { title: 'Training Predictions', file };
const alone = { builtInExtensions: await builtInsThatBeginElsewhere(path.join(folder, 'built-in')) };
const times = await activations(ours, starts, alone);
const least = await activations(asMuchCode, startsBeside, alone);
await rm(folder, { recursive: true });
report({
  name: 'activation',
  measured:
    "loading and activate() by VS Code's own clock (Show Running Extensions), where nothing else begins with it",
  unit: 'ms',
  ours: times,
  peer: { name: 'an extension with as much code, of which nothing runs, in another such VS Code', values: least },
  target: { of: 'ours', atMost: 50 },
  more: {
    each: times.join(' '),
    least: least.join(' '),
    nodeCompilesMs: compiled(),
  },
});
process.exit();

/** ms; the least that loading can take, in a process that has done nothing else. */
function compiled(): number {
  const program = `const { readFileSync } = require('node:fs'); const { Script } = require('node:vm');
    const start = performance.now();
    new Script(readFileSync(process.argv[1], 'utf8'));
    console.log(performance.now() - start);`;
  return Number(execFileSync(process.execPath, ['-e', program, extension]));
}
