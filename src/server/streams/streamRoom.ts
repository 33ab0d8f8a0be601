import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { eventName } from '../../wire/events.ts';
import { isActive } from '../../wire/job.ts';
import type { Log } from '../reporting/log.ts';
import type { Metrics } from '../reporting/metrics.ts';
import { jobRow } from '../storage/jobJson.ts';
import type { JobRecord, Storage } from '../storage/storage.ts';
import { type EncodedFrames, eventText, FrameEncoder } from './frames.ts';
import type { StreamClient } from './streamClient.ts';

/**
 * How long a room rests after it told its clients something: so many times as long as that took, within bounds in ms. For a
 * reader too each write is a cost of its own, whatever it holds.
 */
const restShare = 2;
const shortestRest = 20;
const longestRest = 50;

/**
 * The open streams of one life of a job. Whatever is new is read once and encoded once, and every live client gets
 * the same bytes. A client that joins is told from storage what lies between its cursor and `#head`, and goes live in
 * the very step in which its cursor reaches `#head`: nothing can come between, so there is no gap and no repeat.
 */
export class StreamRoom {
  readonly #storage: Storage;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #clients = new Set<StreamClient>();
  #job: JobRecord;
  #jobText: string;
  /** Sequence number up to which live clients were told everything. */
  #head: number;
  #encoder: FrameEncoder | undefined;
  #jobChanges = 0;
  #lastChange: EncodedFrames = { bytes: Buffer.alloc(0), events: 0 };
  #stale = false;
  /** Clients that wait for a look at the job. */
  #joining: StreamClient[] = [];
  #refreshing: Promise<void> | undefined;

  constructor(storage: Storage, log: Log, metrics: Metrics, job: JobRecord) {
    this.#storage = storage;
    this.#log = log;
    this.#metrics = metrics;
    this.#job = job;
    this.#jobText = JSON.stringify(jobRow(job));
    this.#head = job.lastSeq;
  }

  get jobNumber(): number {
    return this.#job.number;
  }

  get isEmpty(): boolean {
    return this.#clients.size === 0;
  }

  get clients(): ReadonlySet<StreamClient> {
    return this.#clients;
  }

  /** Tells `client` everything after its cursor, now and from now on. */
  join(client: StreamClient): void {
    client.jobChanges = this.#jobChanges;
    this.#clients.add(client);
    // The job may have changed between the client's look at it and this moment.
    this.#joining.push(client);
    void this.refresh();
  }

  leave(client: StreamClient): void {
    this.#clients.delete(client);
  }

  /** Reads what is new about the job and tells it. Resolves when that is done; never rejects. */
  refresh(): Promise<void> {
    this.#stale = true;
    this.#refreshing ??= this.#refreshUntilFresh();
    return this.#refreshing;
  }

  /** Ends all streams cleanly. */
  end(): void {
    for (const client of this.#clients) client.end();
  }

  async #refreshUntilFresh(): Promise<void> {
    // The caller keeps this promise first: `finally` below must come after that, and in the step that saw all fresh.
    await Promise.resolve();
    try {
      while (this.#stale && !this.isEmpty) {
        this.#stale = false;
        const started = performance.now();
        const joined = this.#joining.splice(0);
        const job = await this.#storage.job(this.#job.id);
        if (job?.incarnation !== this.#job.incarnation) return this.end();
        this.#encoder ??= await FrameEncoder.after(this.#storage, job, this.#head);
        await this.#tellPredictions(job, this.#encoder);
        await this.#tellJob(job, this.#encoder);
        for (const client of joined) void this.#catchUp(client);
        await this.#rest(started);
      }
    } catch (error) {
      this.#encoder = undefined;
      this.#fail(error);
    } finally {
      this.#refreshing = undefined;
    }
  }

  /**
   * What comes meanwhile goes out together, and what comes after a rest waits for nothing.
   *
   * @param started when clients began to be told, in ms of `performance.now()`
   */
  async #rest(started: number): Promise<void> {
    // What was written reaches the system only after this step.
    await nextTurn();
    const rest = restShare * (performance.now() - started);
    await sleep(Math.min(longestRest, Math.max(shortestRest, rest)));
  }

  async #tellPredictions(job: JobRecord, encoder: FrameEncoder): Promise<void> {
    const read = { order: 'asc', after: this.#head, upTo: job.lastSeq } as const;
    for await (const rows of this.#storage.predictions(job, read)) {
      const frames = await encoder.encode(job, rows);
      this.#head = rows.at(-1)?.seq ?? this.#head;
      for (const client of this.#clients) {
        if (!client.live) continue;
        const { bytes, events } = frames.of(client.epoch);
        this.#metrics.eventsSent.add(events);
        client.cursor = this.#head;
        if (client.takesAtOnce(bytes)) {
          client.write(bytes);
        } else {
          client.live = false;
          void this.#catchUp(client, bytes);
        }
      }
    }
  }

  async #tellJob(job: JobRecord, encoder: FrameEncoder): Promise<void> {
    const jobText = JSON.stringify(jobRow(job));
    if (jobText === this.#jobText) return;
    const ended = isActive(this.#job.status) && !isActive(job.status);
    const endings = ended ? await encoder.ending(job) : [];
    this.#job = job;
    this.#jobText = jobText;
    this.#jobChanges += 1;
    const texts = [...endings.map((frame) => frame.text), eventText(eventName.job, jobText)];
    this.#lastChange = { bytes: Buffer.from(texts.join('')), events: texts.length };
    for (const client of this.#clients) if (client.live) this.#tellLastChange(client);
  }

  #tellLastChange(client: StreamClient): void {
    if (client.jobChanges === this.#jobChanges) return;
    client.jobChanges = this.#jobChanges;
    client.write(this.#lastChange.bytes);
    this.#metrics.eventsSent.add(this.#lastChange.events);
  }

  /** Tells `client` first `bytes`, then all up to `#head` at the pace at which it reads. */
  async #catchUp(client: StreamClient, bytes?: Buffer): Promise<void> {
    try {
      if (bytes !== undefined) await client.writeAtItsPace(bytes);
      let encoder: FrameEncoder | undefined;
      if (client.cursor < this.#head) this.#metrics.replays.add();
      while (client.cursor < this.#head && !client.closed) {
        const job = this.#job;
        encoder ??= await FrameEncoder.after(this.#storage, job, client.cursor);
        const read = { order: 'asc', after: client.cursor, upTo: this.#head } as const;
        const start = client.cursor;
        for await (const rows of this.#storage.predictions(job, read)) {
          const { bytes, events } = (await encoder.encode(job, rows)).of(client.epoch);
          await client.writeAtItsPace(bytes);
          this.#metrics.eventsSent.add(events);
          client.cursor = rows.at(-1)?.seq ?? client.cursor;
          if (client.closed) return;
        }
        // The job is being deleted under us: the refresh that follows ends the stream.
        if (client.cursor === start) return;
      }
      client.live = true;
      this.#tellLastChange(client);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A client that comes back later finds out by itself what it missed. */
  #fail(error: unknown): void {
    this.#metrics.errors.add();
    this.#log.error({ err: error, job: this.#job.id }, 'The streams of a job ended: it could not be read');
    const timestamp = new Date().toISOString();
    const data = JSON.stringify({ error: 'The server could not read the job', status: 'CHANNEL_ERROR', timestamp });
    const bytes = Buffer.from(eventText(eventName.error, data));
    for (const client of this.#clients) client.writeAside(bytes);
    this.end();
  }
}
