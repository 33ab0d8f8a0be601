import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CheckpointScores, CheckpointSums } from '../../model/checkpointScores.ts';
import type { Checkpoint } from '../../model/checkpoints.ts';
import { promptIdsNameSamples } from '../../model/samples.ts';
import type { Prediction } from '../../wire/prediction.ts';
import { HttpError } from '../reporting/errors.ts';
import type { Log } from '../reporting/log.ts';
import { promptIds } from '../storage/jobMarks.ts';
import {
  type JobCheckpoints,
  type JobRecord,
  type KeptSummary,
  type Storage,
  StorageFullError,
  type StoredCheckpoint,
} from '../storage/storage.ts';

/** Time after which others on this thread get a turn, in ms. */
const turn = 5;
/** Summaries that are kept in one transaction. */
const keptAtOnce = 50;
/** Time without a change after which what changed of a job is added up before anybody asks, in ms. */
const quiet = 2000;

/** A job that nobody asks about is left alone for so many times as long as adding it up took. */
const restShare = 20;

/** A checkpoint with what is told of it. */
export interface SummarizedCheckpoint extends Checkpoint, CheckpointScores {}

type NewSummary = Checkpoint & KeptSummary;

/**
 * What is told of checkpoints over their samples. An insert only counts rows; what it changed is added up when somebody
 * asks or when the job is quiet, from the rows themselves, and kept until the checkpoint changes again.
 */
export class CheckpointSummaries {
  readonly #storage: Storage;
  readonly #log: Log;
  /** By the number of their job: whoever asks meanwhile waits for the same. */
  readonly #running = new Map<number, Promise<SummarizedCheckpoint[]>>();
  /** Jobs that changed, by number: when they are added up, in ms of `performance.now()`. */
  readonly #quietAfter = new Map<number, number>();
  /** Until when a job is left alone that took long, in ms of `performance.now()`. */
  readonly #restsUntil = new Map<number, number>();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  #settling: Promise<void> | undefined;
  #closed = false;

  constructor(storage: Storage, log: Log) {
    this.#storage = storage;
    this.#log = log;
    this.#stopListening = storage.onChange((job) => {
      if (job !== undefined) this.#quietAfter.set(job, performance.now() + quiet);
    });
    this.#timer = setInterval(() => {
      this.#settling ??= this.#settleQuiet().finally(() => {
        this.#settling = undefined;
      });
    }, quiet / 2).unref();
  }

  /** Ascending. */
  async of(job: JobRecord): Promise<SummarizedCheckpoint[]> {
    // What is under way may have begun before the last insert that this caller knows of.
    await this.#running.get(job.number)?.catch(() => undefined);
    const running = this.#running.get(job.number) ?? this.#summarize(job);
    this.#running.set(job.number, running);
    try {
      return await running;
    } finally {
      if (this.#running.get(job.number) === running) this.#running.delete(job.number);
    }
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    clearInterval(this.#timer);
    await this.#settling;
  }

  async #settleQuiet(): Promise<void> {
    for (const [number, after] of this.#quietAfter) {
      const start = performance.now();
      if (this.#closed || start < Math.max(after, this.#restsUntil.get(number) ?? 0)) continue;
      this.#quietAfter.delete(number);
      try {
        const job = await this.#storage.jobToExtend(number);
        if (job === undefined) {
          this.#restsUntil.delete(number);
          continue;
        }
        await this.of(job);
        const now = performance.now();
        this.#restsUntil.set(number, now + restShare * (now - start));
      } catch (error) {
        this.#log.warn({ err: error }, 'The checkpoints of a job could not be added up');
      }
    }
  }

  async #summarize(job: JobRecord): Promise<SummarizedCheckpoint[]> {
    const found = await this.#storage.checkpoints(job);
    if (found === undefined) return [];
    const isNamed = areNamed(found);
    const made: NewSummary[] = [];
    const summarized: SummarizedCheckpoint[] = [];
    let end = performance.now() + turn;
    for (const checkpoint of found.checkpoints) {
      const { epoch, step } = checkpoint;
      let kept = keptOf(checkpoint, isNamed);
      if (kept === undefined) {
        if (this.#closed) throw new HttpError(503, 'The server is shutting down', { retryAfter: 1 });
        kept = await this.#addUp(job, checkpoint, found.lastSeq, isNamed);
        made.push({ epoch, step, ...kept });
        if (made.length === keptAtOnce) await this.#keep(job, made.splice(0));
      }
      summarized.push({ epoch, step, ...summaryOf(kept) });
      if (performance.now() < end) continue;
      await nextTurn();
      end = performance.now() + turn;
    }
    await this.#keep(job, made);
    return summarized;
  }

  async #addUp(
    job: JobRecord,
    { epoch, step, predictionCount }: StoredCheckpoint,
    upTo: number,
    isNamed: boolean,
  ): Promise<KeptSummary> {
    const sums = new CheckpointSums(isNamed);
    let end = performance.now() + turn;
    const read = { order: 'sample', epoch, step, after: 0, upTo, limit: predictionCount } as const;
    for await (const rows of this.#storage.predictions(job, read)) {
      for (const row of rows) sums.add({ ...(JSON.parse(row.content) as Prediction), epoch, step });
      if (performance.now() < end) continue;
      await nextTurn();
      end = performance.now() + turn;
    }
    return { predictionCount, isNamed, text: JSON.stringify(sums.summary()) };
  }

  /** Without room on the disk they are made anew each time. */
  async #keep(job: JobRecord, summaries: readonly NewSummary[]): Promise<void> {
    if (summaries.length === 0) return;
    try {
      await this.#storage.keepSummaries(job, summaries);
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
    }
  }
}

/** Whether the job's `prompt_id`s name its samples; without any it makes no difference. */
function areNamed(found: JobCheckpoints): boolean {
  if (found.promptIds === promptIds.none) return false;
  return promptIdsNameSamples(found.checkpoints.length > 1, found.promptIds === promptIds.repeated);
}

/** The summary that was kept, while it is true. */
function keptOf({ summary, predictionCount }: StoredCheckpoint, isNamed: boolean): KeptSummary | undefined {
  if (summary === undefined || summary.predictionCount !== predictionCount) return undefined;
  return summary.isNamed === isNamed ? summary : undefined;
}

function summaryOf({ text }: KeptSummary): CheckpointScores {
  return JSON.parse(text) as CheckpointScores;
}
