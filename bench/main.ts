// `npm run bench`: runs every file of `bench/rows`, and with `--large` of `bench/large`, or those that are named, each in
// a process of its own. Each prints its rows as JSON lines; a whole run is kept in `bench/RESULTS.md`, one of jobs of a
// million rows in `bench/RESULTS-LARGE.md`.
import { spawn } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { packageExtension, packageVariable } from '../scripts/vscode/package.ts';
import { serverBundle, serverBundleVariable } from '../test/support/serverBundle.ts';
import type { Result } from './report.ts';
import { plot, results, table } from './results.ts';

/** Minutes that one file may take. */
const limit = 8;

const folder = import.meta.dirname;
const { positionals: asked, values } = parseArgs({
  allowPositionals: true,
  options: { large: { type: 'boolean', default: false } },
});
const filesIn = (room: string): string[] => globSync(`${room}/*.ts`, { cwd: folder }).sort();
const known = new Map([...filesIn('rows'), ...filesIn('large')].map((file) => [path.basename(file, '.ts'), file]));
const unknown = asked.find((name) => !known.has(name));
if (unknown !== undefined) throw new Error(`No row "${unknown}". There are: ${[...known.keys()].join(', ')}`);
const files = asked.length > 0 ? asked.map((name) => known.get(name) ?? '') : filesIn(values.large ? 'large' : 'rows');

const began = performance.now();
// What ships is made once for all of them.
const env = { ...process.env };
if (asked.length === 0) {
  await packageExtension();
  Object.assign(env, { [packageVariable]: 'true', [serverBundleVariable]: serverBundle() });
}
const rows: Result[] = [];
const broken: string[] = [];
for (const file of files) {
  const problem = await run(file);
  if (problem !== undefined) broken.push(`${path.basename(file, '.ts')}: ${problem}`);
}

console.log(`\n${table(rows)}`);
if (asked.length === 0) {
  const [name, command] = values.large ? ['RESULTS-LARGE.md', 'bench:large'] : ['RESULTS.md', 'bench'];
  writeFileSync(path.join(folder, name), results(rows, command, minutesSince(began)));
  const drawing = values.large ? undefined : plot(rows);
  if (drawing !== undefined) writeFileSync(path.join(folder, 'cost-per-event.svg'), drawing);
}
for (const line of broken) console.error(`Did not run: ${line}`);
const missed = rows.filter(({ met, limit: reason }) => !met && reason === undefined);
console.log(`${rows.length} rows, ${missed.length} missed${missed.map(({ name }) => ` ${name}`).join('')}`);
process.exitCode = broken.length > 0 ? 1 : 0;

/** @returns what went wrong */
async function run(file: string): Promise<string | undefined> {
  const child = spawn(process.execPath, ['--expose-gc', path.join(folder, file)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const late = setTimeout(() => child.kill('SIGTERM'), limit * 60_000);
  const [before, start] = [rows.length, performance.now()];
  for await (const line of createInterface(child.stdout)) {
    console.log(line);
    if (line.startsWith('{"name":')) rows.push(JSON.parse(line) as Result);
  }
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(late);
  console.error(`${path.basename(file, '.ts')}: ${minutesSince(start).toFixed(1)} minutes`);
  if (child.exitCode !== 0) return `ended with ${child.exitCode ?? child.signalCode}`;
  return rows.length === before ? 'printed no row' : undefined;
}

function minutesSince(start: number): number {
  return (performance.now() - start) / 60_000;
}
