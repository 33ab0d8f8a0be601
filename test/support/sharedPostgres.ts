/** One PostgreSQL for all test files that a process runs, started when the first one needs it. */
import { PostgresServer } from './postgres.ts';

let started: Promise<PostgresServer> | undefined;

export function sharedPostgres(): Promise<PostgresServer> {
  started ??= PostgresServer.start();
  return started;
}

// Outside of any suite: at the end of the run. A program that is no test run ends it by ending, and so does a process that
// runs some files of a run in parallel: to it the end of a file is the end of a run.
const isWorker = process.env['MOCHA_WORKER_ID'] !== undefined;
if (typeof after === 'function' && !isWorker) after(async () => (await started)?.stop());
