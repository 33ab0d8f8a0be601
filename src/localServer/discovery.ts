import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../api/client.ts';
import { ApiError, UnprovenServerError, UnreachableError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import { parseServerAddress, type ServerAddress } from '../api/serverAddress.ts';
import { isOwnFile } from '../ownFiles.ts';
import { isProven, newChallenge } from '../serverProof.ts';
import type { ServerProof } from '../wire/proof.ts';
import { anyServerFile, type ServerFile, serverFile } from '../wire/serverFile.ts';
import { isProcess } from './processes.ts';

/** Where the local server keeps its data, for the extension and the command line alike. */
export function dataDirectory(): string {
  const home = process.env['TRAINING_PREDICTIONS_HOME'];
  return home === undefined || home === '' ? join(homedir(), '.training-predictions') : home;
}

/** A local server that answered, and proved to be the one that its file tells of. */
export interface RunningServer {
  readonly endpoint: Endpoint & { readonly key: string };
  readonly pid: number;
  readonly instance: string;
}

/**
 * Finds the server of a data directory. Its file alone proves nothing, since a killed server leaves it behind, and
 * neither does an answer at its address, where any other program may listen by now: the server has to prove itself.
 *
 * @param unproven is told who answered without proof
 * @returns null when none runs
 */
export async function findServer(
  dataDirectory: string,
  unproven: (problem: UnprovenServerError) => void = () => {},
): Promise<RunningServer | null> {
  const file = await readServerFile(dataDirectory);
  if (file === null) return null;
  const endpoint = { address: parseServerAddress(file.url), key: file.apiKey, proof: proofOf(file) };
  const challenge = newChallenge();
  try {
    const { instance, proof } = await new ApiClient(endpoint).health(AbortSignal.timeout(2000), challenge);
    return isProven(file, challenge, proof) ? { endpoint, pid: file.pid, instance } : null;
  } catch (error) {
    if (error instanceof UnprovenServerError) unproven(error);
    // Another program on that port may answer anything; a server that is gone answers nothing.
    if (error instanceof ApiError || (error instanceof DOMException && error.name === 'TimeoutError')) return null;
    throw error;
  }
}

/**
 * How to send a key to an address that the user named. Where that is the local server, or the key is the local server's
 * own, the server has to prove itself first. An address of this machine that leads elsewhere, as ssh makes one, is taken
 * with a key of its own.
 *
 * @throws UnreachableError where the local server's key would go to anybody else
 */
export async function endpointOf(dataDirectory: string, address: ServerAddress, key: string): Promise<Endpoint> {
  // Over TLS a server proves itself by its certificate.
  if (!address.origin.startsWith('http:')) return { address, key };
  const told = parsed(await textOf(dataDirectory, 'server.json'));
  const local = anyServerFile.check(told) ? told : null;
  const isLocal = local !== null && URL.canParse(local.url) && isSamePlace(new URL(local.url), new URL(address.origin));
  const isItsKey = key === local?.apiKey || key === (await textOf(dataDirectory, 'api-key'))?.trim();
  if (!isLocal && !isItsKey) return { address, key };
  if (isLocal && serverFile.check(told)) return { address, key, proof: proofOf(told) };
  throw new UnreachableError(
    isLocal
      ? `The local server at ${address.host} is of an older version, which cannot prove that it is the right one, so no key was sent. Stop it (process ${local.pid}) and use Start Local Server.`
      : `The key is the local server’s, which does not run at ${address.host}, so it was not sent. Use Start Local Server, and set trainingPredictions.serverUrl to its address.`,
  );
}

/** A server of a version that has nothing to prove itself with, as its file tells; null where there is none. */
export async function findOlderServer(dataDirectory: string): Promise<{ url: string; pid: number } | null> {
  const told = parsed(await textOf(dataDirectory, 'server.json'));
  return anyServerFile.check(told) && told.proofKey === undefined ? told : null;
}

/** Whether the process is there that the data directory's server runs in, as its file tells: it is not asked. */
export function isServerProcess(dataDirectory: string): boolean {
  let text: string;
  try {
    text = readFileSync(join(dataDirectory, 'server.json'), 'utf8');
  } catch {
    return false;
  }
  const told = parsed(text);
  return serverFile.check(told) && isProcess(told.pid);
}

function proofOf({ url, instance, proofKey }: ServerFile): ServerProof | undefined {
  return url.startsWith('http:') ? { url, instance, proofKey } : undefined;
}

/** True also for `localhost`, by whichever of its addresses. */
function isSamePlace(local: URL, named: URL): boolean {
  return (
    local.origin === named.origin ||
    (named.hostname === 'localhost' && local.protocol === named.protocol && local.port === named.port)
  );
}

/** Null when there is no file, or one that is just being written or of an older version. */
async function readServerFile(dataDirectory: string): Promise<ServerFile | null> {
  const told = parsed(await textOf(dataDirectory, 'server.json'));
  return serverFile.check(told) ? told : null;
}

/** Null when there is no such file, or one that another user may have written. */
async function textOf(dataDirectory: string, name: string): Promise<string | null> {
  if (!isOwnFile(join(dataDirectory, name))) return null;
  try {
    return await readFile(join(dataDirectory, name), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
