import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { isPacked } from '../formats/located.ts';
import { unpack } from './unpack.ts';

/** Bytes of a file's beginning that tell it from another, and of what stands before a place in it. */
const headLength = 65_536;
const tailLength = 4096;

/** A file of a run, open for reading. Sizes are in bytes, times in ms since 1970. */
export interface RunFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Of what can be read of it. */
  readonly size: number;
  /** On the disk, where it may be packed. */
  readonly storedSize: number;
  readonly modified: number;
  /** Why what was packed cannot be read to its end. */
  readonly damage?: string;
}

/** How a file begins: so many bytes of it, and their hash. */
export interface Beginning {
  readonly length: number;
  readonly hash: string;
}

/**
 * Opens a plain file at exactly this path, which no link has a part in. Of a packed one it reads what was packed.
 *
 * @returns undefined where there is none
 */
export async function openRunFile(path: string): Promise<RunFile | undefined> {
  let handle: FileHandle | undefined;
  try {
    // A pipe would wait for somebody who writes to it.
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const stats = await handle.stat();
    if (stats.isFile() && (await realpath(path)) === path) {
      const file = { path, handle, size: stats.size, storedSize: stats.size, modified: stats.mtimeMs };
      if (isPacked(path)) return { ...file, ...(await unpack(handle, stats.size)) };
      handle = undefined;
      return file;
    }
    return undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  } finally {
    await handle?.close();
  }
}

/** A file that went away, was never there, became a link, or may not be read. */
export function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    typeof code === 'string' && ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENXIO', 'ESTALE'].includes(code)
  );
}

/** The bytes that a file is known by. */
export async function headOf(file: RunFile): Promise<Buffer> {
  return bytesOf(file, 0, Math.min(headLength, file.size));
}

/** @param length of it, in bytes; all by default */
export function beginningOf(head: Buffer, length = head.length): Beginning {
  const part = head.subarray(0, length);
  return { length: part.length, hash: sha(part) };
}

/** Whether a file still begins as it did. */
export function beginsWith(head: Buffer, { length, hash: known }: Beginning): boolean {
  return head.length >= length && sha(head.subarray(0, length)) === known;
}

/** The hash of what stands before a place in the file. */
export async function tailBefore(file: RunFile, offset: number): Promise<string> {
  return sha(await bytesOf(file, Math.max(0, offset - tailLength), offset));
}

/** Fewer where the file ends. */
export async function bytesOf({ handle }: RunFile, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - start);
  let read = 0;
  while (read < bytes.length) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

function sha(bytes: Buffer): string {
  return hash('sha1', bytes, 'base64url');
}
