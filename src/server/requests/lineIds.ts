import { HttpError } from '../reporting/errors.ts';

/** Ids that one import may bring: the table of so many takes 200 MB. */
const maxIds = 12_000_000;
const firstSlots = 4096;

/**
 * Which line an id was on, for ids that would take ten times the memory if they were kept: of each, a hash of 64 bits.
 * That two different ones of 12 million meet in it has a chance of 1 in 250,000; whoever contrives such two is told that
 * their own import holds one twice.
 */
export class LineIds {
  #low = new Uint32Array(firstSlots);
  #high = new Uint32Array(firstSlots);
  /** 0 where a slot is free. */
  #lines = new Uint32Array(firstSlots);
  #count = 0;

  /**
   * @param line from 1
   * @returns the line of the same id, if there was one
   * @throws HttpError 413
   */
  add(id: string, line: number): number | undefined {
    const [low, high] = hashOf(id);
    const slot = this.#slot(low, high);
    const before = this.#lines[slot];
    if (before !== 0) return before;
    if (this.#count >= maxIds) {
      throw new HttpError(413, `Line ${line}: expected at most ${maxIds} ids in one import: leave them out`);
    }
    this.#put(slot, low, high, line);
    this.#count += 1;
    if (this.#count > 0.75 * this.#lines.length) this.#grow();
    return undefined;
  }

  /** Where a hash is, or would be. */
  #slot(low: number, high: number): number {
    const mask = this.#lines.length - 1;
    let slot = low & mask;
    while (this.#lines[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  #put(slot: number, low: number, high: number, line: number): void {
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#lines[slot] = line;
  }

  #grow(): void {
    const [lows, highs, lines] = [this.#low, this.#high, this.#lines];
    const slots = 2 * lines.length;
    [this.#low, this.#high, this.#lines] = [new Uint32Array(slots), new Uint32Array(slots), new Uint32Array(slots)];
    lines.forEach((line, index) => {
      const [low = 0, high = 0] = [lows[index], highs[index]];
      if (line !== 0) this.#put(this.#slot(low, high), low, high, line);
    });
  }
}

/** Two mixed multiplicative hashes of the UTF-16 units, each of 32 bits (cyrb53 by bryc, in the public domain). */
function hashOf(text: string): [low: number, high: number] {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return [a >>> 0, b >>> 0];
}
