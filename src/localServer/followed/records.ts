import { hash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { makeOwnDirectory } from '../../ownFiles.ts';
import { type FollowRecord, type FollowStatus, followRecord, followStatus } from '../../wire/followFiles.ts';
import type { Schema } from '../../wire/schema.ts';
import { isProcess } from '../processes.ts';

/** What is told of one thing that is, or was, followed. Files of the data directory, small ones. */
export interface Followed {
  readonly key: string;
  /** Undefined once nobody wants it followed any more. */
  readonly record: FollowRecord | undefined;
  /** Undefined before its first follower told anything. */
  readonly status: FollowStatus | undefined;
}

const named = /^followed-([0-9a-f]{16})\.(?:status\.)?json$/;
const recordOf = (directory: string, key: string) => join(directory, `followed-${key}.json`);
const statusOf = (directory: string, key: string) => join(directory, `followed-${key}.status.json`);

/** Under which key a path is followed. */
export function followKey(path: string): string {
  return hash('sha256', path, 'hex').slice(0, 16);
}

/** By key. */
export function readFollowed(directory: string): Map<string, Followed> {
  const keys = new Set(namesIn(directory).flatMap((name) => named.exec(name)?.[1] ?? []));
  return new Map(
    [...keys].sort().map((key) => {
      const record = readRecord(directory, key);
      return [key, { key, record, status: readAs(followStatus, statusOf(directory, key)) }];
    }),
  );
}

export function readRecord(directory: string, key: string): FollowRecord | undefined {
  return readAs(followRecord, recordOf(directory, key));
}

/** @throws ForeignDirectoryError */
export function writeRecord(directory: string, key: string, record: FollowRecord): void {
  makeOwnDirectory(directory);
  writeWhole(recordOf(directory, key), record);
}

/** Its follower ends within a second. */
export function removeRecord(directory: string, key: string): void {
  rmSync(recordOf(directory, key), { force: true });
}

export function writeStatus(directory: string, key: string, status: FollowStatus): void {
  writeWhole(statusOf(directory, key), status);
}

/** Forgets what was told of a follower. */
export function removeStatus(directory: string, key: string): void {
  rmSync(statusOf(directory, key), { force: true });
}

/** Forgets what nobody follows any more and began before a time, in ms since 1970. */
export function removeStatusesBefore(directory: string, time: number): void {
  for (const { key, record, status } of readFollowed(directory).values()) {
    if (record === undefined && status !== undefined && status.began < time && !isAtWork(status))
      removeStatus(directory, key);
  }
}

/** Whether the process that tells this still runs; another may have its number after the machine was started again. */
export function isAtWork({ pid, state, began }: FollowStatus): boolean {
  if (state !== 'waiting' && state !== 'following') return false;
  return began > Date.now() - uptime() * 1000 && isProcess(pid);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Undefined for no file, and for one that another version wrote. */
function readAs<T>(known: Schema<T>, file: string): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
  return known.check(value) ? value : undefined;
}

/** Whoever reads it reads the one before or this one, and no half of it. */
function writeWhole(file: string, value: unknown): void {
  const begun = `${file}.${randomUUID()}.new`;
  writeFileSync(begun, JSON.stringify(value), { mode: 0o600 });
  renameSync(begun, file);
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
