#!/usr/bin/env node
// Takes the place of the `code` executable where there is no desktop: understands the arguments that
// @vscode/test-electron starts VS Code with, and runs the tests in the extension host of VS Code for the web.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format, parseArgs } from 'node:util';
import { launchChromium } from './chromium.ts';
import { reportMark } from './reportMark.ts';
import { startVsCode } from './server.ts';
import { exitOnStop } from './stopping.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { extensionDevelopmentPath: text, extensionTestsPath: text, 'user-data-dir': text },
  strict: false,
  args: process.argv.slice(2),
});
const { extensionDevelopmentPath, extensionTestsPath, 'user-data-dir': profile } = values;
if (
  typeof extensionDevelopmentPath !== 'string' ||
  typeof extensionTestsPath !== 'string' ||
  typeof profile !== 'string'
) {
  throw new Error('Expected --extensionDevelopmentPath=<folder> --extensionTestsPath=<file> --user-data-dir=<folder>');
}

exitOnStop();
process.exitCode = await runTests(extensionDevelopmentPath, extensionTestsPath, await settingsOf(profile));

/** The person's settings in a desktop's user-data folder. */
async function settingsOf(profile: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path.join(profile, 'User', 'settings.json'), 'utf8')) as Record<string, unknown>;
}

/** @returns 0 when all tests passed */
async function runTests(extension: string, tests: string, machineSettings: Record<string, unknown>): Promise<number> {
  const chatter: string[] = [];
  let code: number | undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'extension-tests-'));
  const browser = await launchChromium();
  const vscode = await startVsCode({ dataDir: path.join(folder, 'vscode'), testDriver: true, machineSettings });
  try {
    const page = await browser.newPage();
    const exit = new Promise<number>((resolve, reject) => {
      page.on('crash', () => reject(new Error('The page of VS Code crashed.')));
      page.on('close', () => reject(new Error('The page of VS Code was closed.')));
      vscode.ended.then(() => reject(new Error("VS Code's server ended before the tests did.")));
      void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
    });
    await page.exposeFunction('codeAutomationLog', (_kind: string, args: unknown[]) => {
      const text = format(...args);
      if (text.startsWith(reportMark)) console.log(text.slice(reportMark.length));
      else if (!text.includes('fetching additional builtin extensions')) chatter.push(text);
    });
    const remote = (file: string) => `vscode-remote://${new URL(vscode.origin).host}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(extension)],
      ['extensionTestsPath', remote(tests)],
      ['skipWelcome', 'true'],
    ];
    const workspace = await mkdtemp(path.join(folder, 'workspace-'));
    await page.goto(vscode.open({ folder: workspace, payload: JSON.stringify(payload) }));
    code = await exit;
    return code;
  } finally {
    if (code !== 0) console.log(['What VS Code said last:', ...chatter.slice(-20)].join('\n'));
    await browser.close();
    await vscode.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
