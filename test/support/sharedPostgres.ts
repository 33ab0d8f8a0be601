/** One PostgreSQL for all test files of a run, started when the first one needs it. */
import { PostgresServer } from './postgres.ts';

let started: Promise<PostgresServer> | undefined;

export function sharedPostgres(): Promise<PostgresServer> {
  started ??= PostgresServer.start();
  return started;
}

// Outside of any suite: at the end of the run.
after(async () => (await started)?.stop());
