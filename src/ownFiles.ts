import { chmodSync, lstatSync, mkdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What stands in a data directory, whoever of server and extension makes it. */
const knownFiles = [
  'owner.lock',
  'owner.lock-journal',
  ...['', '-wal', '-shm', '-journal', '-reserve'].map((ending) => `predictions.db${ending}`),
  ...['api-key', 'token-secret', 'server.json'].flatMap((name) => [name, `${name}.new`]),
  'server.log',
  'server.log.old',
];

const ofOthers = 0o077;
const writableByOthers = 0o022;
const writableByAll = 0o002;
const sticky = 0o1000;

/** A data directory is not this user's alone; the message says which path and what to do. */
export class ForeignDirectoryError extends Error {
  override readonly name = 'ForeignDirectoryError';
}

/**
 * Makes a data directory, or makes sure that it and the files in it are this user's alone: rights that others have, as
 * after a copy, are taken away. It may be reached by a symbolic link of this user or of root, say to a larger disk. Root
 * works on directories of root alone: what it made in another's would lock that user out. Windows has no such modes.
 *
 * @throws ForeignDirectoryError for what belongs to others or could be replaced by them; Error when it cannot be made
 */
export function makeOwnDirectory(directory: string): void {
  makeWithParents(directory);
  const user = process.geteuid?.();
  if (user === undefined) return;
  const link = lstatSync(directory);
  if (link.isSymbolicLink() && link.uid !== 0) assertOwner(directory, link, user);
  for (const parent of [...parentsOf(resolve(directory)), ...parentsOf(realpathSync(directory))]) {
    const { mode } = statSync(parent);
    if ((mode & writableByAll) === 0 || (mode & sticky) !== 0) continue;
    throw new ForeignDirectoryError(
      `Everybody may replace ${directory}, since ${parent} can be written by all: chmod o-w ${parent}, or use another data directory`,
    );
  }
  const stats = statSync(directory);
  assertOwner(directory, stats, user);
  // First the directory: from then on nobody else can put another file in the place of one that was looked at.
  takeFromOthers(directory, stats, 0o700);
  for (const name of knownFiles) makeOwn(join(directory, name), user);
}

/**
 * Whether what is read from a file of a data directory is this user's word: nobody else could have written it. True
 * where there is none.
 */
export function isOwnFile(file: string): boolean {
  const user = process.geteuid?.();
  if (user === undefined) return true;
  const directory = statSync(dirname(file), { throwIfNoEntry: false });
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (directory === undefined || stats === undefined) return true;
  return stats.isFile() && [directory, stats].every(({ uid, mode }) => uid === user && (mode & writableByOthers) === 0);
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

function makeOwn(file: string, user: number): void {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) {
    throw new ForeignDirectoryError(`${file} is a symbolic link: put the file itself there, or remove the link`);
  }
  if (!stats.isFile()) throw new ForeignDirectoryError(`${file} is no plain file: move it away`);
  assertOwner(file, stats, user);
  takeFromOthers(file, stats, 0o600);
}

function assertOwner(path: string, { uid }: Stats, user: number): void {
  if (uid === user) return;
  throw new ForeignDirectoryError(
    `${path} belongs to another user (${uid}; this is ${user}): run as that user, give it to this one (chown), or use another data directory`,
  );
}

function takeFromOthers(path: string, { mode }: Stats, wanted: number): void {
  if ((mode & ofOthers) === 0) return;
  try {
    chmodSync(path, wanted);
  } catch (error) {
    // A file that another process removed just now, as SQLite does, is nobody's.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Drives of Windows, for one, take any mode and keep their own.
  if (((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & ofOthers) === 0) return;
  throw new ForeignDirectoryError(`Others may read ${path}, and its disk has no modes: use a data directory elsewhere`);
}

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parentsOf(parent)];
}
