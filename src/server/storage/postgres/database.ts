import pg from 'pg';
import { mostImports } from '../../access/limits.ts';
import { storageError } from './errors.ts';

/**
 * Connections for requests, and for imports: each keeps one for as long as its rows arrive, so that there is one for all
 * that are taken at once, which would wait for one that drips otherwise.
 */
const requestConnections = 10;
const importConnections = mostImports.inAll;

/** Time in which a connection must be there, in ms: opened anew, or given back by another request. */
const connectTimeout = 10_000;
/** Time in which an answer must have come, in ms: a connection that the network lost says nothing. */
const queryTimeout = 60_000;
/** The same for work on a whole job. */
export const longTimeout = 600_000;

export type SqlValue = string | number | null | Buffer | readonly (string | number | null)[];
export type SqlResult = Record<string, unknown>[];

/** Asks within a transaction. */
export type Ask = (sql: string, values?: readonly SqlValue[]) => Promise<SqlResult>;

/** How all connections are made. Whole numbers come as JavaScript's: none here reaches 2^53. */
export function connectionConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'training-predictions',
    keepAlive: true,
    connectionTimeoutMillis: connectTimeout,
    query_timeout: queryTimeout,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
    } as pg.CustomTypesConfig,
  };
}

/** Pooled connections to a PostgreSQL database. What it throws is told apart by `storageError`. */
export class PostgresDatabase {
  readonly #requests: pg.Pool;
  readonly #imports: pg.Pool;

  /** @param report hears of failures of connections that nobody uses at the time */
  constructor(url: string, report: (error: unknown) => void) {
    const config = connectionConfig(url);
    this.#requests = new pg.Pool({ ...config, max: requestConnections });
    this.#imports = new pg.Pool({ ...config, query_timeout: longTimeout, max: importConnections });
    for (const pool of [this.#requests, this.#imports]) pool.on('error', (error) => report(storageError(error)));
  }

  async query(sql: string, values: readonly SqlValue[] = []): Promise<SqlResult> {
    try {
      return (await this.#requests.query(sql, [...values])).rows as SqlResult;
    } catch (error) {
      throw storageError(error);
    }
  }

  /** All that `work` does, or nothing. @param timeout of each statement, in ms */
  transaction<T>(work: (ask: Ask) => Promise<T>, timeout: number = queryTimeout): Promise<T> {
    return inTransaction(this.#requests, "SET LOCAL idle_in_transaction_session_timeout = '30s'", timeout, work);
  }

  /** A transaction that waits for what comes over the network, on connections of its own. */
  importTransaction<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    return inTransaction(this.#imports, "SET LOCAL idle_in_transaction_session_timeout = '10min'", longTimeout, work);
  }

  async close(): Promise<void> {
    await Promise.all([this.#requests.end(), this.#imports.end()]);
  }
}

async function inTransaction<T>(
  pool: pg.Pool,
  setting: string,
  timeout: number,
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw storageError(error);
  });
  // A connection that ends between two queries says so; the next query fails then, which is soon enough.
  const ignore = () => {};
  client.on('error', ignore);
  const ask: Ask = async (text, values = []) => {
    const query = { text, values: [...values], query_timeout: timeout };
    try {
      return (await client.query(query)).rows as SqlResult;
    } catch (error) {
      throw storageError(error);
    }
  };
  let broken = true;
  try {
    await ask(`BEGIN; ${setting}`);
    const result = await work(ask);
    await ask('COMMIT');
    broken = false;
    return result;
  } catch (error) {
    broken = await ask('ROLLBACK').then(
      () => false,
      // Dropping the connection rolls back as well; the caller throws what went wrong.
      () => true,
    );
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}
