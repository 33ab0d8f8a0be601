import { StartError } from './errors.ts';
import type { Log } from './log.ts';
import { PostgresStorage } from './postgres.ts';
import { databaseVariable, postgresAddress } from './postgresAddress.ts';
import { reasonOf } from './postgresErrors.ts';
import { SqliteStorage } from './sqlite.ts';
import type { Storage } from './storage.ts';

/**
 * Opens PostgreSQL where an address is given, else the SQLite file.
 *
 * @param databaseUrl holds a password: neither it nor what the library says of it is told to anybody
 * @param say tells the person at the terminal what is unsafe
 * @throws StartError
 */
export async function openStorage(
  { databaseUrl, file }: { databaseUrl: string | undefined; file: string },
  log: Log,
  say: (message: string) => void,
): Promise<Storage> {
  if (databaseUrl === undefined) return openFile(file, log);
  const address = postgresAddress(databaseUrl);
  if (address.isOpenToNetwork) {
    say(`The connection to ${address.shown} is not encrypted: add ?sslmode=verify-full to ${databaseVariable}.`);
  }
  try {
    return await PostgresStorage.open(address.url, (error) =>
      log.warn({ err: error }, 'A database connection was lost'),
    );
  } catch (error) {
    throw new StartError(
      `The database ${address.shown} cannot be used: ${reasonOf(error)}${adviceOn(error)}`,
      undefined,
      {
        cause: error,
      },
    );
  }
}

function openFile(file: string, log: Log): Storage {
  try {
    return new SqliteStorage(file, (error) => log.error({ err: error }, 'Space of deleted jobs was not given back'));
  } catch (error) {
    throw new StartError(`The database ${file} cannot be used: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

const untrusted = ['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'];

/** What can be done about it, where the reason does not say so itself. */
function adviceOn(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!untrusted.includes(String((cause as { code?: unknown }).code))) return '';
  return `. Its certificate is from an authority of its own: download that and add &sslrootcert=FILE to ${databaseVariable}`;
}
