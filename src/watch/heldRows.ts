import { PredictionStore } from '../store/predictionStore.ts';
import type { SpillOptions } from '../store/spill.ts';
import { isWithinLevels } from '../wire/depth.ts';
import { type Prediction, readPrediction } from '../wire/prediction.ts';
import { SchemaError } from '../wire/schema.ts';
import type { Log } from './log.ts';
import { HeldSequences } from './reading/heldSequences.ts';
import { Unreadable } from './unreadable.ts';

/** The rows of one job that are here: in the store, or counted because nobody can read them. */
export class HeldRows {
  readonly store: PredictionStore;
  readonly unreadable = new Unreadable();
  /** Of all rows that are here, where the server numbers them. */
  readonly sequences = new HeldSequences();
  readonly #jobId: string;
  readonly #log: Log;

  constructor({ jobId, log }: { jobId: string; log: Log }, spill: SpillOptions | undefined) {
    this.#jobId = jobId;
    this.#log = log;
    this.store = new PredictionStore(spill);
  }

  /** Readable or not. */
  get count(): number {
    return this.store.size + this.unreadable.rows;
  }

  /** Of each epoch, readable or not. */
  byEpoch(): ReadonlyMap<number, number> {
    const counts = this.unreadable.byEpoch();
    for (const { epoch, prediction_count } of this.store.epochs()) {
      counts.set(epoch, (counts.get(epoch) ?? 0) + prediction_count);
    }
    return counts;
  }

  /** Of an epoch, or of one step of it, how many rows each `sample_index` has in the store. */
  bySample(epoch: number, step: number | undefined): ReadonlyMap<number, number> {
    const { store } = this;
    const counts = new Map<number, number>();
    for (const row of store.rows(step === undefined ? epoch : { epoch, step }, 0, Number.POSITIVE_INFINITY)) {
      const sample = store.table.sample(row);
      counts.set(sample, (counts.get(sample) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * Takes rows as a server sent them; none costs another.
   *
   * @param epoch theirs, as far as it is known
   */
  take(rows: readonly unknown[], epoch: number | null): void {
    for (const row of rows) {
      const read = readable(row);
      if (read === undefined) this.#count(row, epoch);
      else this.add(read, epoch);
    }
  }

  /** Takes a row; one that cannot be kept is counted with the unreadable ones. @returns whether the store has one more */
  add(row: Prediction, epoch: number | null = null): boolean {
    try {
      const isNew = this.store.add(row);
      this.unreadable.remove(row.id);
      this.sequences.addOf(row);
      return isNew;
    } catch (error) {
      this.#log.warn(`${this.#jobId}: a prediction could not be kept (${String(error)})`);
      this.#count(row, epoch);
      return false;
    }
  }

  clear(): void {
    this.store.clear();
    this.unreadable.clear();
    this.sequences.clear();
  }

  /** A row that nobody can read. */
  #count(row: unknown, epoch: number | null): void {
    this.unreadable.add(row, epoch);
    this.sequences.addOf(row);
  }
}

function readable(row: unknown): Prediction | undefined {
  try {
    const read = readPrediction(row);
    return isWithinLevels(read) ? read : undefined;
  } catch (error) {
    if (error instanceof SchemaError) return undefined;
    throw error;
  }
}
