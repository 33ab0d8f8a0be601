import { float64 } from '../store/column.ts';

/** Code units of a text that are kept to compare it by. */
const prefixLength = 24;
/** Rows whose prefixes lie together: one list of a million is copied whenever it grows, for up to 80 ms. */
const rowsInBlock = 4096;
/** Code units of whole texts that are kept for a while. */
const keptLength = 2_000_000;

/**
 * Compares rows by a text that may have to be read from a file each time: its beginning is kept, and a hash to tell
 * equal texts, so that only those are read which begin alike and are not the same. What was read last is at hand.
 */
export class TextOrder {
  readonly #textOf: (row: number) => string;
  readonly #prefixes: (string | undefined)[][] = [];
  readonly #hashes = float64();
  readonly #kept = new Map<number, string>();
  #keptLength = 0;

  constructor(textOf: (row: number) => string) {
    this.#textOf = textOf;
  }

  compare(a: number, b: number): number {
    const left = this.#prefixOf(a);
    const right = this.#prefixOf(b);
    if (left !== right) return left < right ? -1 : 1;
    // A shorter text is all prefix; two texts of one 53-bit hash are taken for the same.
    if (left.length < prefixLength || this.#hashes.get(a) === this.#hashes.get(b)) return 0;
    return this.#wholeOf(a) < this.#wholeOf(b) ? -1 : 1;
  }

  #wholeOf(row: number): string {
    const kept = this.#kept.get(row);
    if (kept !== undefined) return kept;
    const text = this.#textOf(row);
    if (this.#keptLength + text.length > keptLength) {
      this.#kept.clear();
      this.#keptLength = 0;
    }
    this.#kept.set(row, text);
    this.#keptLength += text.length;
    return text;
  }

  #prefixOf(row: number): string {
    const index = Math.floor(row / rowsInBlock);
    const block = this.#prefixes[index] ?? [];
    this.#prefixes[index] = block;
    let prefix = block[row % rowsInBlock];
    if (prefix === undefined) {
      const text = this.#wholeOf(row);
      // A slice would keep the whole text in memory.
      prefix = Buffer.from(text.slice(0, prefixLength), 'utf16le').toString('utf16le');
      block[row % rowsInBlock] = prefix;
      this.#hashes.set(row, hash(text));
    }
    return prefix;
  }
}

/** 53 bits: two FNV-1a hashes with different beginnings. */
function hash(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x2166f5a3;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
    high ^= high >>> 15;
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
