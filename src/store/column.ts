type Numbers = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

const bits = 12;
const blockLength = 1 << bits;
const inBlock = blockLength - 1;

/** One number for each row, in blocks: growing never copies what is there, so no row costs more than another. */
export class Column {
  readonly #blocks: Numbers[] = [];
  readonly #allocate: (length: number) => Numbers;
  readonly #unset: number;

  /**
   * @param allocate makes a block of the narrowest type that holds the values
   * @param unset what a row has that was not set
   */
  constructor(allocate: (length: number) => Numbers, unset = 0) {
    this.#allocate = allocate;
    this.#unset = unset;
  }

  get(row: number): number {
    return this.#blocks[row >>> bits]?.[row & inBlock] ?? this.#unset;
  }

  set(row: number, value: number): void {
    const index = row >>> bits;
    while (this.#blocks.length <= index) this.#blocks.push(this.#allocate(blockLength));
    const block = this.#blocks[index];
    if (block !== undefined) block[row & inBlock] = value;
  }
}

export const float64 = (): Column => new Column((length) => new Float64Array(length));
/** NaN where nothing was set. */
export const scoreColumn = (): Column => new Column((length) => new Float64Array(length).fill(Number.NaN), Number.NaN);
export const int32 = (): Column => new Column((length) => new Int32Array(length));
export const uint32 = (): Column => new Column((length) => new Uint32Array(length));
export const uint16 = (): Column => new Column((length) => new Uint16Array(length));
export const uint8 = (): Column => new Column((length) => new Uint8Array(length));
