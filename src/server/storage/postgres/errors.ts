import pg from 'pg';
import { StorageFullError, StorageUnavailableError } from '../storage.ts';

const diskFull = '53100';

/**
 * SQLSTATE classes and codes of what passes: connection, resources, operator's intervention (a restart), transactions
 * that met, locks and time-outs; a login or database that is refused for now, a server that only reads after a failover.
 */
const passing = /^(08|53|57|40|28|55P03|3D000|25006|25P0[34])/;

/**
 * What an error of the library means to whoever asked the storage. An error that is not the database's own answer is
 * one of the connection.
 */
export function storageError(error: unknown): unknown {
  if (error instanceof StorageFullError || error instanceof StorageUnavailableError) return error;
  if (!(error instanceof pg.DatabaseError)) {
    return new StorageUnavailableError(`The database cannot be reached: ${reasonOf(error)}`, { cause: error });
  }
  if (error.code === diskFull) return new StorageFullError('There is no room left for the database', { cause: error });
  if (!passing.test(error.code ?? '')) return error;
  return new StorageUnavailableError(`The database does not answer now: ${error.message}`, { cause: error });
}

/** In words; a connection that failed at each of a host's addresses has no message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
