// `npm start`: the local server, and a VS Code that watches the sample run on it, until Ctrl-C. The desktop VS Code
// where there is one and a screen, else VS Code in the browser.
import path from 'node:path';
import { dataDirectory, findServer, type RunningServer } from '../src/localServer/discovery.ts';
import { ServerStartError, startServer, stopServer } from '../src/localServer/serverProcess.ts';
import { findDesktop, openDesktop } from './vscode/desktop.ts';
import { cache, root } from './vscode/install.ts';
import { packageExtension } from './vscode/package.ts';
import { startVsCode } from './vscode/server.ts';
import { onStop } from './vscode/stopping.ts';

const serverPort = 4517;
/** The same each time, since a browser keeps what belongs to a window by its address. */
const vscodePort = 4580;

const stopping = new AbortController();
onStop(() => stopping.abort());

try {
  await start(stopping.signal);
} catch (error) {
  if (!stopping.signal.aborted) throw error;
}

async function start(signal: AbortSignal): Promise<void> {
  console.log('Building the extension…');
  const extension = await packageExtension();
  signal.throwIfAborted();
  const directory = dataDirectory();
  const found = await findServer(directory);
  const server = found ?? (await startOnSomePort(directory, signal));
  console.log(`Local server: ${server.endpoint.address.origin}`);
  try {
    await openVsCode(extension, signal);
  } finally {
    if (found === null) await stopIfOurs(server, directory);
  }
}

async function startOnSomePort(directory: string, signal: AbortSignal): Promise<RunningServer> {
  const options = { program: path.join(root, 'dist', 'server.cjs'), dataDirectory: directory, signal };
  try {
    return await startServer({ ...options, port: serverPort });
  } catch (error) {
    // Most likely another program has that port; what else is wrong shows again.
    if (!(error instanceof ServerStartError)) throw error;
    return await startServer({ ...options, port: 0 });
  }
}

/** Not when it was stopped, or replaced by another, from inside VS Code. */
async function stopIfOurs(server: RunningServer, directory: string): Promise<void> {
  const running = await findServer(directory);
  if (running?.instance === server.instance) await stopServer(server, directory);
}

/** Returns when VS Code is closed or the signal comes. */
async function openVsCode(extension: string, signal: AbortSignal): Promise<void> {
  const options = {
    dataDir: path.join(cache, 'start'),
    extensions: [extension],
    // Another each time: a window that is reloaded must not begin again.
    env: { TRAINING_PREDICTIONS_START: `sample ${Date.now()}` },
  };
  const desktop = findDesktop();
  if (desktop !== undefined) {
    console.log(`VS Code: ${desktop}`);
    await openDesktop(desktop, options, signal);
    return;
  }
  const vscode = await startVsCode({ ...options, preferredPort: vscodePort });
  try {
    signal.throwIfAborted();
    console.log(`VS Code: ${vscode.address}`);
    console.log('Open this address in a browser. Ctrl-C ends VS Code and the server.');
    await Promise.race([vscode.ended, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
  } finally {
    await vscode.stop();
  }
}
