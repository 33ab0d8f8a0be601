import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../api/client.ts';
import { withoutAddress } from './databaseAddress.ts';
import { ServerStartError, startServer, stopServer } from './serverProcess.ts';

/** A server cannot work with the database; the message says why, without its address. */
export class DatabaseUnusableError extends Error {
  override readonly name = 'DatabaseUnusableError';
}

/**
 * Starts a second server on a database for a moment: nothing else knows as well whether it can work with it.
 *
 * @param program the bundled server
 * @throws DatabaseUnusableError, or the signal's reason
 */
export async function tryDatabase(databaseUrl: string, program: string, signal: AbortSignal): Promise<void> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'training-predictions-trial-'));
  try {
    const server = await startServer({ program, dataDirectory, port: 0, databaseUrl, signal });
    try {
      const { engine } = await new ApiClient(server.endpoint).health(signal);
      if (engine === 'sqlite') throw new DatabaseUnusableError('This server program works with SQLite alone.');
    } finally {
      await stopServer(server, dataDirectory);
    }
  } catch (error) {
    if (!(error instanceof ServerStartError)) throw error;
    throw new DatabaseUnusableError(withoutAddress(error.message, databaseUrl));
  } finally {
    await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 });
  }
}
