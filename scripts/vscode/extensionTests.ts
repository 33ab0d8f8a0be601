// Runs the suite of test/vscode inside the extension host of a real VS Code: the desktop one, which test-electron
// downloads, where there is a screen; VS Code for the web, through the launcher, where there is none.
import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { build } from 'esbuild';
import { hasScreen } from './desktop.ts';
import { codeServerVersion, root } from './install.ts';

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
  external: ['vscode', 'mocha'],
  logLevel: 'warning',
});

const tests = { extensionDevelopmentPath: root, extensionTestsPath: path.join(outdir, 'runner.cjs') };
const webLauncher = path.join(import.meta.dirname, 'launcher.ts');
try {
  await (hasScreen()
    ? runTests({ ...tests, version: codeServerVersion.replace(/^4/, '1') })
    : runTests({ ...tests, vscodeExecutablePath: webLauncher }));
} catch (error) {
  // The tests printed what failed.
  if (!(error instanceof TestRunFailedError)) throw error;
  process.exitCode = 1;
}
