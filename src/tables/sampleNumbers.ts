import { hash } from 'node:crypto';

const smallest = 1024;

/**
 * Numbers names, and prompts, in the order in which they come. A million different ones take some 30 MB: of each 64 bits
 * of its hash are held, of which two among a billion are hardly ever alike.
 */
export class SampleNumbers {
  /** Hash (two words) and number + 1, of an open table of which at most half is taken. */
  #slots = new Uint32Array(smallest * 3);
  #capacity = smallest;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  numberOf(name: string): number {
    const digest = hash('sha1', name, 'buffer');
    const [high, low] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    const slot = this.#slotOf(high, low);
    const held = this.#slots[slot + 2] ?? 0;
    if (held !== 0) return held - 1;
    this.#put(slot, high, low, this.#size + 1);
    this.#size += 1;
    if (this.#size * 2 > this.#capacity) this.#grow();
    return this.#size - 1;
  }

  /** Where the hash is, or would be. */
  #slotOf(high: number, low: number): number {
    for (let place = high & (this.#capacity - 1); ; place = (place + 1) & (this.#capacity - 1)) {
      const slot = place * 3;
      if (this.#slots[slot + 2] === 0) return slot;
      if (this.#slots[slot] === high && this.#slots[slot + 1] === low) return slot;
    }
  }

  #put(slot: number, high: number, low: number, held: number): void {
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    this.#slots[slot + 2] = held;
  }

  #grow(): void {
    const before = this.#slots;
    this.#capacity *= 2;
    this.#slots = new Uint32Array(this.#capacity * 3);
    for (let slot = 0; slot < before.length; slot += 3) {
      const [high = 0, low = 0, held = 0] = before.subarray(slot, slot + 3);
      if (held !== 0) this.#put(this.#slotOf(high, low), high, low, held);
    }
  }
}

/** How often something that has a number came. */
export class Counts {
  #counts = new Uint32Array(smallest);

  /** @returns how often by now */
  add(number: number): number {
    if (number >= this.#counts.length) {
      const before = this.#counts;
      this.#counts = new Uint32Array(Math.max(before.length * 2, number + 1));
      this.#counts.set(before);
    }
    const count = (this.#counts[number] ?? 0) + 1;
    this.#counts[number] = count;
    return count;
  }
}
