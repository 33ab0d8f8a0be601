/** One PostgreSQL for all test files of a run, started when the first one needs it. */
import { PostgresServer } from './postgres.ts';

let started: Promise<PostgresServer> | undefined;

export function sharedPostgres(): Promise<PostgresServer> {
  started ??= PostgresServer.start();
  return started;
}

// Outside of any suite: at the end of the run. A program that is no test run ends it by ending.
if (typeof after === 'function') after(async () => (await started)?.stop());
