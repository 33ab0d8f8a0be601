import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ServerFile, serverFile } from '../wire/serverFile.ts';
import { StartError } from './errors.ts';

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

/** @throws StartError when the directory cannot be made */
export function makeDirectory(directory: string): void {
  try {
    makeWithParents(directory);
  } catch (error) {
    throw new StartError(`The data directory ${directory} cannot be made: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

/** Node's own `recursive` never returns where a parent is there but makes nothing, as `/proc` does. */
function makeWithParents(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  makeWithParents(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Another server that starts just now may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(directory).isDirectory()) throw error;
  }
}

/** The API key of the directory, made at the first start. */
export function readApiKey(file: string): string {
  return readSecret(file, () => `wak_${randomText(28)}`);
}

/** The secret that job tokens are derived from, made at the first start. */
export function readTokenSecret(file: string): Buffer {
  return Buffer.from(readSecret(file, () => randomBytes(32).toString('base64url')));
}

export function writeServerFile(file: string, content: ServerFile): void {
  writePrivately(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** Removes the file unless it is another server's by now. */
export function removeServerFile(file: string, instance: string): void {
  if (readServerFile(file)?.instance === instance) rmSync(file, { force: true });
}

/** Undefined when there is none, or one that was cut short. */
export function readServerFile(file: string): ServerFile | undefined {
  try {
    return serverFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Nobody to ask, nothing to remove.
    return undefined;
  }
}

function readSecret(file: string, make: () => string): string {
  if (!existsSync(file)) writePrivately(file, `${make()}\n`);
  // A copied or restored directory may have lost the mode.
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  const secret = readFileSync(file, 'utf8').trim();
  if (/^[\x21-\x7e]+$/.test(secret)) return secret;
  throw new StartError(`${file} does not hold a key. Remove it to have a new one made, or restore it.`);
}

/** Whole or not at all, and for the owner alone from the first moment. */
function writePrivately(file: string, text: string): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(fresh, file);
}

function randomText(length: number): string {
  const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('');
}
