import { bytesOf, type NewPrediction } from './storage.ts';

/** Counts the rows of an import while they are stored, and numbers them on from where a deleted job of the id ended. */
export class ImportTally {
  readonly retiredSeq: number;
  #count = 0;
  #bytes = 0;

  constructor(retiredSeq: number) {
    this.retiredSeq = retiredSeq;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get lastSeq(): number {
    return this.retiredSeq + this.#count;
  }

  add(rows: readonly NewPrediction[]): void {
    this.#count += rows.length;
    this.#bytes += bytesOf(rows);
  }
}
