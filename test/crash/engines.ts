import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresServer } from '../support/postgres.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What a storm begins with: nothing stored. */
export interface Ground {
  start(): Promise<TestServer>;
  remove(): void;
}

/** Where the server that is killed keeps everything. */
export const engines = ['sqlite', 'postgresql'] as const;

/** @param postgres is started where it is needed; it lives on when the server is killed */
export async function prepare(
  engine: (typeof engines)[number],
  postgres: () => Promise<PostgresServer>,
): Promise<Ground> {
  const dataDir = mkdtempSync(join(tmpdir(), 'training-predictions-'));
  const url = engine === 'sqlite' ? undefined : await (await postgres()).createDatabase();
  return {
    start: () => startServer({ dataDir, env: { TRAINING_PREDICTIONS_DATABASE_URL: url } }),
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}
