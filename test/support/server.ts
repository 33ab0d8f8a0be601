/** Real server processes for tests, each on a data directory and port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverBundle } from './serverBundle.ts';
import { databaseEnvironment } from './testDatabase.ts';

/** The program of the server. */
export const serverEntry = join(serverBundle(), 'server.cjs');

export interface StartOptions {
  /** A fresh one by default, removed by `stop`. One that is given is kept. */
  dataDir?: string;
  /** Any free one by default. */
  port?: number;
  /** More arguments. */
  args?: string[];
  /** Added to the environment; undefined removes a variable. */
  env?: Record<string, string | undefined>;
  /** A shell command that sets limits of the process, such as `ulimit -f 100`. */
  limits?: string;
  /** What to run; by default a bundle of the source as it is. */
  entry?: string;
}

export interface TestServer {
  readonly url: string;
  readonly apiKey: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** All that was written to standard output or error so far. */
  readonly output: { stdout: string; stderr: string };
  /** Sends a signal and waits for the end; resolves to the exit code, null when the signal ended it. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
  /** Ends it if it still runs, by SIGTERM, and removes a data directory that it made. */
  stop(): Promise<number | null>;
}

/** Resolves once the server listens. Rejects with its standard error when it ends before. */
export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'training-predictions-'));
  const env = { ...(await databaseEnvironment(dataDir)), ...options.env };
  const { child, output } = spawnServer(['--data-dir', dataDir, '--port', `${options.port ?? 0}`], { ...options, env });
  const exited = exitOf(child);
  const ended = exited.then((code) => {
    throw new Error(`The server ended with ${code} before it listened: ${output.stderr}`);
  });
  const line = await Promise.race([firstLine(child, output), ended]);
  const { url } = JSON.parse(line) as { url: string };
  const { apiKey } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { apiKey: string };
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  return {
    url,
    apiKey,
    dataDir,
    process: child,
    output,
    kill,
    stop: async () => {
      const code = await kill();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

/** Runs the server with these arguments until it ends by itself. */
export async function runServer(
  args: string[],
  options: Pick<StartOptions, 'env' | 'entry'> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { child, output } = spawnServer(args, options);
  return { code: await exitOf(child), ...output };
}

function spawnServer(args: string[], options: StartOptions) {
  const environment = {
    ...process.env,
    TRAINING_PREDICTIONS_API_KEY: undefined,
    TRAINING_PREDICTIONS_DATABASE_URL: undefined,
    ...options.env,
  };
  const command = [process.execPath, options.entry ?? serverEntry, ...args, ...(options.args ?? [])];
  const limited = options.limits === undefined ? [] : ['sh', '-c', `${options.limits} && exec "$@"`, 'sh'];
  const [program = '', ...rest] = [...limited, ...command];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  // Tests that are ended in the middle end their servers too.
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return { child, output };
}

/** 'close' and not 'exit': all output is there by then. */
async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

async function firstLine(child: ChildProcess, output: { stdout: string }): Promise<string> {
  while (!output.stdout.includes('\n')) {
    if (child.stdout === null) throw new Error('standard output is not piped');
    await once(child.stdout, 'data');
  }
  return output.stdout.slice(0, output.stdout.indexOf('\n'));
}
