import { globSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { reportMark } from '../../scripts/vscode/reportMark.ts';
import CountingReporter from '../support/countingReporter.ts';

/** The entry that VS Code calls inside its extension host. Rejects when a test failed. */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  // Marked, since VS Code's own messages take the same way out.
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(reportMark + format(...args));
  const mocha = new Mocha({
    reporter: CountingReporter,
    color: true,
    timeout: 20_000,
    forbidOnly: true,
    forbidPending: true,
  });
  // Beside this file lies the bundled form of every test.
  for (const file of globSync('**/*.test.cjs', { cwd: __dirname })) mocha.addFile(path.join(__dirname, file));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}
