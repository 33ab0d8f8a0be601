import { epochSummary } from '../../model/epochStatistics.ts';
import { eventName } from '../../wire/events.ts';
import { predictionJson } from '../storage/predictionJson.ts';
import type { JobRecord, Storage, StoredEpoch, StoredPrediction } from '../storage/storage.ts';

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

/**
 * Turns one job's predictions, in sequence, into events. `epoch_complete` stands before the first prediction of a
 * later epoch; what a reader gets is the same whether it was there or comes back and is told again.
 */
export class FrameEncoder {
  readonly #storage: Storage;
  /** The latest epoch up to where this encoder is; null before the first prediction. */
  #latestEpoch: number | null;

  private constructor(storage: Storage, latestEpoch: number | null) {
    this.#storage = storage;
    this.#latestEpoch = latestEpoch;
  }

  /** An encoder for what follows the sequence number `seq`. */
  static async after(storage: Storage, job: JobRecord, seq: number): Promise<FrameEncoder> {
    return new FrameEncoder(storage, await storage.latestEpoch(job, seq));
  }

  async encode(job: JobRecord, rows: readonly StoredPrediction[]): Promise<Frames> {
    const latest = this.#latestEpoch ?? rows[0]?.epoch ?? 0;
    const last = rows.reduce((largest, { epoch }) => Math.max(largest, epoch), latest);
    // A job may have thousands of epochs: only those that end here are looked at.
    const epochs = last > latest ? await this.#storage.epochs(job, [latest, last]) : [];
    const timestamp = new Date().toISOString();
    const seqBefore = job.lastSeq - job.predictionCount;
    return new Frames(rows.flatMap((row) => this.#encodeRow(job, row, epochs, seqBefore, timestamp)));
  }

  /** `epoch_complete` of the latest epoch, for a job that ended. */
  async ending(job: JobRecord): Promise<Frame[]> {
    const latest = this.#latestEpoch;
    return latest === null ? [] : this.#epochComplete(await this.#storage.epochs(job, [latest, latest]));
  }

  #encodeRow(
    job: JobRecord,
    row: StoredPrediction,
    epochs: readonly StoredEpoch[],
    seqBefore: number,
    timestamp: string,
  ): Frame[] {
    const completed = this.#latestEpoch !== null && row.epoch > this.#latestEpoch ? this.#epochComplete(epochs) : [];
    this.#latestEpoch = Math.max(this.#latestEpoch ?? row.epoch, row.epoch);
    // Numbers of a life have no holes, so a row's number tells how many predictions there were with it.
    const data = `{"prediction":${predictionJson(job, row)},"total_count":${row.seq - seqBefore},"timestamp":"${timestamp}"}`;
    return [...completed, { epoch: row.epoch, text: `id: ${row.seq}\n${eventText(eventName.prediction, data)}` }];
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
