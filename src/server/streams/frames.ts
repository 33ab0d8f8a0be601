import { type Checkpoint, compareCheckpoints, isSameCheckpoint } from '../../model/checkpoints.ts';
import { epochSummary } from '../../model/epochStatistics.ts';
import { eventName } from '../../wire/events.ts';
import { predictionJson } from '../storage/predictionJson.ts';
import type { CheckpointCount, JobRecord, Storage, StoredEpoch, StoredPrediction } from '../storage/storage.ts';

/** An event as it goes over the wire, and the epoch that it is about. */
export interface Frame {
  readonly epoch: number;
  readonly text: string;
}

/** Events as they go over the wire. */
export interface EncodedFrames {
  readonly bytes: Buffer;
  /** How many events that is. */
  readonly events: number;
}

/** Events of one chunk of predictions, encoded once for whoever reads them. */
export class Frames {
  readonly #frames: readonly Frame[];
  readonly #encoded = new Map<number | undefined, EncodedFrames>();

  constructor(frames: readonly Frame[]) {
    this.#frames = frames;
  }

  /** All events, or those of one epoch; the same buffer for every caller. */
  of(epoch: number | undefined): EncodedFrames {
    let encoded = this.#encoded.get(epoch);
    if (encoded === undefined) {
      const frames = this.#frames.filter((frame) => epoch === undefined || frame.epoch === epoch);
      // Texts of more than 128 kB are dear to make: bytes are joined, not texts.
      encoded = { bytes: Buffer.concat(frames.map((frame) => Buffer.from(frame.text))), events: frames.length };
      this.#encoded.set(epoch, encoded);
    }
    return encoded;
  }
}

/** What is known of what ends in a chunk. */
interface Endings {
  readonly epochs: readonly StoredEpoch[];
  readonly checkpoints: readonly CheckpointCount[];
}

/**
 * Turns one job's predictions, in sequence, into events. `epoch_complete` stands before the first prediction of a
 * later epoch, `checkpoint_complete` before that of a later checkpoint, from the row on with which an epoch has a second
 * step; what a reader gets is the same whether it was there or comes back and is told again.
 */
export class FrameEncoder {
  readonly #storage: Storage;
  /** The latest epoch up to where this encoder is; null before the first prediction. */
  #latestEpoch: number | null;
  /** The latest checkpoint likewise. */
  #latest: Checkpoint | null;

  private constructor(storage: Storage, latestEpoch: number | null, latest: Checkpoint | null) {
    this.#storage = storage;
    this.#latestEpoch = latestEpoch;
    this.#latest = latest;
  }

  /** An encoder for what follows the sequence number `seq`. */
  static async after(storage: Storage, job: JobRecord, seq: number): Promise<FrameEncoder> {
    return new FrameEncoder(storage, await storage.latestEpoch(job, seq), await storage.latestCheckpoint(job, seq));
  }

  async encode(job: JobRecord, rows: readonly StoredPrediction[]): Promise<Frames> {
    const latest = this.#latestEpoch ?? rows[0]?.epoch ?? 0;
    const last = rows.reduce((largest, { epoch }) => Math.max(largest, epoch), latest);
    // A job may have thousands of epochs: only those that end here are looked at.
    const epochs = last > latest ? await this.#storage.epochs(job, [latest, last]) : [];
    const endings = { epochs, checkpoints: await this.#checkpointsEnding(job, rows) };
    const timestamp = new Date().toISOString();
    const seqBefore = job.lastSeq - job.predictionCount;
    return new Frames(rows.flatMap((row) => this.#encodeRow(job, row, endings, seqBefore, timestamp)));
  }

  /** What is told of the latest checkpoint and epoch of a job that ended. */
  async ending(job: JobRecord): Promise<Frame[]> {
    const [epoch, checkpoint] = [this.#latestEpoch, this.#latest];
    if (epoch === null || checkpoint === null) return [];
    const counts =
      job.severalStepsFrom === null ? [] : await this.#storage.checkpointCounts(job, checkpoint, checkpoint);
    return [
      ...this.#checkpointComplete(counts),
      ...this.#epochComplete(await this.#storage.epochs(job, [epoch, epoch])),
    ];
  }

  /** Those that may end with these rows: a job may have thousands. */
  async #checkpointsEnding(job: JobRecord, rows: readonly StoredPrediction[]): Promise<CheckpointCount[]> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined || last.seq < (job.severalStepsFrom ?? Number.POSITIVE_INFINITY)) {
      return [];
    }
    const from: Checkpoint = this.#latest ?? first;
    const to = rows.reduce<Checkpoint>((largest, row) => (compareCheckpoints(row, largest) > 0 ? row : largest), from);
    return to === from ? [] : this.#storage.checkpointCounts(job, from, to);
  }

  #encodeRow(
    job: JobRecord,
    row: StoredPrediction,
    { epochs, checkpoints }: Endings,
    seqBefore: number,
    timestamp: string,
  ): Frame[] {
    const isLater = this.#latest !== null && compareCheckpoints(row, this.#latest) > 0;
    const isTold = isLater && row.seq >= (job.severalStepsFrom ?? Number.POSITIVE_INFINITY);
    const ended = isTold ? this.#checkpointComplete(checkpoints) : [];
    if (isLater || this.#latest === null) this.#latest = { epoch: row.epoch, step: row.step };
    const completed = this.#latestEpoch !== null && row.epoch > this.#latestEpoch ? this.#epochComplete(epochs) : [];
    this.#latestEpoch = Math.max(this.#latestEpoch ?? row.epoch, row.epoch);
    // Numbers of a life have no holes, so a row's number tells how many predictions there were with it.
    const data = `{"prediction":${predictionJson(job, row)},"total_count":${row.seq - seqBefore},"timestamp":"${timestamp}"}`;
    return [
      ...ended,
      ...completed,
      { epoch: row.epoch, text: `id: ${row.seq}\n${eventText(eventName.prediction, data)}` },
    ];
  }

  #checkpointComplete(checkpoints: readonly CheckpointCount[]): Frame[] {
    const latest = this.#latest;
    const found = checkpoints.find((candidate) => latest !== null && isSameCheckpoint(candidate, latest));
    if (found === undefined) return [];
    const { epoch, step, predictionCount } = found;
    const data = JSON.stringify({ epoch, step, prediction_count: predictionCount });
    return [{ epoch, text: eventText(eventName.checkpointComplete, data) }];
  }

  #epochComplete(epochs: readonly StoredEpoch[]): Frame[] {
    const epoch = epochs.find((candidate) => candidate.epoch === this.#latestEpoch);
    if (epoch === undefined) return [];
    return [{ epoch: epoch.epoch, text: eventText(eventName.epochComplete, JSON.stringify(epochSummary(epoch))) }];
  }
}

/** One event; `data` is JSON on one line. */
export function eventText(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}
