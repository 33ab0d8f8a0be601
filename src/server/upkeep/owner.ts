import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProven, newChallenge } from '../../serverProof.ts';
import { healthAnswer } from '../../wire/responses.ts';
import type { ServerFile } from '../../wire/serverFile.ts';
import { exitCodes, StartError } from '../reporting/errors.ts';
import { olderServer, readServerFile } from './dataDirectory.ts';

/** SQLite's result code for a file that another process holds. */
const busy = 5;

/**
 * Makes this process the one owner of a data directory. The lock is the system's own on a file, held by an open
 * SQLite transaction, so it goes with the process however that ends.
 *
 * @returns the way to let go
 * @throws StartError with the address of the server that owns the directory
 */
export async function ownDirectory(lockFile: string, serverFilePath: string): Promise<() => void> {
  // An owner that is just starting or stopping has no address yet, or soon is no owner.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const release = tryLock(lockFile);
    if (release !== undefined) return release;
    const owner = await runningServer(serverFilePath);
    if (owner !== undefined) {
      throw new StartError(
        `A server already runs on this data directory: ${owner.url} (process ${owner.pid}). ` +
          'Use that one, stop it first, or give another --data-dir.',
        exitCodes.alreadyRunning,
      );
    }
    await sleep(300);
  }
  const older = olderServer(serverFilePath);
  if (older !== undefined) {
    throw new StartError(
      `A server of an older version still runs on this data directory: process ${older.pid}, at ${older.url}. It cannot ` +
        `prove that it is the right one, so nothing is sent to it. Stop it (kill ${older.pid}), then start again.`,
      exitCodes.alreadyRunning,
    );
  }
  throw new StartError(
    'Another process owns this data directory and does not answer. Stop it first, or give another --data-dir.',
    exitCodes.alreadyRunning,
  );
}

function tryLock(file: string): (() => void) | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    const held = lock;
    // A journal would need room, which a full disk has not.
    held.exec('PRAGMA busy_timeout=0; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
    return () => held.close();
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: unknown }).errcode === busy) return undefined;
    throw new StartError(`${file} cannot be locked: ${(error as Error).message}`, undefined, { cause: error });
  }
}

/** The server that `server.json` tells of, if it is there and proves to be it. */
export async function runningServer(file: string): Promise<ServerFile | undefined> {
  const told = readServerFile(file);
  if (told === undefined) return undefined;
  const challenge = newChallenge();
  try {
    const response = await fetch(new URL(`/health?challenge=${challenge}`, told.url), {
      signal: AbortSignal.timeout(2000),
      redirect: 'error',
    });
    const health: unknown = await response.json();
    return healthAnswer.check(health) && isProven(told, challenge, health.proof) ? told : undefined;
  } catch {
    // Nobody there, or somebody else: either way the file is stale.
    return undefined;
  }
}
