import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { csvRows } from './csvRows.ts';
import { isTableOfLists, jsonArray, jsonTable } from './jsonArray.ts';
import { jsonLines } from './jsonLines.ts';
import type { TableRow } from './rows.ts';
import { ImportError } from './tableError.ts';

export type TableForm = 'jsonl' | 'json' | 'csv';

/** A table in a file, with what tells whether it is still the same file. */
export interface TableFile {
  readonly path: string;
  readonly form: TableForm;
  readonly size: number;
  readonly modified: number;
}

/** Looks at what a file holds; its name says nothing. @throws ImportError */
export async function openTable(path: string): Promise<TableFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, form: formOf(await beginningOf(path)), size, modified: mtimeMs };
}

/**
 * The rows of a file, read while they are asked for.
 *
 * @param progress is told the share of the file that was read, 0 to 1
 * @throws ImportError where it cannot be read, or when it has changed since it was opened
 */
export async function* readTable(file: TableFile, progress: (share: number) => void): AsyncGenerator<TableRow> {
  const beginning = await beginningOf(file.path);
  const { size, mtimeMs } = await stat(file.path);
  if (size !== file.size || mtimeMs !== file.modified) throw new ImportError('The file changes while it is read.');
  const text = decode(bytesOf(file, progress));
  if (file.form === 'csv') yield* csvRows(text, beginning);
  else if (file.form === 'jsonl') yield* jsonLines(text);
  else yield* isTableOfLists(beginning) ? jsonTable(text) : jsonArray(text);
}

function formOf(beginning: string): TableForm {
  const first = beginning.trimStart();
  if (first === '') throw new ImportError('The file is empty.');
  if (first.startsWith('[') || isTableOfLists(first)) return 'json';
  return first.startsWith('{') ? 'jsonl' : 'csv';
}

async function beginningOf(path: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of unpacked(createReadStream(path), await isPacked(path))) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= 65_536) break;
  }
  return text;
}

async function* bytesOf({ path, size }: TableFile, progress: (share: number) => void): AsyncGenerator<Uint8Array> {
  const source = createReadStream(path, { highWaterMark: 262_144 });
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
async function* decode(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
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
  const last = decoded();
  if (last !== '') yield last;
}

/** Lines of a chunk before the first byte that is not UTF-8. */
function linesBefore(chunk: Uint8Array | undefined): number {
  if (chunk === undefined) return 0;
  const text = new TextDecoder().decode(chunk);
  return text.slice(0, Math.max(0, text.indexOf('\ufffd'))).split('\n').length - 1;
}
