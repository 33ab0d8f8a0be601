import { hash } from 'node:crypto';
import { HttpError } from './errors.ts';

/** Ids that one import may bring: the table of so many takes 200 MB. */
const maxIds = 12_000_000;
const firstSlots = 4096;

/**
 * Which line an id was on, for ids that would take ten times the memory if they were kept: of each, the first 64 bits of
 * its SHA-256. That two different ones of 12 million meet in these has a chance of 1 in 250,000.
 */
export class LineIds {
  #marks = new BigUint64Array(firstSlots);
  #lines = new Uint32Array(firstSlots);
  #count = 0;

  /**
   * @param line from 1
   * @returns the line of the same id, if there was one
   * @throws HttpError 413
   */
  add(id: string, line: number): number | undefined {
    // Lone surrogates would all be one in UTF-8.
    const mark = hash('sha256', Buffer.from(id, 'utf16le'), 'buffer').readBigUInt64LE();
    const slot = this.#slot(mark);
    const before = this.#lines[slot];
    if (before !== 0) return before;
    if (this.#count >= maxIds) {
      throw new HttpError(413, `Line ${line}: expected at most ${maxIds} ids in one import: leave them out`);
    }
    this.#marks[slot] = mark;
    this.#lines[slot] = line;
    this.#count += 1;
    if (this.#count > 0.75 * this.#lines.length) this.#grow();
    return undefined;
  }

  /** Where a mark is, or would be. */
  #slot(mark: bigint): number {
    const mask = this.#lines.length - 1;
    let slot = Number(mark & BigInt(mask));
    while (this.#lines[slot] !== 0 && this.#marks[slot] !== mark) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [marks, lines] = [this.#marks, this.#lines];
    this.#marks = new BigUint64Array(2 * marks.length);
    this.#lines = new Uint32Array(2 * lines.length);
    lines.forEach((line, index) => {
      const mark = marks[index];
      if (line === 0 || mark === undefined) return;
      const slot = this.#slot(mark);
      this.#marks[slot] = mark;
      this.#lines[slot] = line;
    });
  }
}
