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

/** Rows as objects by column. What JSON has no form for is null. */
export async function* parquetRows(file: ParquetFile): AsyncGenerator<TableRow> {
  for await (const rows of parquetGroups(file)) yield* rows;
}

/** The same in groups, as the file has them, of which one is in memory: to hand on row by row costs more than to read. */
export async function* parquetGroups({ buffer, metadata }: ParquetFile): AsyncGenerator<TableRow[]> {
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file: buffer, metadata, compressors, rowStart, rowEnd, geoparquet: false });
    // All rows of a group have the same columns.
    const names = Object.keys(rows[0] ?? {});
    const indexes = names.filter(isIndex);
    const first = rowStart + 1;
    yield rows.map((row, place) => ({ line: first + place, cells: cellsOf(row, names, indexes) }));
    rowStart = rowEnd;
  }
}

/** The index that pandas adds as a column is none of the table's. */
function isIndex(name: string): boolean {
  return /^__index_level_\d+__$/.test(name);
}

/** @param row is changed, since nobody else has it */
function cellsOf(
  row: Record<string, unknown>,
  names: readonly string[],
  indexes: readonly string[],
): Record<string, unknown> {
  for (const name of names) {
    const value = row[name];
    if (typeof value !== 'string') row[name] = jsonValue(value);
  }
  for (const name of indexes) delete row[name];
  return row;
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
