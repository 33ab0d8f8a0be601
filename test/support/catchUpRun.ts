/** The catch-up of a watch, without a connection: what it asks of a server, and what it holds then. */
import { catchUp, type Outcome } from '../../src/watch/catchUp.ts';
import { HeldRows } from '../../src/watch/heldRows.ts';
import type { PageQuery } from '../../src/watch/pageReader.ts';
import type { JobReader } from '../../src/watch/reading/jobReading.ts';
import type { PartOneStore } from './partOneStore.ts';

const never = new AbortController().signal;
const pauses = [0, 0, 0, 0];

/** Reads a job of a store as a server of part 1 tells it. */
export function readerOf(store: PartOneStore, jobId: string): JobReader {
  return {
    epochs: async () => store.epochs(jobId),
    page: async (query) => store.page(jobId, query),
    checkpoints: async () => null,
  };
}

export class CatchUpRun {
  readonly rows = new HeldRows({ jobId: 'job', log: { info: () => {}, warn: () => {} } }, undefined);
  /** The pages that were asked for, in order. */
  readonly asked: PageQuery[] = [];
  /** How many rows came in them. */
  sent = 0;
  /** How often the epochs were asked for. */
  comparisons = 0;
  readonly #reader: JobReader;

  constructor(reader: JobReader) {
    this.#reader = reader;
  }

  /** One catch-up, without pauses. */
  prove(): Promise<Outcome> {
    const { rows } = this;
    const reader = this.#reader;
    return catchUp(
      {
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
        checkpoints: (signal) => reader.checkpoints(signal),
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

  /** What was asked for since it was asked last, in short. */
  pagesAsked(): string[] {
    return this.asked.splice(0).map((query) =>
      Object.entries(query)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
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
