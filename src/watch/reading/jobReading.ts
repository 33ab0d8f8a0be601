import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CheckpointCounts } from '../../wire/checkpoints.ts';
import type { EpochSummary, PredictionsPage } from '../../wire/responses.ts';
import type { PageQuery } from '../pageReader.ts';
import type { HeldSequences } from './heldSequences.ts';

/** The REST reads of one job. */
export interface JobReader {
  epochs(signal: AbortSignal): Promise<EpochSummary[]>;
  page(query: PageQuery, signal: AbortSignal): Promise<PredictionsPage>;
  /** Null where the server does not tell of them. */
  checkpoints(signal: AbortSignal): Promise<CheckpointCounts[] | null>;
}

/** What is held so far, and where new rows go. */
export interface Holdings {
  /** Rows held of each epoch, as they are now. */
  counts(): ReadonlyMap<number, number>;
  /**
   * Rows held of an epoch, or of one step of it, by `sample_index`, but for those that nobody can read. Costs a walk over
   * them.
   */
  bySample(epoch: number, step: number | undefined): ReadonlyMap<number, number>;
  /** Rows held in all. */
  count(): number;
  /** Of the rows held, where the server numbers them. */
  readonly sequences: HeldSequences;
  /** Takes rows as the server sent them; those held already change nothing. */
  take(rows: unknown[], epoch: number | null): void;
  /** The server's count, as soon as it is known. */
  learned(total: number): void;
}

/** Rows that are taken in one turn: about 2 ms. */
const rowsAtOnce = 100;

/** One round of a catch-up: what is read with, and into. */
export class JobReading {
  readonly holdings: Holdings;
  /** How many rounds came before: what they read in vain is asked for in other pages. */
  readonly round: number;
  readonly #reader: JobReader;
  readonly #signal: AbortSignal;
  readonly #total: number;
  #grown = 0;
  /** Rows that pages brought and that were not held. */
  #gained = 0;
  #checkpoints: Promise<CheckpointCounts[] | null> | undefined;

  /** @param total how many rows the server counted before */
  constructor(
    { reader, holdings, signal }: { reader: JobReader; holdings: Holdings; signal: AbortSignal },
    round: number,
    total: number,
  ) {
    this.#reader = reader;
    this.holdings = holdings;
    this.#signal = signal;
    this.round = round;
    this.#total = total;
  }

  /** How many rows came since the server counted, as far as it said so: what is read last stands so much further back. */
  get grown(): number {
    return this.#grown;
  }

  async page(query: PageQuery): Promise<unknown[]> {
    const { predictions, total_count } = await this.#reader.page(query, this.#signal);
    this.#grown = Math.max(this.#grown, total_count - this.#total);
    return predictions;
  }

  /** As they are in this round; null where the server does not tell of them. */
  checkpoints(): Promise<CheckpointCounts[] | null> {
    this.#checkpoints ??= this.#reader.checkpoints(this.#signal);
    return this.#checkpoints;
  }

  /**
   * Tells how many rows of these epochs are still to be read. Only what pages bring counts: what the stream brings
   * meanwhile may have come after the server counted, and would hide as many that are missing.
   */
  lackingOf(epochs: readonly EpochSummary[]): () => number {
    const held = this.holdings.counts();
    return this.lackingFrom(
      epochs.reduce((sum, { epoch, prediction_count: count }) => sum + Math.max(0, count - (held.get(epoch) ?? 0)), 0),
    );
  }

  /** The same of so many rows. */
  lackingFrom(lacking: number): () => number {
    const before = this.#gained;
    return () => Math.max(0, lacking - (this.#gained - before));
  }

  /** Between turns the stream is heard, the panel is told, and the request for the next page leaves at all. */
  async take(rows: readonly unknown[], epoch: number | null): Promise<void> {
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      const before = this.holdings.count();
      this.holdings.take(rows.slice(start, start + rowsAtOnce), epoch);
      this.#gained += this.holdings.count() - before;
      await nextTurn(undefined, { signal: this.#signal });
    }
  }
}
