/** Rows that one block holds at most: as many are moved when one is put between them. */
const fullBlock = 512;
const smallestBlock = 8;

interface Block {
  rows: Int32Array;
  length: number;
}

/**
 * Row numbers in the order of a comparison, in blocks, so that a row in the midst of a million costs no more than one at
 * an end. No two rows may be equal.
 */
export class SortedRows {
  readonly #compare: (a: number, b: number) => number;
  readonly #blocks: Block[] = [];
  #length = 0;

  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#length;
  }

  /** Where it throws, nothing was inserted. */
  insert(row: number): void {
    const comesAfter = (other: number): boolean => this.#compare(other, row) > 0;
    const index = this.#blockWhere(comesAfter);
    const block = this.#blocks[index];
    if (block === undefined) this.#blocks.push(blockOf([row]));
    else this.#insertInto(block, index, placeWhere(block, comesAfter), row);
    this.#length += 1;
  }

  /** Takes a row out; nothing happens when it is not there. */
  delete(row: number): void {
    const index = this.#blockWhere((other) => this.#compare(other, row) > 0);
    const block = this.#blocks[index];
    if (block === undefined) return;
    const place = placeWhere(block, (other) => this.#compare(other, row) >= 0);
    if (place >= block.length || block.rows[place] !== row) return;
    block.rows.copyWithin(place, place + 1, block.length);
    block.length -= 1;
    this.#length -= 1;
    if (block.length === 0) this.#blocks.splice(index, 1);
  }

  /** The row at a place; undefined beyond the end. */
  at(index: number): number | undefined {
    for (const row of this.from(index)) return row;
    return undefined;
  }

  /** The first row that passes a test which every later row passes too. */
  find(test: (row: number) => boolean): number | undefined {
    for (const row of this.fromWhere(test)) return row;
    return undefined;
  }

  /** The rows from that one on. */
  *fromWhere(test: (row: number) => boolean): Generator<number> {
    let index = this.#blockWhere(test);
    let block = this.#blocks[index];
    for (let place = block === undefined ? 0 : placeWhere(block, test); block !== undefined; place = 0) {
      for (; place < block.length; place += 1) yield block.rows[place] ?? 0;
      index += 1;
      block = this.#blocks[index];
    }
  }

  /** The rows before the first that passes a test which every later row passes too, the nearest first. */
  *before(test: (row: number) => boolean): Generator<number> {
    let index = this.#blockWhere(test);
    let block = this.#blocks[index];
    for (
      let place = block === undefined ? 0 : placeWhere(block, test);
      block !== undefined;
      place = block?.length ?? 0
    ) {
      for (place -= 1; place >= 0; place -= 1) yield block.rows[place] ?? 0;
      index -= 1;
      block = this.#blocks[index];
    }
  }

  /** All rows from a place on; whole blocks before it are passed over. */
  *from(start: number): Generator<number> {
    let skip = start;
    for (const { rows, length } of this.#blocks) {
      for (let place = skip; place < length; place += 1) yield rows[place] ?? 0;
      skip = Math.max(0, skip - length);
    }
  }

  /** The last block whose first row fails the test, or the first one: what is looked for is in it or right behind it. */
  #blockWhere(test: (row: number) => boolean): number {
    return Math.max(0, firstWhere(this.#blocks.length, (index) => test(this.#blocks[index]?.rows[0] ?? 0)) - 1);
  }

  #insertInto(block: Block, index: number, place: number, row: number): void {
    if (block.length < fullBlock) put(block, place, row);
    // Rows mostly come in order: blocks that are filled from one end stay full.
    else if (place === 0) this.#blocks.unshift(blockOf([row]));
    else if (place === fullBlock && index === this.#blocks.length - 1) this.#blocks.push(blockOf([row]));
    else {
      const half = fullBlock / 2;
      const second = blockOf(block.rows.subarray(half, block.length));
      this.#blocks.splice(index + 1, 0, second);
      block.length = half;
      if (place <= half) put(block, place, row);
      else put(second, place - half, row);
    }
  }
}

function blockOf(rows: ArrayLike<number>): Block {
  const block: Block = { rows: new Int32Array(rows.length < smallestBlock ? smallestBlock : fullBlock), length: 0 };
  block.rows.set(rows);
  block.length = rows.length;
  return block;
}

function put(block: Block, place: number, row: number): void {
  if (block.length === block.rows.length) {
    const larger = new Int32Array(Math.min(fullBlock, block.rows.length * 2));
    larger.set(block.rows);
    block.rows = larger;
  }
  block.rows.copyWithin(place + 1, place, block.length);
  block.rows[place] = row;
  block.length += 1;
}

/** The first place of a block whose row passes the test; its length when none does. */
function placeWhere({ rows, length }: Block, test: (row: number) => boolean): number {
  return firstWhere(length, (place) => test(rows[place] ?? 0));
}

/** The first index that passes; `length` when none does. Steps that double: most of what is asked for is at the start. */
function firstWhere(length: number, test: (index: number) => boolean): number {
  let low = 0;
  let high = 1;
  while (high <= length && !test(high - 1)) {
    low = high;
    high *= 2;
  }
  high = Math.min(high - 1, length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
