import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ExportFormat, exportText } from './exportFormats.ts';
import type { ExportRows } from './exportRows.ts';

/** Characters of a name that others chose; file systems take 255 bytes with all that comes after it. */
const longestName = 100;

/** A name that others chose as the beginning of a file's name, on any system; not a hidden one. */
export function fileNameOf(name: string): string {
  return name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^\.+/, '')
    .slice(0, longestName);
}

/**
 * Writes rows to a file, beside the target first: it is there whole or not at all.
 *
 * @param progress told of each piece how many rows it holds
 * @returns how many rows were written
 * @throws the signal's reason when it aborts; whatever the file system throws
 */
export async function writeExport(
  target: string,
  { read }: Pick<ExportRows, 'read'>,
  format: ExportFormat,
  signal: AbortSignal,
  progress: (rows: number) => void,
): Promise<number> {
  const part = `${target}.part`;
  let written = 0;
  async function* text(): AsyncGenerator<string> {
    for (const piece of exportText(read, format)) {
      yield piece.text;
      written += piece.rows;
      progress(piece.rows);
      // Others have their turn between two pieces.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  try {
    await pipeline(Readable.from(text()), createWriteStream(part), { signal });
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw signal.aborted ? signal.reason : error;
  }
  return written;
}
