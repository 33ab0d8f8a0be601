import { Spill, type SpillOptions, TextsLostError } from './spill.ts';

/** A chunk holds records up to so many bytes, or one that is longer. */
const chunkBytes = 64 * 1024;
/** What a record's length takes before it, in bytes. */
const headBytes = 4;
/** Positions of two chunks lie so far apart. */
const chunkStep = 2 ** 32;
/** Chunks of the file that are kept after they were read. */
const recentChunks = 32;
/** Longer records than this count as several, in bytes. */
const usualRecord = 2048;

interface Chunk {
  /** Null once the chunk is in the file alone. */
  bytes: Buffer | null;
  length: number;
  /** Its records, long ones as several. */
  weight: number;
  /** Where it begins in the file. */
  place: number;
}

/**
 * Texts in the order in which they came, as UTF-8. When there are too many for the memory, the oldest go to a file and
 * are read from there. A chunk leaves the memory only when the file has it, so nothing is lost with a full disk.
 */
export class RecordLog {
  readonly #options: SpillOptions | undefined;
  readonly #recent = new Map<number, Buffer>();
  #chunks: Chunk[] = [];
  #spill: Spill | undefined;
  /** Chunks before this one are in the file. */
  #spilled = 0;
  #inMemory = 0;
  #isSpilling = false;

  /** @param options where to put what is too much; undefined keeps all in memory */
  constructor(options?: SpillOptions) {
    this.#options = options;
  }

  /** Records in memory; long ones count as several. */
  get inMemory(): number {
    return this.#inMemory;
  }

  /** The file could not be read once. */
  get isDamaged(): boolean {
    return this.#spill?.isDamaged ?? false;
  }

  /** Where it throws, nothing was appended. @returns the position under which it can be read */
  append(text: string): number {
    const chunk = this.#chunkFor(text);
    const { bytes, length } = chunk;
    if (bytes === null) throw new Error('a full chunk was chosen');
    const written = bytes.write(text, length + headBytes);
    bytes.writeUInt32LE(written, length);
    chunk.length += headBytes + written;
    const weight = weightOf(headBytes + written);
    chunk.weight += weight;
    this.#inMemory += weight;
    return (this.#chunks.length - 1) * chunkStep + length;
  }

  /** Takes back the record that was appended last, in the same turn. */
  removeLast(position: number): void {
    const chunk = this.#chunks.at(-1);
    if (chunk === undefined) return;
    const start = position % chunkStep;
    const weight = weightOf(chunk.length - start);
    chunk.length = start;
    chunk.weight -= weight;
    this.#inMemory -= weight;
    if (start === 0) this.#chunks.pop();
  }

  /** @throws TextsLostError when the file is not there any more, or is not what was written */
  read(position: number): string {
    const index = Math.floor(position / chunkStep);
    const start = position % chunkStep;
    const bytes = this.#bytesOf(index);
    const end = start + headBytes + bytes.readUInt32LE(start);
    return bytes.toString('utf8', start + headBytes, end);
  }

  /** Puts into the file what is too much; the limit may have changed. */
  spillSome(): void {
    if (this.#options === undefined || this.#isSpilling || !this.#isTooMuch(this.#options)) return;
    this.#isSpilling = true;
    void this.#spillOldest(this.#options).finally(() => {
      this.#isSpilling = false;
    });
  }

  /** Forgets everything; the file goes too. */
  clear(): void {
    this.#chunks = [];
    this.#recent.clear();
    this.#spilled = 0;
    this.#inMemory = 0;
    this.#spill?.dispose();
    this.#spill = undefined;
  }

  #isTooMuch({ limit }: SpillOptions): boolean {
    return this.#inMemory > limit() && this.#spilled < this.#chunks.length - 1;
  }

  async #spillOldest(options: SpillOptions): Promise<void> {
    this.#spill ??= new Spill(options);
    const spill = this.#spill;
    while (this.#isTooMuch(options) && spill === this.#spill) {
      const chunk = this.#chunks[this.#spilled];
      if (chunk?.bytes == null) return;
      const place = await spill.append(chunk.bytes.subarray(0, chunk.length));
      if (place === null || spill !== this.#spill) return;
      chunk.place = place;
      chunk.bytes = null;
      this.#inMemory -= chunk.weight;
      this.#spilled += 1;
    }
  }

  #chunkFor(text: string): Chunk {
    const last = this.#chunks.at(-1);
    if (last !== undefined) {
      const room = (last.bytes?.length ?? 0) - last.length - headBytes;
      // A code unit takes three bytes at most.
      if (room >= text.length * 3 || room >= Buffer.byteLength(text)) return last;
    }
    const needed = headBytes + Buffer.byteLength(text);
    const chunk = { bytes: Buffer.allocUnsafeSlow(Math.max(chunkBytes, needed)), length: 0, weight: 0, place: 0 };
    this.#chunks.push(chunk);
    try {
      this.spillSome();
    } catch (error) {
      this.#chunks.pop();
      throw error;
    }
    return chunk;
  }

  #bytesOf(index: number): Buffer {
    const chunk = this.#chunks[index];
    if (chunk === undefined) throw new TextsLostError();
    if (chunk.bytes !== null) return chunk.bytes;
    const recent = this.#recent.get(index);
    if (recent === undefined && this.#spill === undefined) throw new TextsLostError();
    const bytes = recent ?? this.#spill?.read(chunk.place, chunk.length) ?? Buffer.alloc(0);
    // The one that was used last goes last.
    this.#recent.delete(index);
    this.#recent.set(index, bytes);
    const oldest = this.#recent.keys().next().value;
    if (this.#recent.size > recentChunks && oldest !== undefined) this.#recent.delete(oldest);
    return bytes;
  }
}

/** What a record of so many bytes counts for. */
function weightOf(bytes: number): number {
  return Math.ceil(bytes / usualRecord);
}
