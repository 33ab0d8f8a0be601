import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Front, openFront } from './front.ts';
import { installVsCode } from './install.ts';

export interface VsCodeOptions {
  /** Folder for this VS Code's user data, extensions and logs; made when it is missing, kept afterwards. */
  dataDir: string;
  /** Packages (`.vsix`) to install before it starts. */
  extensions?: string[];
  /** Settings on top of those that keep the first view calm. Machine scope: what a workspace cannot set. */
  machineSettings?: Record<string, unknown>;
  userSettings?: Record<string, unknown>;
  /** Environment variables of the extension host, on top of this process's own. */
  env?: Record<string, string>;
  /** Folder of extensions in the place of those that come with VS Code. */
  builtInExtensions?: string;
  /** Lets a page run the tests of an extension inside its extension host. */
  testDriver?: boolean;
  /** Of the address. Where it is taken, and by default, any free one is. */
  preferredPort?: number;
  /** Is told, for a person, what takes long. */
  progress?: (line: string) => void;
}

/** A running VS Code for the web: its server, its extension host, and an address for any browser. */
export interface VsCode {
  /** Where the browser goes first. Holds the token without which nobody is let in. */
  readonly address: string;
  /** Without the token: `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** The address with further query parameters, for example `folder`. */
  open(query: Record<string, string>): string;
  /** Resolves when the server ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** No welcome page, no questions, no network of its own. */
const calmSettings = {
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  // The oldest release shows an empty one, which takes the room of the editors.
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

/** The extension host does not look through all processes for ports to forward, which takes as much as 100 events/s. */
const calmMachineSettings = { 'remote.autoForwardPortsSource': 'output' };

/** What is installed is what is tested: nothing is asked of an extension gallery. */
const noGallery = { EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: '' }) };

/** How long VS Code's server may take to listen, in ms. It takes one second on two busy cores. */
const startLimit = 60_000;

/** How long its processes may take to end by themselves, in ms. */
const stopLimit = 8000;

const isWindows = process.platform === 'win32';

/** Starts VS Code for the web on loopback; installs it first where needed. */
export async function startVsCode(options: VsCodeOptions): Promise<VsCode> {
  const { entry, node } = await installVsCode(options.progress ?? console.log);
  const userData = path.join(options.dataDir, 'user-data');
  await writeSettings(path.join(userData, 'Machine'), { ...calmMachineSettings, ...options.machineSettings });
  await writeSettings(path.join(userData, 'User'), { ...calmSettings, ...options.userSettings });

  const folders = [
    ...['--server-data-dir', path.join(options.dataDir, 'server')],
    ...['--user-data-dir', userData],
    ...['--extensions-dir', path.join(options.dataDir, 'extensions')],
    ...(options.builtInExtensions === undefined ? [] : ['--builtin-extensions-dir', options.builtInExtensions]),
  ];
  const common = [entry, ...folders, '--accept-server-license-terms', '--telemetry-level', 'off'];
  for (const extension of options.extensions ?? []) {
    await runToEnd(node, [...common, '--install-extension', extension, '--force']);
  }

  // In a file, since any user of the machine can read an argument list.
  const token = randomBytes(24).toString('hex');
  const tokenFile = path.join(options.dataDir, 'connection-token');
  await writeFile(tokenFile, token, { mode: 0o600 });

  const listen = ['--host', '127.0.0.1', '--port', '0', '--connection-token-file', tokenFile];
  const driver = options.testDriver ? ['--enable-smoke-test-driver'] : [];
  const child = spawn(node, [...common, ...listen, ...driver], {
    env: { ...cleanEnvironment(), ...noGallery, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, to end as one: left alone, an extension host outlives its server by some seconds.
    detached: !isWindows,
  });
  const ended = once(child, 'exit').then(() => undefined);
  const killWithUs = () => signalGroup(child, 'SIGTERM');
  process.on('exit', killWithUs);
  let front: Front | undefined;
  const stop = async () => {
    front?.close();
    await endGroup(child);
    process.off('exit', killWithUs);
  };
  try {
    const port = await listeningPort(child);
    front = await openFront(port, token, path.join(options.dataDir, 'secret-key'), options.preferredPort ?? 0);
  } catch (error) {
    await stop();
    throw error;
  }
  const origin = `http://127.0.0.1:${front.port}`;
  const open = (query: Record<string, string>) => `${origin}/?${new URLSearchParams({ ...query, tkn: token })}`;
  return { address: open({}), origin, open, ended, stop };
}

async function writeSettings(folder: string, settings: Record<string, unknown>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
}

/** An extension host started from a terminal inside VS Code must not take itself for that one's. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = ([name]: [string, unknown]) => !name.startsWith('VSCODE_') && !name.startsWith('ELECTRON_');
  return Object.fromEntries(Object.entries(process.env).filter(ours));
}

async function runToEnd(node: string, args: string[]): Promise<void> {
  const child = spawn(node, args, { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`VS Code ended with ${code}:\n${output.text}`);
}

/** The port that the server says it listens on. */
async function listeningPort(child: ChildProcess): Promise<number> {
  const output = collect(child);
  return await new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`VS Code's server ${what}:\n${output.text}`));
    const limit = setTimeout(() => fail(`did not listen within ${startLimit / 1000} s`), startLimit);
    const early = (code: number | null, signal: string | null) => fail(`ended at its start (${code ?? signal})`);
    child.once('exit', early);
    child.stdout?.on('data', () => {
      const port = /agent listening on (\d+)/.exec(output.text)?.[1];
      if (port === undefined) return;
      clearTimeout(limit);
      child.off('exit', early);
      resolve(Number(port));
    });
  });
}

/** Reads what a process says, so that it never blocks on a full pipe, and keeps the last of it for an error's text. */
function collect(child: ChildProcess): { text: string } {
  const output = { text: '' };
  const add = (chunk: Buffer) => {
    output.text = (output.text + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return output;
}

/** Ends the server and the processes that it started; who does not go in time is killed. */
async function endGroup(child: ChildProcess): Promise<void> {
  signalGroup(child, 'SIGTERM');
  for (let waited = 0; signalGroup(child, 0); waited += 50) {
    if (waited === stopLimit) signalGroup(child, 'SIGKILL');
    await sleep(50);
  }
}

/** @returns false when nothing of the group is left */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  if (isWindows) return child.exitCode === null && child.signalCode === null && child.kill(signal);
  try {
    return process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
