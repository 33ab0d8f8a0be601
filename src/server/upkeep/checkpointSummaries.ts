import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Checkpoint, checkpointKey } from '../../model/checkpoints.ts';
import type { EpochStatistics } from '../../model/epochStatistics.ts';
import { Starts } from '../../model/restarts.ts';
import { promptIdsNameSamples } from '../../model/samples.ts';
import { HttpError } from '../reporting/errors.ts';
import type { Log } from '../reporting/log.ts';
import { mapInTurns } from '../scoring/turns.ts';
import { promptIds } from '../storage/jobMarks.ts';
import {
  type JobCheckpoints,
  type JobRecord,
  type KeptSummary,
  type Storage,
  StorageFullError,
  type StoredCheckpoint,
  type SummaryOf,
} from '../storage/storage.ts';
import { type AddedUp, addUp, turn } from './addUp.ts';

/** Summaries that are kept in one transaction. */
const keptAtOnce = 50;
/** Time without a change after which what changed of a job is added up before anybody asks, in ms. */
const quiet = 2000;

/** A job that nobody asks about is left alone for so many times as long as adding it up took. */
const restShare = 20;

/** Scores of checkpoints that stay in memory: of several jobs, each with thousands of checkpoints; 30 MB. */
const rememberedScores = 200_000;

/** A checkpoint with what is told of it. */
export interface SummarizedCheckpoint extends Checkpoint, SummaryOf {
  readonly samples: number;
  /** Rows that are not superseded, of which the samples and their scores are. */
  readonly liveCount: number;
  /** What those rows add to their epoch; undefined where no row of the job can be superseded. */
  readonly liveRows: EpochStatistics | undefined;
  /** By name, in their order; JSON. */
  readonly scores: readonly (readonly [name: string, summary: string])[];
}

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
  /** By the number of their job, the one that was asked about last at the end; by checkpoint. */
  readonly #remembered = new Map<number, ReadonlyMap<string, SummarizedCheckpoint>>();
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
          this.#remembered.delete(number);
          continue;
        }
        await this.#settle(job);
        const now = performance.now();
        this.#restsUntil.set(number, now + restShare * (now - start));
      } catch (error) {
        this.#log.warn({ err: error }, 'The checkpoints of a job could not be added up');
      }
    }
  }

  /** Keeps what changed of a job that nobody asked about: nothing of it stays in memory, and what is kept is not read. */
  async #settle(job: JobRecord): Promise<void> {
    // Whoever asks does the same.
    if (this.#running.has(job.number)) return;
    const found = await this.#storage.checkpoints(job);
    if (found === undefined) return;
    const countOf = counting(found);
    const changed = found.checkpoints.filter((checkpoint) => {
      const { summaryOf } = checkpoint;
      return summaryOf === undefined || !isTrue(summaryOf, countOf(checkpoint));
    });
    await this.#addUpAll(job, found, changed, countOf);
  }

  async #summarize(job: JobRecord): Promise<SummarizedCheckpoint[]> {
    const found = await this.#storage.checkpoints(job);
    if (found === undefined) return [];
    const countOf = counting(found);
    const remembered = await this.#recall(job, found.checkpoints, countOf);
    const known = found.checkpoints.map((checkpoint) => {
      const summary = remembered.get(checkpointKey(checkpoint));
      return summary !== undefined && isTrue(summary, countOf(checkpoint)) ? summary : undefined;
    });
    const others = found.checkpoints.filter((_, place) => known[place] === undefined);
    const made = await this.#addUpAll(job, found, others, countOf);
    const rest = made.values();
    const summarized = known.map((summary) => summary ?? (rest.next().value as SummarizedCheckpoint));
    this.#remember(job, summarized);
    return summarized;
  }

  /** Adds checkpoints up from their rows, and keeps what comes of it. */
  async #addUpAll(
    job: JobRecord,
    found: JobCheckpoints,
    checkpoints: readonly StoredCheckpoint[],
    countOf: (checkpoint: StoredCheckpoint) => SummaryOf,
  ): Promise<SummarizedCheckpoint[]> {
    const made: SummarizedCheckpoint[] = [];
    const unkept: KeptSummary[] = [];
    let end = performance.now() + turn;
    for (const checkpoint of checkpoints) {
      if (this.#closed) throw new HttpError(503, 'The server is shutting down', { retryAfter: 1 });
      const { epoch, step } = checkpoint;
      const counted = countOf(checkpoint);
      const added = await addUp(this.#storage, job, checkpoint, found.lastSeq, counted);
      const summary = { epoch, step, ...counted, text: JSON.stringify(added) };
      made.push(summarizedOf(summary));
      unkept.push(summary);
      if (unkept.length === keptAtOnce) await this.#keep(job, unkept.splice(0));
      if (performance.now() < end) continue;
      await nextTurn();
      end = performance.now() + turn;
    }
    await this.#keep(job, unkept);
    return made;
  }

  /** What is known of checkpoints already, be it true or not: what was kept is read where memory does not do. */
  async #recall(
    job: JobRecord,
    checkpoints: readonly StoredCheckpoint[],
    countOf: (checkpoint: StoredCheckpoint) => SummaryOf,
  ): Promise<ReadonlyMap<string, SummarizedCheckpoint>> {
    const remembered = this.#remembered.get(job.number);
    const isMissing = (checkpoint: StoredCheckpoint): boolean => {
      const { summaryOf } = checkpoint;
      const counted = countOf(checkpoint);
      if (summaryOf === undefined || !isTrue(summaryOf, counted)) return false;
      const known = remembered?.get(checkpointKey(checkpoint));
      return known === undefined || !isTrue(known, counted);
    };
    if (remembered !== undefined && !checkpoints.some(isMissing)) return remembered;
    const kept = await mapInTurns(await this.#storage.summaries(job), summarizedOf);
    return new Map(kept.map((summary) => [checkpointKey(summary), summary]));
  }

  /** The jobs that were asked about last. */
  #remember(job: JobRecord, summarized: readonly SummarizedCheckpoint[]): void {
    this.#remembered.delete(job.number);
    this.#remembered.set(job.number, new Map(summarized.map((summary) => [checkpointKey(summary), summary])));
    let scores = [...this.#remembered.values()].reduce((sum, checkpoints) => sum + scoresOf(checkpoints), 0);
    for (const [number, checkpoints] of this.#remembered) {
      if (scores <= rememberedScores) return;
      scores -= scoresOf(checkpoints);
      this.#remembered.delete(number);
    }
  }

  /** Without room on the disk they are made anew each time. */
  async #keep(job: JobRecord, summaries: readonly KeptSummary[]): Promise<void> {
    if (summaries.length === 0) return;
    try {
      await this.#storage.keepSummaries(job, summaries);
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
    }
  }
}

/** What a summary has to be of to tell of a checkpoint as it is now. */
function counting(found: JobCheckpoints): (checkpoint: StoredCheckpoint) => SummaryOf {
  const isNamed = areNamed(found);
  const starts = new Starts();
  for (const { restart, from, first } of found.starts) starts.add(restart, from, first);
  return (checkpoint) => ({
    predictionCount: checkpoint.predictionCount,
    isNamed,
    liveFrom: found.maySupersede ? starts.liveFrom(checkpoint) : null,
  });
}

/** Whether the job's `prompt_id`s name its samples; without any it makes no difference. */
function areNamed(found: JobCheckpoints): boolean {
  if (found.promptIds === promptIds.none) return false;
  return promptIdsNameSamples(found.checkpoints.length > 1, found.promptIds === promptIds.repeated);
}

function isTrue(summary: SummaryOf, { predictionCount, isNamed, liveFrom }: SummaryOf): boolean {
  return summary.predictionCount === predictionCount && summary.isNamed === isNamed && summary.liveFrom === liveFrom;
}

function summarizedOf({ text, ...of }: KeptSummary): SummarizedCheckpoint {
  const { samples, predictions, scores, rows } = JSON.parse(text) as AddedUp;
  const texts = scores.map(([name, summary]) => [name, JSON.stringify(summary)] as const);
  return { ...of, samples, liveCount: predictions, liveRows: rows, scores: texts };
}

function scoresOf(checkpoints: ReadonlyMap<string, SummarizedCheckpoint>): number {
  let count = 0;
  // A checkpoint takes some memory by itself.
  for (const { scores } of checkpoints.values()) count += scores.length + 2;
  return count;
}
