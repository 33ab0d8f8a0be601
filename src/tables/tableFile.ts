import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { csvRows } from './csvRows.ts';
import { binaryForm, otherText, sayForm } from './files/binaryForms.ts';
import { jsonLines } from './json/jsonLines.ts';
import { jsonStream } from './json/jsonStream.ts';
import { isJsonLines, isTableOfLists } from './jsonArray.ts';
import type { Notes } from './notes.ts';
import { isParquet, openParquet, parquetRows } from './parquetRows.ts';
import type { TableRow } from './rows.ts';
import { withRollouts } from './shapes/rollouts.ts';
import { ImportError } from './tableError.ts';

export type TableForm = 'jsonl' | 'json' | 'csv' | 'parquet';

/** A table in a file, with what tells whether it is still the same file. */
export interface TableFile {
  readonly path: string;
  readonly form: TableForm;
  /** Bytes that are read: what is appended later is no part of the table. */
  readonly size: number;
  readonly modified: number;
  /** Of the beginning and of the end of these bytes. */
  readonly hash: string;
}

/** Bytes of a beginning that tell what a file holds: a row may be long. */
const beginningLength = 1_048_576;
/** Bytes of a beginning and of an end that tell a file from another. */
const headLength = 65_536;
const tailLength = 4096;

/** Looks at what a file holds; its name says nothing. @throws ImportError */
export async function openTable(path: string): Promise<TableFile> {
  const handle = await open(path);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new ImportError('This is no file.');
    const { size, mtimeMs } = stats;
    const form = formOf(await beginningOf(path, size), basename(path));
    if (form === 'parquet' && (await isPacked(path))) {
      throw new ImportError('This is a Parquet file that is packed with gzip: unpack it first (gzip -dk).');
    }
    return { path, form, size, modified: mtimeMs, hash: await hashOf(handle, size) };
  } finally {
    await handle.close();
  }
}

/**
 * The rows of a file, read while they are asked for.
 *
 * @param progress is told the share of the file that was read, 0 to 1
 * @param notes is told what was left out at the end; without it a file that ends in the middle is refused
 * @throws ImportError where it cannot be read, or when it is another one since it was opened
 */
export async function* readTable(
  file: TableFile,
  progress: (share: number) => void,
  notes?: Notes,
): AsyncGenerator<TableRow> {
  for await (const rows of readGroups(file, progress, notes)) for (const row of rows) yield row;
}

/** As `readTable`, with several rows at once: to hand on each by itself takes as long as to parse it. */
export async function* readGroups(
  file: TableFile,
  progress: (share: number) => void,
  notes?: Notes,
): AsyncGenerator<TableRow[]> {
  await checkUnchanged(file, notes);
  for await (const rows of groupsOf(file, progress, notes)) yield withRollouts(rows);
}

/** Rows that are handed on at once. */
const groupSize = 200;

async function* inGroups(rows: AsyncIterable<TableRow>): AsyncGenerator<TableRow[]> {
  let group: TableRow[] = [];
  try {
    for await (const row of rows) {
      group.push(row);
      if (group.length < groupSize) continue;
      yield group;
      group = [];
    }
  } catch (error) {
    // What stands before it is told first, so that the first fault of a file is the one that is named.
    if (group.length > 0) yield group;
    throw error;
  }
  if (group.length > 0) yield group;
}

async function* groupsOf(
  file: TableFile,
  progress: (share: number) => void,
  notes: Notes | undefined,
): AsyncGenerator<TableRow[]> {
  const name = basename(file.path);
  if (file.form === 'parquet') {
    yield* inGroups(parquetTable(file, progress));
    return;
  }
  const beginning = await beginningOf(file.path, file.size);
  // Of JSON half a character at the end is part of a value that is not whole.
  const mayBeCut = notes !== undefined && file.form !== 'csv';
  const text = decode(bytesOf(file, progress), encodingOf(beginning), mayBeCut);
  const cut = notes && ((line: number | null) => notes.add({ kind: 'cut', file: name, line }));
  if (file.form === 'csv') yield* inGroups(csvRows(text, textOf(beginning), cut));
  else if (file.form === 'jsonl') yield* jsonLines(text, cut);
  else yield* inGroups(jsonStream(text, cut));
}

async function* parquetTable(file: TableFile, progress: (share: number) => void): AsyncGenerator<TableRow> {
  const handle = await open(file.path);
  try {
    const parquet = await openParquet(handle, file.size);
    if (parquet === undefined) {
      throw new ImportError(
        'This Parquet file is not whole: its end is missing. Wait until it is written, or copy it again.',
      );
    }
    const count = Number(parquet.metadata.num_rows);
    try {
      for await (const row of parquetRows(parquet)) {
        progress(row.line / count);
        yield row;
      }
    } catch (cause) {
      if (!(cause instanceof Error) || 'code' in cause || cause instanceof ImportError) throw cause;
      throw new ImportError(`This Parquet file cannot be read (${cause.message}).`, null, null, { cause });
    }
  } finally {
    await handle.close();
  }
}

/** @throws ImportError when what was looked at is no longer there */
async function checkUnchanged(file: TableFile, notes: Notes | undefined): Promise<void> {
  const handle = await open(file.path);
  try {
    const { size, mtimeMs } = await handle.stat();
    const isRewritten = size === file.size && mtimeMs !== file.modified;
    if (size < file.size || isRewritten || (await hashOf(handle, file.size)) !== file.hash) {
      throw new ImportError('The file changes while it is read: import it again when nothing writes to it.');
    }
    if (size > file.size) notes?.add({ kind: 'grew', file: basename(file.path) });
  } finally {
    await handle.close();
  }
}

async function hashOf(handle: FileHandle, size: number): Promise<string> {
  const head = await bytesAt(handle, 0, Math.min(size, headLength));
  const tail = await bytesAt(handle, Math.max(0, size - tailLength), size);
  return hash('sha1', Buffer.concat([head, tail]), 'base64url');
}

async function bytesAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
  return buffer.subarray(0, bytesRead);
}

function formOf(beginning: Buffer, name: string): TableForm {
  if (isParquet(beginning)) return 'parquet';
  const text = textOf(beginning);
  const other = binaryForm(beginning) ?? otherText(text);
  if (other !== undefined) throw new ImportError(sayForm(other, name));
  // A text may hold a NUL, and what is not UTF-8 is told by its line.
  if (text.includes('\0') && !isText(beginning)) {
    throw new ImportError(
      'This is a binary file of a form that is not known. Write its rows as JSON Lines: a JSON object a line.',
    );
  }
  const first = text.trimStart();
  if (first === '') throw new ImportError('The file is empty.');
  if (first.startsWith('[')) return 'json';
  if (!first.startsWith('{')) return 'csv';
  return isTableOfLists(first) || !isJsonLines(first) ? 'json' : 'jsonl';
}

function isText(beginning: Buffer): boolean {
  try {
    new TextDecoder(encodingOf(beginning), { fatal: true }).decode(beginning, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Windows' programs write UTF-16 with a mark at its beginning. */
function encodingOf(beginning: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (beginning[0] === 0xff && beginning[1] === 0xfe) return 'utf-16le';
  return beginning[0] === 0xfe && beginning[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function textOf(beginning: Buffer): string {
  return new TextDecoder(encodingOf(beginning)).decode(beginning, { stream: true });
}

async function beginningOf(path: string, size: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of unpacked(createReadStream(path, { end: Math.max(0, size - 1) }), await isPacked(path))) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= beginningLength) break;
  }
  return Buffer.concat(chunks);
}

async function* bytesOf({ path, size }: TableFile, progress: (share: number) => void): AsyncGenerator<Uint8Array> {
  const source = createReadStream(path, { highWaterMark: 262_144, end: Math.max(0, size - 1) });
  for await (const chunk of unpacked(source, await isPacked(path))) {
    progress(size === 0 ? 1 : source.bytesRead / size);
    yield chunk;
  }
}

async function* unpacked(source: Readable, packed: boolean): AsyncGenerator<Uint8Array> {
  const gunzip = packed ? createGunzip() : null;
  // A fault of either side ends both.
  if (gunzip !== null) source.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    yield* (gunzip ?? source) as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new ImportError('The file is packed with gzip, and damaged.', null, null, { cause: error });
    }
    throw error;
  } finally {
    source.destroy();
  }
}

async function isPacked(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

/** A byte order mark at the start is left out. @throws ImportError naming the line that is not UTF-8 */
async function* decode(bytes: AsyncIterable<Uint8Array>, encoding: string, mayBeCut: boolean): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  const decoded = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new ImportError('this is not UTF-8: save the file in that encoding', line + linesBefore(chunk), null, {
        cause,
      });
    }
  };
  for await (const chunk of bytes) {
    const text = decoded(chunk);
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) line += 1;
    if (text !== '') yield text;
  }
  if (mayBeCut) return;
  const last = decoded();
  if (last !== '') yield last;
}

/** Lines of a chunk before the first byte that is not UTF-8. */
function linesBefore(chunk: Uint8Array | undefined): number {
  if (chunk === undefined) return 0;
  const text = new TextDecoder().decode(chunk);
  return text.slice(0, Math.max(0, text.indexOf('\ufffd'))).split('\n').length - 1;
}
