import { placeIn } from '../../model/ascending.ts';
import { checkpointKey } from '../../model/checkpoints.ts';
import type { SampleKey } from '../../model/samples.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';

/**
 * The answers to one sample: a cell stands for its completions at a checkpoint, or for those that were superseded
 * together. A row that arrives is put in its place; the list is made anew where rows are put to other samples.
 */
export class AnswerCells {
  readonly #store: PredictionStore;
  /** What the list was made of. */
  #basis: readonly unknown[] = [];
  /** A row of each, newest first; of one checkpoint what counts first. */
  #cells: number[] = [];
  /** The first row that was not looked at. */
  #next = 0;

  constructor(store: PredictionStore) {
    this.#store = store;
  }

  /** @returns a row of each cell, newest first; not to be kept */
  of(sample: SampleKey | null, withSuperseded: boolean): readonly number[] {
    const store = this.#store;
    const basis = [sample, withSuperseded, store.life, store.reckoning];
    if (basis.some((part, index) => part !== this.#basis[index])) {
      this.#cells = [];
      for (const row of sample === null ? [] : store.answerRows(sample)) this.#add(row, withSuperseded);
    } else {
      for (let row = this.#next; row < store.size; row += 1) {
        if (store.sampleKey(row) === sample) this.#add(row, withSuperseded);
      }
    }
    this.#basis = basis;
    this.#next = store.size;
    return this.#cells;
  }

  #add(row: number, withSuperseded: boolean): void {
    if (!withSuperseded && this.#store.isSuperseded(row)) return;
    const last = this.#cells.at(-1);
    const isLast = last === undefined || this.#compare(last, row) < 0;
    const place = isLast ? this.#cells.length : placeIn(this.#cells, (other) => this.#compare(other, row) < 0);
    const held = this.#cells[place];
    if (held === undefined || this.#compare(held, row) !== 0) this.#cells.splice(place, 0, row);
  }

  /** Newest first; rows of one cell are equal. */
  #compare(a: number, b: number): number {
    const { table } = this.#store;
    const byCheckpoint = table.compareCheckpoints(b, a);
    if (byCheckpoint !== 0) return byCheckpoint;
    const [isPast, wasPast] = [this.#store.isSuperseded(a), this.#store.isSuperseded(b)];
    if (!isPast || !wasPast) return Number(isPast) - Number(wasPast);
    return table.restart(b) - table.restart(a) || table.revision(b) - table.revision(a);
  }
}

/** Names the cell of a row among those of its sample. */
export function cellKey(store: PredictionStore, row: number): string {
  const { table } = store;
  const key = checkpointKey({ epoch: table.epoch(row), step: table.step(row) });
  return store.isSuperseded(row) ? `${key} ${table.restart(row)} ${table.revision(row)}` : key;
}
