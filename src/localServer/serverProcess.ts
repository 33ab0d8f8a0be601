import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findServer, type RunningServer } from './discovery.ts';

/** The local server did not come up; the message holds what it said last. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/** The local server did not stop. */
export class ServerStopError extends Error {
  override readonly name = 'ServerStopError';
}

const startPatience = 20_000;
const stopPatience = 10_000;

export interface StartOptions {
  /** The bundled server. */
  program: string;
  dataDirectory: string;
  /** 0 takes any free port. */
  port: number;
  signal: AbortSignal;
}

/**
 * Starts the server as a process of its own, so that it serves all windows, and waits until it answers. Its output goes
 * to `server.log` in the data directory.
 *
 * @throws ServerStartError, or the signal's reason
 */
export async function startServer({ program, dataDirectory, port, signal }: StartOptions): Promise<RunningServer> {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const logFile = join(dataDirectory, 'server.log');
  const output = openSync(logFile, 'w', 0o600);
  const server = spawn(process.execPath, [program, '--port', String(port)], {
    detached: true,
    stdio: ['ignore', output, output],
    env: serverEnvironment(dataDirectory),
    cwd: dataDirectory,
  });
  closeSync(output);
  let ended: string | undefined;
  server.once('error', (error) => {
    ended = error.message;
  });
  server.once('exit', (code, killedBy) => {
    ended = `it ended with ${killedBy ?? `code ${code}`}`;
  });
  server.unref();

  const patience = Date.now() + startPatience;
  while (Date.now() < patience) {
    await sleep(100, undefined, { signal });
    const running = await findServer(dataDirectory);
    if (running !== null) return running;
    if (ended !== undefined)
      throw new ServerStartError(`The local server did not start: ${await lastWords(logFile, ended)}`);
  }
  server.kill();
  throw new ServerStartError(
    `The local server did not answer within ${startPatience / 1000} s: ${await lastWords(logFile, 'it is still starting')}`,
  );
}

/**
 * Asks a server to stop, by SIGTERM, and waits until it is gone.
 *
 * @throws ServerStopError
 */
export async function stopServer(server: RunningServer, dataDirectory: string): Promise<void> {
  process.kill(server.pid, 'SIGTERM');
  const patience = Date.now() + stopPatience;
  let answers = true;
  while (Date.now() < patience) {
    await sleep(100);
    const running = await findServer(dataDirectory);
    // It owns the directory until its process ends, some time after it stopped answering.
    answers = running?.instance === server.instance;
    if (!answers && !isRunning(server.pid)) return;
  }
  // A process that nobody waited for keeps its id; what no longer answers is gone all the same.
  if (!answers) return;
  throw new ServerStopError(`The local server (process ${server.pid}) does not stop.`);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The user's own FineTune Lab key is none of the local server's business. */
function serverEnvironment(dataDirectory: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('FINETUNE_LAB_'));
  return { ...Object.fromEntries(inherited), ELECTRON_RUN_AS_NODE: '1', TRAINING_PREDICTIONS_HOME: dataDirectory };
}

async function lastWords(logFile: string, otherwise: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n');
  const last = lines.at(-1) ?? '';
  return last === '' ? otherwise : last;
}
