// `npm test`: runs every suite, or those that are named (`npm test -- unit server`), and ends with one line,
// `N passed, N failed`. A suite that crashes, hangs or runs no test is a failure.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Counts, countsFileVariable } from '../test/support/counts.ts';
import { bundleServer, serverBundleVariable } from '../test/support/serverBundle.ts';
import { pythonWith, trainerModules } from '../test/support/trainingPython.ts';
import { root } from './vscode/install.ts';
import { packageVariable } from './vscode/package.ts';
import { onStop } from './vscode/stopping.ts';

interface Suite {
  name: string;
  /** Arguments of Node. */
  command: string[];
  env?: Record<string, string>;
  /** False for a check that passes or fails as a whole. */
  counts: boolean;
  /** Minutes after which it hangs, for all that we know. */
  limit: number;
  /** Runs what `package` makes. */
  packaged?: boolean;
}

const check = (name: string, ...command: string[]): Suite => ({ name, command, counts: false, limit: 5 });

const mochaCommand = (options: string[], ...files: string[]): string[] => [
  'node_modules/mocha/bin/mocha.js',
  ...['--reporter', './test/support/countingReporter.ts', ...options],
  ...files,
];

const mocha = (name: string, limit: number, ...options: string[]): Suite => ({
  name,
  command: mochaCommand(options, `test/${name}/**/*.test.ts`),
  counts: true,
  limit,
});

const suites: Suite[] = [
  check('types', 'node_modules/typescript/bin/tsc', '-p', '.'),
  check('webview types', 'node_modules/typescript/bin/tsc', '-p', 'webview'),
  check('benchmark types', 'node_modules/typescript/bin/tsc', '-p', 'bench/page'),
  check('lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  check('package', 'scripts/package.ts'),
  { ...mocha('packaged', 2), packaged: true },
  mocha('unit', 5),
  // Each file has servers of its own and mostly waits for them to start.
  mocha('server', 15, '--parallel', '--jobs', '2'),
  {
    name: 'server on PostgreSQL',
    command: mochaCommand(
      ['--timeout', '60000'],
      ...['jobs', 'predictions', 'trainingMetrics', 'batchKeys', 'importJob', 'stream', 'watchSession'].map(
        (file) => `test/server/${file}.test.ts`,
      ),
    ),
    env: { TEST_ENGINE: 'postgresql' },
    counts: true,
    limit: 5,
  },
  mocha('stream', 10, '--parallel', '--jobs', '2'),
  mocha('trainers', 15, '--timeout', '600000'),
  { name: 'vscode', command: ['scripts/vscode/extensionTests.ts'], counts: true, limit: 5, packaged: true },
  {
    name: 'vscode 1.104',
    command: ['scripts/vscode/extensionTests.ts'],
    env: { VSCODE_VERSION: '1.104.0' },
    counts: true,
    limit: 5,
    packaged: true,
  },
  // Each file has a VS Code of its own, and waits for it half of its time. What a failed hook left open must not hold up
  // the end.
  {
    ...mocha('browser', 25, '--timeout', '180000', '--exit', '--parallel', '--jobs', '2'),
    env: { [packageVariable]: 'true' },
    packaged: true,
  },
];

const asked = process.argv.slice(2);
if (suites.some(({ name, packaged }) => packaged && asked.includes(name))) asked.push('package');
const unknown = asked.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined) {
  throw new Error(`No suite "${unknown}". There are: ${suites.map(({ name }) => name).join(', ')}`);
}

let running: ChildProcess | undefined;
onStop((code) => {
  running?.kill('SIGTERM');
  process.exit(code);
});
const bundle = bundleServer();
process.once('exit', () => rmSync(bundle, { recursive: true, force: true }));

const total: Counts = { passed: 0, failed: 0 };
const failures: string[] = [];
for (const suite of suites) {
  if (asked.length > 0 && !asked.includes(suite.name)) continue;
  if (suite.name === 'trainers' && asked.length === 0 && pythonWith(...trainerModules) === undefined) {
    console.log('\n── trainers: `npm run test:trainers` makes the Python that these need, of more than a gigabyte');
    continue;
  }
  console.log(`\n── ${suite.name}`);
  const { counts, problem } = await runSuite(suite);
  total.passed += counts.passed;
  total.failed += counts.failed;
  if (counts.failed > 0) failures.push(`${suite.name}: ${problem ?? `${counts.failed} failed`}`);
}
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function runSuite(suite: Suite): Promise<{ counts: Counts; problem?: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'test-counts-'));
  const countsFile = path.join(folder, 'counts.json');
  const end = await runNode(suite, { ...suite.env, [countsFileVariable]: countsFile, [serverBundleVariable]: bundle });
  const counted = suite.counts ? readCounts(countsFile) : { passed: end === 0 ? 1 : 0, failed: end === 0 ? 0 : 1 };
  rmSync(folder, { recursive: true });

  const failed = (problem: string) => ({
    counts: { passed: counted?.passed ?? 0, failed: (counted?.failed ?? 0) + 1 },
    problem,
  });
  if (counted === undefined) return failed(`did not come to its end (${end})`);
  if (counted.passed + counted.failed === 0) return failed('ran no test');
  // All tests passed, yet something went wrong outside of them.
  if (end !== 0 && counted.failed === 0) return failed(`ended badly (${end})`);
  return { counts: counted };
}

/** @returns the exit code, or in words what ended it */
function runNode(suite: Suite, env: Record<string, string>): Promise<number | string> {
  const child = spawn(process.execPath, suite.command, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  running = child;
  return new Promise((resolve) => {
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
      // Who does not listen to the first does not tidy up either.
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
    }, suite.limit * 60_000);
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      clearTimeout(limit);
      resolve(late ? `took longer than ${suite.limit} min` : (code ?? String(signal)));
    });
  });
}

function readCounts(file: string): Counts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
