import { setTimeout as sleep } from 'node:timers/promises';
import { eventName } from '../../wire/events.ts';
import type { Log } from '../reporting/log.ts';
import type { Metrics } from '../reporting/metrics.ts';
import { jobRow } from '../storage/jobJson.ts';
import { isStale } from '../storage/jobProgress.ts';
import type { JobRecord, Storage } from '../storage/storage.ts';
import { eventText } from './frames.ts';
import type { StreamClient } from './streamClient.ts';

/** Of so many jobs, the newest, it is remembered what was told: nobody lists more. */
const mostJobs = 1000;
const pageSize = 100;
/** After each telling a room rests so many times as long as it took, and at least so long, in ms. */
const restShare = 4;
const shortestRest = 200;

/** What was told of a job last. */
interface Told {
  readonly job: JobRecord;
  readonly text: string;
}

/**
 * The readers of one user's list of jobs. What changed is read once and encoded once, and a job of which nothing is new
 * to a list costs its readers nothing. Whoever reads the list after `connected`, and then takes what follows, misses
 * nothing: what was told is remembered before `connected` is written.
 */
export class JobListRoom {
  readonly #storage: Storage;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #userId: string;
  readonly #clients = new Set<StreamClient>();
  /** By the job's number, the oldest first. */
  #told = new Map<number, Told>();
  readonly #changed = new Set<number>();
  #mayAllHaveChanged = false;
  #telling: Promise<void> | undefined;
  readonly #remembered: Promise<boolean>;

  constructor(storage: Storage, log: Log, metrics: Metrics, userId: string) {
    this.#storage = storage;
    this.#log = log;
    this.#metrics = metrics;
    this.#userId = userId;
    this.#remembered = this.#remember();
  }

  get isEmpty(): boolean {
    return this.#clients.size === 0;
  }

  get clients(): ReadonlySet<StreamClient> {
    return this.#clients;
  }

  /** Writes `connected`, then what changes from now on. */
  async join(client: StreamClient, connected: string): Promise<void> {
    this.#clients.add(client);
    if (!(await this.#remembered)) return client.end();
    client.write(connected);
    client.live = true;
  }

  leave(client: StreamClient): void {
    this.#clients.delete(client);
  }

  /** @param job its number; undefined when any job may have changed */
  changed(job: number | undefined): void {
    if (job === undefined) this.#mayAllHaveChanged = true;
    else this.#changed.add(job);
    this.#telling ??= this.#tellAll();
  }

  /** Scripts that fall silent change nothing: time alone makes their jobs stale. */
  tellStale(now: number): void {
    for (const [number, { job, text }] of this.#told) if (text !== textOf(job, now)) this.changed(number);
  }

  /** Ends all streams cleanly. */
  end(): void {
    for (const client of this.#clients) client.end();
  }

  async #remember(): Promise<boolean> {
    try {
      const now = Date.now();
      for (const job of await this.#jobs()) this.#told.set(job.number, { job, text: textOf(job, now) });
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  async #tellAll(): Promise<void> {
    await this.#remembered;
    try {
      while ((this.#changed.size > 0 || this.#mayAllHaveChanged) && !this.isEmpty) {
        const started = performance.now();
        if (this.#mayAllHaveChanged) await this.#lookAtAll();
        const numbers = [...this.#changed];
        this.#changed.clear();
        const events: string[] = [];
        for (const number of numbers) events.push(...(await this.#newsOf(number)));
        this.#tell(events);
        await sleep(Math.max(shortestRest, restShare * (performance.now() - started)));
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#telling = undefined;
    }
  }

  /** Other processes were not heard for a while. */
  async #lookAtAll(): Promise<void> {
    this.#mayAllHaveChanged = false;
    for (const job of await this.#jobs()) this.#changed.add(job.number);
    for (const number of this.#told.keys()) this.#changed.add(number);
  }

  async #newsOf(number: number): Promise<string[]> {
    const told = this.#told.get(number);
    const id = told?.job.id ?? (await this.#storage.jobToExtend(number))?.id;
    const job = id === undefined ? undefined : await this.#storage.job(id);
    // The id may have come back as another job's, of which a change of its own tells.
    if (job === undefined || job.number !== number) {
      this.#told.delete(number);
      return told === undefined ? [] : [eventText(eventName.jobDeleted, JSON.stringify({ id: told.job.id }))];
    }
    if (job.userId !== this.#userId) return [];
    const text = textOf(job, Date.now());
    this.#told.set(number, { job, text });
    if (this.#told.size > mostJobs) this.#told.delete(Math.min(...this.#told.keys()));
    return text === told?.text ? [] : [eventText(eventName.job, text)];
  }

  #tell(events: readonly string[]): void {
    if (events.length === 0) return;
    const bytes = Buffer.from(events.join(''));
    for (const client of this.#clients) {
      if (!client.live) continue;
      if (client.takesAtOnce(bytes)) client.write(bytes);
      // It comes back, and reads the list again.
      else client.cut();
      this.#metrics.eventsSent.add(events.length);
    }
  }

  /** The newest, the oldest of them first. */
  async #jobs(): Promise<JobRecord[]> {
    const found = new Map<number, JobRecord>();
    for (let offset = 0; offset < mostJobs; offset += pageSize) {
      const { jobs, total } = await this.#storage.jobs(this.#userId, { limit: pageSize, offset });
      for (const job of jobs) found.set(job.number, job);
      if (jobs.length === pageSize) continue;
      if (found.size >= Math.min(total, mostJobs)) break;
      // A job that was deleted meanwhile has moved another one out of sight.
      offset = -pageSize;
    }
    return [...found.values()].reverse();
  }

  #fail(error: unknown): void {
    this.#metrics.errors.add();
    this.#log.error({ err: error }, 'The streams of the list of jobs ended: it could not be read');
    this.end();
  }
}

/** The job as a list shows it; `_stale` is told both ways, since a reader adds what it is told to what it knows. */
function textOf(job: JobRecord, now: number): string {
  const _stale = isStale(job, now);
  return JSON.stringify({ ...jobRow(job), _stale, ...(_stale && { _originalStatus: job.status }) });
}
