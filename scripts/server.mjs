// `npm run server`: runs the server, or what is asked of it, as its source is now. A build has a folder of its own, named
// after what it was made of: what is up to date is not built again, and no file changes that a running server may load.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const builds = path.join(root, 'build', 'server');
const sources = ['src/**/*.ts', 'esbuild.mjs', 'scripts/esbuildPlugins.mjs', 'package.json', 'package-lock.json'];
/** Builds that are kept beside the newest, and others for so long, in ms: servers that were started of them may run. */
const kept = { count: 4, time: 7 * 24 * 3_600_000 };

const folder = path.join(builds, digest());
if (!existsSync(folder)) build(folder);
const program = path.join(folder, 'server.cjs');
process.argv[1] = program;
await import(pathToFileURL(program).href);

function digest() {
  const hash = createHash('sha256');
  for (const file of globSync(sources, { cwd: root }).sort()) {
    const text = readFileSync(path.join(root, file));
    hash.update(`${file} ${text.length}\n`).update(text);
  }
  return hash.digest('hex').slice(0, 16);
}

/** @param {string} target appears as a whole, also where two of these run at once */
function build(target) {
  mkdirSync(builds, { recursive: true });
  const begun = `${target}.${process.pid}`;
  // What it says is no line of the server's standard output.
  const { status } = spawnSync(process.execPath, ['esbuild.mjs', '--only=server', `--outdir=${begun}`], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
  try {
    renameSync(begun, target);
  } catch (error) {
    rmSync(begun, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  removeOld();
}

function removeOld() {
  const made = readdirSync(builds)
    .map((name) => ({ name, time: statSync(path.join(builds, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.time - a.time);
  for (const { name, time } of made.slice(1 + kept.count)) {
    if (Date.now() - time > kept.time) rmSync(path.join(builds, name), { recursive: true, force: true });
  }
}
