// `npm run bench`: runs every file of `bench/rows`, or those that are named, each in a process of its own. Each prints
// its rows as JSON lines; a whole run is kept in `bench/RESULTS.md`.
import { spawn } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Result } from './report.ts';
import { plot, results, table } from './results.ts';

/** Minutes that one file may take. */
const limit = 8;

const folder = import.meta.dirname;
const names = globSync('rows/*.ts', { cwd: folder })
  .map((file) => path.basename(file, '.ts'))
  .sort();
const { positionals: asked } = parseArgs({ allowPositionals: true });
const unknown = asked.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`No row "${unknown}". There are: ${names.join(', ')}`);

const began = performance.now();
const rows: Result[] = [];
const broken: string[] = [];
for (const name of asked.length > 0 ? asked : names) {
  const problem = await run(name);
  if (problem !== undefined) broken.push(`${name}: ${problem}`);
}

console.log(`\n${table(rows)}`);
if (asked.length === 0) {
  writeFileSync(path.join(folder, 'RESULTS.md'), results(rows, minutesSince(began)));
  const drawing = plot(rows);
  if (drawing !== undefined) writeFileSync(path.join(folder, 'cost-per-event.svg'), drawing);
}
for (const line of broken) console.error(`Did not run: ${line}`);
const missed = rows.filter(({ met, limit: reason }) => !met && reason === undefined);
console.log(`${rows.length} rows, ${missed.length} missed${missed.map(({ name }) => ` ${name}`).join('')}`);
process.exitCode = broken.length > 0 ? 1 : 0;

/** @returns what went wrong */
async function run(name: string): Promise<string | undefined> {
  const file = path.join(folder, 'rows', `${name}.ts`);
  const child = spawn(process.execPath, ['--expose-gc', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const late = setTimeout(() => child.kill('SIGTERM'), limit * 60_000);
  const [before, start] = [rows.length, performance.now()];
  for await (const line of createInterface(child.stdout)) {
    console.log(line);
    if (line.startsWith('{"name":')) rows.push(JSON.parse(line) as Result);
  }
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(late);
  console.error(`${name}: ${minutesSince(start).toFixed(1)} minutes`);
  if (child.exitCode !== 0) return `ended with ${child.exitCode ?? child.signalCode}`;
  return rows.length === before ? 'printed no row' : undefined;
}

function minutesSince(start: number): number {
  return (performance.now() - start) / 60_000;
}
