// Runs the suite of test/vscode inside the extension host of a real VS Code: the desktop one, which test-electron
// downloads, where there is a screen; VS Code for the web, through the launcher, where there is none.
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { build } from 'esbuild';
import { findServer } from '../../src/localServer/discovery.ts';
import { stopServer } from '../../src/localServer/serverProcess.ts';
import { hasScreen } from './desktop.ts';
import { chosenRelease, root } from './install.ts';

const mocha = path.join(root, 'node_modules', 'mocha', 'lib', 'mocha.cjs');
const outdir = path.join(root, 'build', 'vscode');
await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['test/vscode/runner.ts', ...globSync('test/vscode/**/*.test.ts', { cwd: root })],
  outbase: 'test/vscode',
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  sourcemap: 'inline',
  // By its CommonJS file: what `require` makes of its ES module differs between versions of Node.
  alias: { mocha },
  external: ['vscode', mocha],
  logLevel: 'warning',
});

const folder = await mkdtemp(path.join(tmpdir(), 'extension-tests-'));
const home = path.join(folder, 'home');
const profile = path.join(folder, 'profile');
await mkdir(path.join(profile, 'User'), { recursive: true });
// A server of the person who runs the tests may have the usual port.
const settings = { 'trainingPredictions.localServer.port': 0 };
await writeFile(path.join(profile, 'User', 'settings.json'), JSON.stringify(settings));

const tests = {
  extensionDevelopmentPath: root,
  extensionTestsPath: path.join(outdir, 'runner.cjs'),
  extensionTestsEnv: { TRAINING_PREDICTIONS_HOME: home },
  launchArgs: [`--user-data-dir=${profile}`],
};
try {
  await (hasScreen()
    ? runTests({ ...tests, version: chosenRelease().version })
    : runTests({ ...tests, vscodeExecutablePath: path.join(import.meta.dirname, 'launcher.ts') }));
} catch (error) {
  // The tests printed what failed.
  if (!(error instanceof TestRunFailedError)) throw error;
  process.exitCode = 1;
} finally {
  const left = await findServer(home);
  if (left !== null) await stopServer(left, home);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
