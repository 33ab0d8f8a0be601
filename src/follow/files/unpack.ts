import { once } from 'node:events';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createZstdDecompress } from 'node:zlib';

/** Of the packed file, that are unpacked at once, in bytes. */
const chunkLength = 64 * 1024;

/** What was packed, in a file that goes with its handle. */
export interface Unpacked {
  readonly handle: FileHandle;
  /** In bytes. */
  readonly size: number;
  /** Why it is not all that was packed. */
  readonly damage?: string;
}

/** @param size of the packed file, in bytes. @throws what the disk says: it may be full */
export async function unpack(file: FileHandle, size: number): Promise<Unpacked> {
  const folder = await mkdtemp(join(tmpdir(), 'training-predictions-unpacked-'));
  let handle: FileHandle;
  try {
    handle = await open(join(folder, 'rows'), 'wx+', 0o600);
  } finally {
    // It can be read and written as long as it is open, and goes with whoever is killed.
    await rm(folder, { recursive: true, force: true });
  }
  try {
    const damage = await unpackTo(handle, file, size);
    return { handle, size: (await handle.stat()).size, ...(damage !== undefined && { damage }) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function unpackTo(to: FileHandle, file: FileHandle, size: number): Promise<string | undefined> {
  try {
    for await (const bytes of unpackedBytes(file, size)) await to.appendFile(bytes);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^(ZSTD_|Z_)/.test(code)) throw error;
    return `Zstandard cannot unpack the rest (${(error as Error).message})`;
  }
}

/** A decompressor takes one frame and drops what follows, and a file may be of many: each has its own. */
async function* unpackedBytes(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(chunkLength);
  for (let at = 0; at < size; ) {
    const frame = createZstdDecompress();
    const ready: Buffer[] = [];
    // It fails with what the decompressor fails with, which answers no write then.
    const isRead = once(
      frame.on('data', (bytes: Buffer) => ready.push(bytes)),
      'end',
    );
    const start = at;
    let hasEnded = false;
    while (!hasEnded && at < size) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunkLength, size - at), at);
      if (bytesRead === 0) break;
      await Promise.race([isRead, new Promise((taken) => frame.write(chunk.subarray(0, bytesRead), taken))]);
      yield* ready.splice(0);
      hasEnded = start + frame.bytesWritten < at + bytesRead;
      at = start + frame.bytesWritten;
    }
    if (!hasEnded) frame.end();
    await isRead;
    yield* ready;
    if (at === start) break;
  }
}
