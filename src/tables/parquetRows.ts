import type { FileHandle } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { stepsToField } from '../wire/depth.ts';
import { parseExactly } from '../wire/exactJson.ts';
import type { TableRow } from './rows.ts';

/** A file begins and ends with this. */
const magic = 'PAR1';
/** Magic, the metadata's length, magic: what a file has at least. */
const smallest = 12;

/** An open Parquet file whose end has been written. */
export interface ParquetFile {
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/** Whether the beginning of a file is that of Parquet. */
export function isParquet(beginning: Uint8Array): boolean {
  return Buffer.from(beginning.subarray(0, magic.length)).toString('latin1') === magic;
}

/**
 * @returns undefined when it is not whole: what it holds is told at its end, which a writer writes last
 * @throws whatever reading it failed with
 */
export async function openParquet(handle: FileHandle, size: number): Promise<ParquetFile | undefined> {
  const buffer: AsyncBuffer = { byteLength: size, slice: (start, end = size) => bytesOf(handle, start, end) };
  if (size < smallest || !isParquet(new Uint8Array(await buffer.slice(size - magic.length)))) return undefined;
  try {
    return { buffer, metadata: await parquetMetadataAsync(buffer, { geoparquet: false }) };
  } catch (cause) {
    // What is just being written may hold anything, even these letters.
    if (cause instanceof Error && !('code' in cause)) return undefined;
    throw cause;
  }
}

/** Rows as objects by column, one group of rows in memory at a time. What JSON has no form for is null. */
export async function* parquetRows({ buffer, metadata }: ParquetFile): AsyncGenerator<TableRow> {
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file: buffer, metadata, compressors, rowStart, rowEnd, geoparquet: false });
    for (const [index, row] of rows.entries()) yield { line: rowStart + index + 1, cells: cellsOf(row) };
    rowStart = rowEnd;
  }
}

/** The index that pandas adds as a column is none of the table's. */
function cellsOf(row: Record<string, unknown>): Record<string, unknown> {
  const cells = Object.entries(row).filter(([name]) => !/^__index_level_\d+__$/.test(name));
  return Object.fromEntries(cells.map(([name, value]) => [name, jsonValue(value)]));
}

function jsonValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return wholeNumber(value);
  if (typeof value !== 'object') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, jsonValue);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonValue(inner)]));
}

/** Beyond what a double holds, the number stays as it is written. */
function wholeNumber(value: bigint): unknown {
  if (Number.isSafeInteger(Number(value))) return Number(value);
  const [number] = parseExactly(`[${value}]`, stepsToField.ofRow, new Set()) as unknown[];
  return number;
}

async function bytesOf(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  let read = 0;
  while (read < bytes.length) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    read += bytesRead;
  }
  return bytes.buffer;
}
