import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as Type from 'typebox';
import { RejectedError } from '../api/errors.ts';
import { type Metric, metricType } from '../wire/metric.ts';
import { schema } from '../wire/schema.ts';
import { bytesOf, isGone, openRunFile } from './files/runFile.ts';
import type { Positions } from './positions.ts';
import { hashOf } from './rowIds.ts';
import type { Sender } from './sender.ts';
import type { ServerJob } from './serverJob.ts';
import { isTrainerState, parseTrainerState, type TrainerState } from './trainerState.ts';

/** Metrics that are sent at once. */
const batchSize = 500;
/** A larger file is none of these, in bytes. */
const largest = 256 * 1024 * 1024;
/** Rows that are this much younger than the state of a training are of one that goes on, in ms. */
const youngerRows = 10_000;

const pendingBatch = schema(Type.Object({ key: Type.String(), metrics: Type.Array(metricType) }));

/** Follows what a Trainer logs beside the rows, and knows when it is done. */
export class MetricsFollower {
  readonly #folder: string;
  readonly #job: ServerJob;
  readonly #positions: Positions;
  readonly #sender: Sender;
  /** By name: as they were read last. */
  readonly #read = new Map<string, { size: number; modified: number }>();
  #newest: { state: TrainerState; modified: number } | undefined;

  constructor(folder: string, job: ServerJob, positions: Positions, sender: Sender) {
    this.#folder = folder;
    this.#job = job;
    this.#positions = positions;
    this.#sender = sender;
  }

  /** Reads what is new, and sends it. @throws FollowEndedError */
  async visit(): Promise<void> {
    await this.#sendPending();
    const found: { state: TrainerState; modified: number }[] = [];
    for (const name of await this.#files()) {
      const read = await this.#state(name);
      if (read !== undefined) found.push(read);
    }
    found.sort((a, b) => a.modified - b.modified);
    for (const { state } of found) await this.#sendMetrics(state.metrics);
    const last = found.at(-1);
    if (last === undefined || last.modified < (this.#newest?.modified ?? 0)) return;
    this.#newest = last;
    await this.#job.save(last.state.progress);
  }

  /** Whether the training came to its last step. @param newestRows when rows were written last, in ms since 1970 */
  hasEnded(newestRows: number): boolean {
    if (this.#newest === undefined) return false;
    const { state, modified } = this.#newest;
    return state.lastStep > 0 && state.step >= state.lastStep && newestRows - modified < youngerRows;
  }

  async #files(): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch((error: unknown) => {
      if (isGone(error)) return [];
      throw error;
    });
    return entries
      .map((entry) => (entry.isDirectory() ? `${entry.name}/trainer_state.json` : entry.name))
      .filter(isTrainerState);
  }

  /** Undefined for what was read already, or is not whole. */
  async #state(name: string): Promise<{ state: TrainerState; modified: number } | undefined> {
    const file = await openRunFile(join(this.#folder, name));
    if (file === undefined) return undefined;
    try {
      const { size, modified } = file;
      const before = this.#read.get(name);
      if ((before?.size === size && before.modified === modified) || size > largest) return undefined;
      const state = parseTrainerState((await bytesOf(file, 0, size)).toString('utf8'));
      if (state === undefined) return undefined;
      this.#read.set(name, { size, modified });
      return { state, modified };
    } finally {
      await file.handle.close();
    }
  }

  async #sendMetrics(metrics: readonly Metric[]): Promise<void> {
    const known = new Set<string>();
    const fresh = metrics.flatMap((metric) => {
      const entry = hashOf(JSON.stringify(metric));
      if (known.has(entry) || this.#positions.isLogged(entry)) return [];
      known.add(entry);
      return [{ metric, entry }];
    });
    for (let at = 0; at < fresh.length; at += batchSize) {
      const batch = fresh.slice(at, at + batchSize);
      const sent = batch.map(({ metric }) => metric);
      const key = hashOf(JSON.stringify([this.#job.jobId, sent]));
      const entries = batch.map(({ entry }) => entry);
      this.#positions.setPending(JSON.stringify({ key, metrics: sent }), entries);
      await this.#sendPending();
    }
  }

  /** Metrics have no ids: a batch is kept until it is answered, and sent again as it was under its key. */
  async #sendPending(): Promise<void> {
    const text = this.#positions.pending();
    if (text === undefined) return;
    const { key, metrics } = pendingBatch.parse(JSON.parse(text));
    try {
      await this.#job.send((script) => script.sendMetrics(this.#job.jobId, metrics, key));
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      this.#sender.refuse('trainer_state.json', null, `metrics of ${metrics.length} steps: ${error.said}`);
    }
    this.#positions.setSent();
  }
}
