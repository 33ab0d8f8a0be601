const firstCapacity = 65_536;

/**
 * Bytes that arrive in pieces, in one buffer: a piece of one byte takes one byte, where a list of pieces would take a
 * hundred for it. What is reserved takes no memory before it is written.
 */
export class GrowingBytes {
  #bytes: Buffer;
  #length = 0;

  /** @param capacity of bytes that are known to come */
  constructor(capacity = 0) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  add(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length, firstCapacity));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    piece.copy(this.#bytes, this.#length);
    this.#length = length;
  }

  /** What was added, which is changed no more: this begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }
}
