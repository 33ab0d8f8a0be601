import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeOwnDirectory } from '../ownFiles.ts';
import { alreadyRunningExitCode } from '../wire/serverFile.ts';
import { findOlderServer, findServer, type RunningServer } from './discovery.ts';
import { isProcess, nodeEnvironment, type OpenLog, openLog } from './processes.ts';

/** The local server did not come up; the message holds what it said last. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/** The local server did not stop. */
export class ServerStopError extends Error {
  override readonly name = 'ServerStopError';
}

/** What servers of a data directory say; the file before it has the ending `.old`. */
export const serverLog = 'server.log';

const startPatience = 20_000;
const stopPatience = 10_000;

export interface StartOptions {
  /** The bundled server. */
  program: string;
  dataDirectory: string;
  /** 0 takes any free port. */
  port: number;
  /** Of PostgreSQL, with its password; null for a file in the data directory. */
  databaseUrl?: string | null;
  /** The server stops by itself when nobody needed it for so long; 0, or nothing, for never. */
  stopWhenUnusedSeconds?: number;
  signal: AbortSignal;
}

/**
 * Starts the server as a process of its own, so that it serves all windows, and waits until it answers. Its output goes
 * to `server.log` in the data directory.
 *
 * @throws ServerStartError, or the signal's reason
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { program, dataDirectory, port, signal } = options;
  makeDirectory(dataDirectory);
  const log = openLog(join(dataDirectory, serverLog));
  const flags = ['--port', String(port), '--stop-when-unused', String(options.stopWhenUnusedSeconds ?? 0)];
  const server = spawn(process.execPath, [program, ...flags], {
    detached: true,
    stdio: ['ignore', log.output, log.output],
    env: serverEnvironment(dataDirectory, options.databaseUrl ?? null),
    cwd: dataDirectory,
  });
  closeSync(log.output);
  let ended: string | undefined;
  let isAnotherThere = false;
  server.once('error', (error) => {
    ended = error.message;
  });
  server.once('exit', (code, killedBy) => {
    // Another window was faster: its server is about to answer, unless it is one that cannot prove itself.
    isAnotherThere = code === alreadyRunningExitCode;
    if (!isAnotherThere) ended = `it ended with ${killedBy ?? `code ${code}`}`;
  });
  server.unref();

  const patience = Date.now() + startPatience;
  while (Date.now() < patience) {
    await sleep(100, undefined, { signal }).catch((error: unknown) => {
      server.kill();
      throw signal.aborted ? signal.reason : error;
    });
    const running = await findServer(dataDirectory);
    if (running !== null) return running;
    if (ended === undefined && isAnotherThere) {
      const older = await findOlderServer(dataDirectory);
      if (older !== null) ended = `an older one still runs, process ${older.pid}`;
    }
    if (ended !== undefined)
      throw new ServerStartError(`The local server did not start: ${await lastWords(log, ended)}`);
  }
  server.kill();
  throw new ServerStartError(
    `The local server did not answer within ${startPatience / 1000} s: ${await lastWords(log, 'it is still starting')}`,
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
    if (!answers && !isProcess(server.pid)) return;
  }
  // A process that nobody waited for keeps its id; what no longer answers is gone all the same.
  if (!answers) return;
  throw new ServerStopError(`The local server (process ${server.pid}) does not stop.`);
}

/** Before the server does: its log is there already when it starts. @throws ServerStartError */
function makeDirectory(directory: string): void {
  try {
    makeOwnDirectory(directory);
  } catch (error) {
    throw new ServerStartError(`The local server did not start: ${(error as Error).message}`, { cause: error });
  }
}

/** A database's address holds a password: an argument list could be read by every user of the machine. */
function serverEnvironment(dataDirectory: string, databaseUrl: string | null): NodeJS.ProcessEnv {
  return {
    ...nodeEnvironment(dataDirectory),
    ...(databaseUrl === null ? {} : { TRAINING_PREDICTIONS_DATABASE_URL: databaseUrl }),
  };
}

async function lastWords({ file, start }: OpenLog, otherwise: string): Promise<string> {
  const written = (await readFile(file)).subarray(start).toString('utf8');
  return written.trim().split('\n').at(-1) || otherwise;
}
