import { StartError } from './reporting/errors.ts';
import type { Log } from './reporting/log.ts';
import type { KeyStore } from './storage/keyStore.ts';
import { databaseVariable, postgresAddress } from './storage/postgres/address.ts';
import { reasonOf } from './storage/postgres/errors.ts';
import { PostgresStorage } from './storage/postgres/postgresStorage.ts';
import { SqliteDatabase } from './storage/sqlite/database.ts';
import { DiskRoom, openWithRoom } from './storage/sqlite/diskRoom.ts';
import { SqliteKeys } from './storage/sqlite/keys.ts';
import { SqliteStorage } from './storage/sqlite/sqliteStorage.ts';
import { type Storage, StorageFullError } from './storage/storage.ts';

/** Which database: PostgreSQL where an address is given, else the SQLite file. */
export interface DatabaseChoice {
  /** Holds a password: neither it nor what the library says of it is told to anybody. */
  readonly databaseUrl: string | undefined;
  readonly file: string;
}

/**
 * @param say tells the person at the terminal what is unsafe
 * @throws StartError
 */
export async function openStorage(
  { databaseUrl, file }: DatabaseChoice,
  log: Log,
  say: (message: string) => void,
): Promise<Storage> {
  if (databaseUrl !== undefined) {
    return openPostgres(databaseUrl, say, (error) => log.warn({ err: error }, 'A database connection was lost'));
  }
  return openFile(
    file,
    () => new SqliteStorage(file, (error) => log.error({ err: error }, 'Space of deleted jobs was not given back')),
  );
}

/** The keys alone, beside a server that may be running. @throws StartError */
export async function openKeys(
  { databaseUrl, file }: DatabaseChoice,
  say: (message: string) => void,
): Promise<{ keys: KeyStore; close: () => Promise<void> }> {
  if (databaseUrl !== undefined) {
    const storage = await openPostgres(databaseUrl, say, () => {});
    return { keys: storage.keys, close: () => storage.close() };
  }
  const database = openFile(file, () => openWithRoom(file, () => new SqliteDatabase(file)));
  const room = new DiskRoom(database, file);
  return {
    keys: new SqliteKeys(database, room),
    close: async () => {
      database.close();
      room.keep();
    },
  };
}

/**
 * Gives all servers on a PostgreSQL database another secret of job tokens; with SQLite the data directory's file is all.
 *
 * @throws StartError
 */
export async function replaceSharedSecret(
  { databaseUrl }: DatabaseChoice,
  secret: Buffer,
  say: (message: string) => void,
): Promise<void> {
  if (databaseUrl === undefined) return;
  const storage = await openPostgres(databaseUrl, say, () => {});
  try {
    await storage.replaceSharedSecret(secret);
  } finally {
    await storage.close();
  }
}

async function openPostgres(
  databaseUrl: string,
  say: (message: string) => void,
  report: (error: unknown) => void,
): Promise<PostgresStorage> {
  const address = postgresAddress(databaseUrl);
  if (address.isOpenToNetwork) {
    say(`The connection to ${address.shown} is not encrypted: add ?sslmode=verify-full to ${databaseVariable}.`);
  }
  try {
    return await PostgresStorage.open(address.url, report);
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

function openFile<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const reason =
      error instanceof StorageFullError
        ? 'its disk is full. Free some space on it by other means, then start again'
        : (error as Error).message;
    throw new StartError(`The database ${file} cannot be used: ${reason}`, undefined, { cause: error });
  }
}

const untrusted = ['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'];

/** What can be done about it, where the reason does not say so itself. */
function adviceOn(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!untrusted.includes(String((cause as { code?: unknown }).code))) return '';
  return `. Its certificate is from an authority of its own: download that and add &sslrootcert=FILE to ${databaseVariable}`;
}
