#!/usr/bin/env node
import './storage/sqlite/warning.ts'; // First: it has to be there before SQLite is loaded.
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { parseCommand } from './cli.ts';
import { runKeysCommand } from './keysCommand.ts';
import { exitCodes, StartError } from './reporting/errors.ts';
import { createLog } from './reporting/log.ts';
import { printable } from './reporting/terminal.ts';
import { startServer } from './server.ts';

/** A client of this server, which is no part of it: loaded for its own command alone. */
const follower = extname(import.meta.filename) === '.ts' ? '../follow/main.ts' : 'follow.cjs';

async function main(): Promise<void> {
  if (process.argv[2] === 'follow') {
    prepareProcess();
    await import(pathToFileURL(join(import.meta.dirname, follower)).href);
    return;
  }
  const command = parseCommand(process.argv.slice(2), process.env, manifest.version);
  if ('print' in command) {
    process.stdout.write(command.print);
    return;
  }
  prepareProcess();
  const say = (message: string) => process.stderr.write(`${printable(message)}\n`);
  if ('keys' in command) {
    await runKeysCommand(command.keys, command, { print: (text) => process.stdout.write(printable(text)), say });
    return;
  }
  const { run } = command;
  const log = createLog(run.logLevel);
  let stop = () => {};
  const server = await startServer(run, manifest.version, log, say, () => stop());
  process.on('exit', () => server.forget());
  stop = () => {
    // A second signal ends the process at once.
    process.off('SIGTERM', stop).off('SIGINT', stop);
    server.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  // Last: whoever reads it may stop the server at once.
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: server.url, dataDir: run.dataDir })}\n`);
}

function prepareProcess(): void {
  // All that is written is for its owner alone, the database's own side files too.
  process.umask(0o077);
  // Whoever started us may be gone and have closed our output; the process goes on.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}

function fail(error: unknown): void {
  const told = error instanceof StartError ? error.message : (error as Error).stack;
  process.stderr.write(`${printable(String(told))}\n`);
  process.exit(error instanceof StartError ? error.exitCode : exitCodes.failure);
}

main().catch(fail);
