/** The catch-up of a watch, without a network in between: what it asks of a store of part 1, and what it holds then. */
import { catchUp, type Outcome } from '../../src/watch/catchUp.ts';
import { HeldRows } from '../../src/watch/heldRows.ts';
import type { PageQuery } from '../../src/watch/pageReader.ts';
import type { JobReader } from '../../src/watch/reading/jobReading.ts';
import type { PartOneStore } from './partOneStore.ts';

const never = new AbortController().signal;
const pauses = [0, 0, 0, 0];

export class StoreReading {
  readonly rows: HeldRows;
  /** The pages that were asked for, in order. */
  readonly asked: PageQuery[] = [];
  /** How many rows came in them. */
  sent = 0;
  /** How often the epochs were asked for. */
  comparisons = 0;
  readonly #reader: JobReader;

  /** @param other instead of what the store answers */
  constructor(store: PartOneStore, jobId: string, other: Partial<JobReader> = {}) {
    this.rows = new HeldRows({ jobId, log: { info: () => {}, warn: () => {} } }, undefined);
    this.#reader = {
      epochs: async () => store.epochs(jobId),
      page: async (query) => store.page(jobId, query),
      checkpoints: async () => null,
      ...other,
    };
  }

  /** One catch-up, without pauses. */
  prove(): Promise<Outcome> {
    const { rows } = this;
    const reader = this.#reader;
    return catchUp(
      {
        ...reader,
        epochs: (signal) => {
          this.comparisons += 1;
          return reader.epochs(signal);
        },
        page: async (query, signal) => {
          this.asked.push(query);
          const page = await reader.page(query, signal);
          this.sent += page.predictions.length;
          return page;
        },
      },
      {
        counts: () => rows.byEpoch(),
        count: () => rows.count,
        bySample: (epoch, step) => rows.bySample(epoch, step),
        sequences: rows.sequences,
        take: (some, epoch) => rows.take(some, epoch),
        learned: () => {},
      },
      never,
      pauses,
    );
  }

  /** Sorted. */
  get ids(): string[] {
    const { store } = this.rows;
    return store
      .rows(null, 0, store.size)
      .map((row) => store.table.id(row))
      .sort();
  }
}
