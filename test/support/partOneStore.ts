import { randomUUID } from 'node:crypto';
import type { EpochSummary, PredictionsPage } from '../../src/wire/responses.ts';
import { type Random, randomOf } from './random.ts';

/** A row as a script sends it; whatever else it holds is kept. */
export interface RowFields {
  epoch: number;
  sample_index: number;
  [field: string]: unknown;
}

export interface StoredRow extends RowFields {
  id: string;
  job_id: string;
  created_at: string;
}

interface StoredJob {
  readonly createdAt: string;
  status: string;
  readonly rows: StoredRow[];
}

/**
 * In which order rows of equal epoch and sample come: another one at every reading; one that the page's bounds decide, as a
 * database's may that sorts no more than it is asked for; or always the same.
 */
export type Ties = 'shuffled' | 'byBounds' | 'steady';

/** Jobs and predictions of the part-1 server, in memory: the truth that tests compare with. */
export class PartOneStore {
  ties: Ties = 'shuffled';
  readonly #random: Random;
  readonly #jobs = new Map<string, StoredJob>();
  readonly #listeners = new Set<(row: StoredRow) => void>();
  #clock = Date.parse('2026-01-01T00:00:00Z');

  constructor(random: Random) {
    this.#random = random;
  }

  /** A new life of a job: it has another `created_at` than any before. */
  create(jobId: string): void {
    this.#jobs.set(jobId, { createdAt: this.#now(), status: 'running', rows: [] });
  }

  delete(jobId: string): void {
    this.#jobs.delete(jobId);
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  setStatus(jobId: string, status: string): void {
    this.#jobOf(jobId).status = status;
  }

  /** Stores a batch and then tells the streams of each row. */
  insert(jobId: string, batch: readonly RowFields[]): StoredRow[] {
    const stored = batch.map((fields) => ({
      step: fields.epoch * 10,
      prompt: `Prompt ${fields.sample_index}`,
      prediction: `Answer of epoch ${fields.epoch} — ü€😀`,
      ...fields,
      id: randomUUID(),
      job_id: jobId,
      created_at: this.#now(),
    }));
    this.#jobOf(jobId).rows.push(...stored);
    for (const row of stored) for (const listener of [...this.#listeners]) listener(row);
    return stored;
  }

  /** Hears of every inserted row until the returned function is called. */
  onInsert(listener: (row: StoredRow) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  count(jobId: string): number {
    return this.#jobOf(jobId).rows.length;
  }

  /** Sorted. */
  ids(jobId: string): string[] {
    return this.#jobOf(jobId)
      .rows.map(({ id }) => id)
      .sort();
  }

  jobs(): Record<string, unknown>[] {
    return [...this.#jobs].map(([id, { createdAt, status }]) => ({ id, status, created_at: createdAt })).reverse();
  }

  epochs(jobId: string): EpochSummary[] {
    const counts = new Map<number, number>();
    for (const { epoch } of this.#jobOf(jobId).rows) counts.set(epoch, (counts.get(epoch) ?? 0) + 1);
    return [...counts]
      .sort(([a], [b]) => a - b)
      .map(([epoch, prediction_count]) => ({ epoch, prediction_count, latest_step: epoch * 10 }));
  }

  /** By epoch and sample, equal ones in the order that `ties` says. */
  page(
    jobId: string,
    { epoch, limit, offset = 0 }: { epoch?: number; limit: number; offset?: number },
  ): PredictionsPage {
    const { rows } = this.#jobOf(jobId);
    const predictions: StoredRow[] = [];
    const end = offset + Math.min(limit, 1000);
    let start = 0;
    for (const group of this.#groups(rows.filter((row) => epoch === undefined || row.epoch === epoch))) {
      const isAsked = start < end && start + group.length > offset;
      if (isAsked) {
        const ordered = this.#randomOf({ start, offset, limit }).shuffled(group);
        predictions.push(...ordered.slice(Math.max(0, offset - start), end - start));
      }
      start += group.length;
    }
    return { predictions, total_count: rows.length, epoch_count: this.epochs(jobId).length };
  }

  /** What orders a group of a page. */
  #randomOf({ start, offset, limit }: { start: number; offset: number; limit: number }): Random {
    if (this.ties === 'shuffled') return this.#random;
    return randomOf(this.ties === 'steady' ? start : start * 7919 + offset * 1001 + limit);
  }

  /** Rows of equal epoch and sample, in order. */
  #groups(rows: readonly StoredRow[]): StoredRow[][] {
    const groups = new Map<string, StoredRow[]>();
    for (const row of rows) {
      const key = `${row.epoch} ${row.sample_index}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [row]);
      else group.push(row);
    }
    return [...groups.values()].sort(
      ([a], [b]) => Number(a?.epoch) - Number(b?.epoch) || Number(a?.sample_index) - Number(b?.sample_index),
    );
  }

  #jobOf(jobId: string): StoredJob {
    const job = this.#jobs.get(jobId);
    if (job === undefined) throw new Error(`no job ${jobId}`);
    return job;
  }

  #now(): string {
    this.#clock += 1;
    return new Date(this.#clock).toISOString();
  }
}
