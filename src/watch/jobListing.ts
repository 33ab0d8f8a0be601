import { isDeepStrictEqual } from 'node:util';
import { ApiClient } from '../api/client.ts';
import { UnauthorizedError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import { isActive, type Job } from '../wire/job.ts';
import { nameOf } from './jobTitle.ts';
import { Listeners } from './listeners.ts';

export interface JobListingOptions {
  /** The server's address and key as they are now; throws ApiError when there is none. */
  endpoint(): Promise<Endpoint>;
  /** Whether anybody wants the listing kept fresh. */
  isWanted(): boolean;
  /** Between two readings, in ms. */
  interval(): number;
}

/** Ids of the jobs that changed where they stand, or `all`: jobs came, went or moved, or the reading's end is another. */
export type ListingChange = 'all' | readonly string[];

/** The jobs of one server: one reading for all who show or watch them. */
export class JobListing {
  readonly #options: JobListingOptions;
  readonly #changes = new Listeners<ListingChange>();
  /** Fires after each reading too, whatever it brought. */
  readonly onDidChange = this.#changes.event;
  #jobs = new Map<string, Job>();
  /** How many jobs carry a name; counted when somebody asks. */
  #names: Map<string, number> | undefined;
  #problem: Error | null = null;
  #read = false;
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Grows when what is being read has become worthless. */
  #life = 0;

  constructor(options: JobListingOptions) {
    this.#options = options;
  }

  /** Newest first. */
  get jobs(): Job[] {
    return [...this.#jobs.values()];
  }

  /** Why the last reading failed; null when it did not. */
  get problem(): Error | null {
    return this.#problem;
  }

  /** False until the first reading came to an end. */
  get isRead(): boolean {
    return this.#read;
  }

  get(jobId: string): Job | undefined {
    return this.#jobs.get(jobId);
  }

  /** How many of the jobs carry this name. */
  carriers(name: string): number {
    this.#names ??= countNames(this.#jobs.values());
    return this.#names.get(name) ?? 0;
  }

  /** Reads the jobs again; whoever calls meanwhile shares the reading. It does not throw: `problem` tells. */
  refresh(): Promise<void> {
    this.#reading ??= this.#readJobs(this.#life);
    return this.#reading;
  }

  /** Keeps the listing fresh from now on, for as long as it is wanted. */
  keepFresh(): void {
    if (this.#timer === undefined && this.#reading === undefined) void this.refresh();
  }

  /** What an event of a stream says of a job, before the next reading does. */
  update(job: Job): void {
    const known = this.#jobs.get(job.id);
    if (known === undefined) return;
    const updated = { ...known, ...job };
    this.#jobs.set(job.id, updated);
    if (nameOf(job.id, known) !== nameOf(job.id, updated)) this.#names = undefined;
    this.#changes.fire(standsWhere(known, updated) ? [job.id] : 'all');
  }

  /** Forgets the jobs: the server is another one now, or gone. */
  clear(): void {
    this.#life += 1;
    this.#reading = undefined;
    this.#jobs = new Map();
    this.#names = undefined;
    this.#problem = null;
    this.#read = false;
    this.#changes.fire('all');
  }

  dispose(): void {
    this.#life += 1;
    clearTimeout(this.#timer);
    this.#changes.clear();
  }

  async #readJobs(life: number): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let jobs: Job[] | undefined;
    let problem: Error | null = null;
    try {
      jobs = await new ApiClient(await this.#options.endpoint()).jobs();
    } catch (error) {
      problem = error instanceof Error ? error : new Error(String(error));
    }
    if (life !== this.#life) return;
    const isAnew = !this.#read || this.#problem !== null || problem !== null;
    const change = isAnew ? 'all' : changeBetween(this.jobs, jobs ?? []);
    // The jobs that were read before stay: a failed reading does not unmake them.
    if (jobs !== undefined) {
      this.#jobs = new Map(jobs.map((job) => [job.id, job]));
      this.#names = undefined;
    }
    this.#problem = problem;
    this.#read = true;
    this.#reading = undefined;
    this.#schedule();
    this.#changes.fire(change);
  }

  /** A refused key is not tried again by itself: only another one can change the answer. */
  #schedule(): void {
    if (!this.#options.isWanted() || this.#problem instanceof UnauthorizedError) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#options.isWanted()) void this.refresh();
    }, this.#options.interval());
  }
}

function countNames(jobs: Iterable<Job>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const job of jobs) {
    const name = nameOf(job.id, job);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function changeBetween(before: readonly Job[], after: readonly Job[]): ListingChange {
  const stand = before.length === after.length && before.every((job, at) => standsWhere(job, after[at]));
  return stand ? after.filter((job, at) => !isDeepStrictEqual(job, before[at])).map(({ id }) => id) : 'all';
}

/** A list shows active jobs first. */
function standsWhere(before: Job, after: Job | undefined): boolean {
  return before.id === after?.id && isActive(before.status) === isActive(after.status);
}
