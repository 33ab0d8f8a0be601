import { linkSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeTables } from './schema.ts';

const sideFiles = ['', '-journal', '-wal', '-shm'];

/**
 * Makes a database file with its tables where there is none, whole or not at all: a process that ends in the middle
 * leaves none under this name. So an empty one is never a new one.
 *
 * @throws Error when a log of another file is there, or there is no room
 */
export function makeFile(file: string): void {
  const log = `${file}-wal`;
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new Error(`it is not there, but the log of its last changes is (${log}): restore it, or move that away too`);
  }
  removeLeftovers(file);
  const fresh = `${file}-new-${process.pid}`;
  try {
    const database = new DatabaseSync(fresh);
    try {
      makeTables(database, 0);
    } finally {
      database.close();
    }
    publish(fresh, file);
  } finally {
    for (const ending of sideFiles) rmSync(fresh + ending, { force: true });
  }
}

/** Never over a file that another process made meanwhile. */
function publish(fresh: string, file: string): void {
  try {
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    // Not every file system has links.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) renameSync(fresh, file);
  }
}

/** What processes left that were killed at it. */
function removeLeftovers(file: string): void {
  for (const name of readdirSync(dirname(file))) {
    if (!name.startsWith(`${basename(file)}-new-`)) continue;
    const pid = Number(/\d+/.exec(name.slice(`${basename(file)}-new-`.length))?.[0]);
    // In a container one that was killed had the same number as its successor.
    if (pid === process.pid || !isRunning(pid)) rmSync(join(dirname(file), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
