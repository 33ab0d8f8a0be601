/** Which engine the servers of a test run use, where a test does not say so itself. */
import { sharedPostgres } from './sharedPostgres.ts';

/** Set to `postgresql` for a run on PostgreSQL. */
const engineVariable = 'TEST_ENGINE';

/** Addresses of the databases by data directory: a server that starts again finds what it had. */
const databases = new Map<string, Promise<string>>();

/** The environment that gives a server the database of this data directory. */
export async function databaseEnvironment(dataDir: string): Promise<Record<string, string>> {
  if (process.env[engineVariable] !== 'postgresql') return {};
  const url = databases.get(dataDir) ?? sharedPostgres().then((postgres) => postgres.createDatabase());
  databases.set(dataDir, url);
  return { TRAINING_PREDICTIONS_DATABASE_URL: await url };
}
