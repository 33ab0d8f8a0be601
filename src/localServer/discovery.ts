import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../api/client.ts';
import { ApiError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import { parseServerAddress } from '../api/serverAddress.ts';
import { type ServerFile, serverFile } from '../wire/serverFile.ts';

/** Where the local server keeps its data, for the extension and the command line alike. */
export function dataDirectory(): string {
  const home = process.env['TRAINING_PREDICTIONS_HOME'];
  return home === undefined || home === '' ? join(homedir(), '.training-predictions') : home;
}

/** A local server that answered. */
export interface RunningServer {
  readonly endpoint: Endpoint & { readonly key: string };
  readonly pid: number;
  readonly instance: string;
}

/**
 * Finds the server of a data directory. Its file alone proves nothing, since a killed server leaves it behind: the
 * server itself has to answer with the same instance.
 *
 * @returns null when none runs
 */
export async function findServer(dataDirectory: string): Promise<RunningServer | null> {
  const file = await readServerFile(dataDirectory);
  if (file === null) return null;
  const endpoint = { address: parseServerAddress(file.url), key: file.apiKey };
  try {
    const { instance } = await new ApiClient(endpoint).health(AbortSignal.timeout(2000));
    return instance === file.instance ? { endpoint, pid: file.pid, instance } : null;
  } catch (error) {
    // Another program on that port may answer anything; a server that is gone answers nothing.
    if (error instanceof ApiError || (error instanceof DOMException && error.name === 'TimeoutError')) return null;
    throw error;
  }
}

/** Null when there is no file, or one that is just being written. */
async function readServerFile(dataDirectory: string): Promise<ServerFile | null> {
  let text: string;
  try {
    text = await readFile(join(dataDirectory, 'server.json'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return serverFile.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
