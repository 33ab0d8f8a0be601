import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ForeignDirectoryError, makeOwnDirectory } from '../../ownFiles.ts';
import { anyServerFile, type ServerFile, serverFile } from '../../wire/serverFile.ts';
import { newKey } from '../access/keys.ts';
import { StartError } from '../reporting/errors.ts';

/** The names inside a data directory. Only its owner writes to it. */
export function dataFiles(directory: string) {
  return {
    lock: join(directory, 'owner.lock'),
    database: join(directory, 'predictions.db'),
    apiKey: join(directory, 'api-key'),
    tokenSecret: join(directory, 'token-secret'),
    server: join(directory, 'server.json'),
  };
}

/** @throws StartError when the directory cannot be made, or is not this user's alone and cannot be made so */
export function makeDirectory(directory: string): void {
  try {
    makeOwnDirectory(directory);
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartError(
      error instanceof ForeignDirectoryError
        ? `The data directory ${directory} is not safe. ${reason}.`
        : `The data directory ${directory} cannot be made: ${reason}`,
      undefined,
      { cause: error },
    );
  }
}

/** The API key of the directory, made at the first start. */
export function readApiKey(file: string): string {
  return readSecret(file, newKey);
}

export function replaceApiKey(file: string): void {
  writePrivately(file, `${newKey()}\n`);
}

/** The secret that job tokens are derived from, made at the first start. */
export function readTokenSecret(file: string): Buffer {
  return Buffer.from(readSecret(file, newTokenSecret));
}

/** @returns the new one */
export function replaceTokenSecret(file: string): Buffer {
  const secret = newTokenSecret();
  writePrivately(file, `${secret}\n`);
  return Buffer.from(secret);
}

function newTokenSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Whole or not at all for whoever reads it. On a full disk the bytes that `removeServerFile` left are written over, or
 * those of the file itself.
 *
 * @throws StartError
 */
export function writeServerFile(file: string, content: ServerFile): void {
  const fresh = spareFile(file);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  telling(file, () => {
    try {
      writeOver(fresh, text);
    } catch (error) {
      if (!isFull(error) || !existsSync(file)) throw error;
      renameSync(file, fresh);
      writeOver(fresh, text);
    }
    renameSync(fresh, file);
  });
}

/** Removes the file unless it is another server's by now. Its room on the disk is kept for the next one. */
export function removeServerFile(file: string, instance: string): void {
  if (readServerFile(file)?.instance !== instance) return;
  const spare = spareFile(file);
  renameSync(file, spare);
  writeOver(spare, ' '.repeat(statSync(spare).size));
}

/** The process of a server of a version that has nothing to prove itself with; undefined where none is told of. */
export function olderServer(file: string): { url: string; pid: number } | undefined {
  const told = parsed(file);
  return anyServerFile.check(told) && told.proofKey === undefined ? told : undefined;
}

/** Undefined when there is none, or one that was cut short. */
export function readServerFile(file: string): ServerFile | undefined {
  const told = parsed(file);
  return serverFile.check(told) ? told : undefined;
}

/** The secret in a file; undefined where there is none, or none that can be read now. */
export function readSecretAsItIs(file: string): string | undefined {
  try {
    return secretIn(file);
  } catch {
    // The one that is known stays.
    return undefined;
  }
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Nobody to ask, nothing to remove.
    return undefined;
  }
}

function readSecret(file: string, make: () => string): string {
  if (!existsSync(file)) writePrivately(file, `${make()}\n`);
  const secret = secretIn(file);
  if (secret !== undefined) return secret;
  throw new StartError(`${file} does not hold a key. Remove it to have a new one made, or restore it.`);
}

function secretIn(file: string): string | undefined {
  const secret = readFileSync(file, 'utf8').trim();
  return /^[\x21-\x7e]+$/.test(secret) ? secret : undefined;
}

/** Whole or not at all, and for the owner alone from the first moment. @throws StartError */
function writePrivately(file: string, text: string): void {
  const fresh = spareFile(file);
  rmSync(fresh, { force: true });
  telling(file, () => {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(fresh, file);
  });
}

const spareFile = (file: string) => `${file}.new`;

/** In place: what is there already keeps its room on the disk. */
function writeOver(file: string, text: string): void {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    writeFileSync(descriptor, text);
    ftruncateSync(descriptor, Buffer.byteLength(text));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** @throws StartError that says why `file` cannot be written */
function telling(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const reason = isFull(error)
      ? 'its disk is full. Free some space on it, then start again'
      : (error as Error).message;
    throw new StartError(`${file} cannot be written: ${reason}`, undefined, { cause: error });
  }
}
