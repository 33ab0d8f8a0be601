import { isDeepStrictEqual } from 'node:util';
import { ApiClient, mostJobs } from '../api/client.ts';
import { UnauthorizedError } from '../api/errors.ts';
import type { Endpoint } from '../api/request.ts';
import type { Policy } from '../stream/connectionState.ts';
import { isActive, type Job } from '../wire/job.ts';
import { nameOf } from './jobTitle.ts';
import { Listeners } from './listeners.ts';
import { JobListStream } from './listing/jobListStream.ts';

export interface JobListingOptions {
  /** The server's address and key as they are now; throws ApiError when there is none. */
  endpoint(): Promise<Endpoint>;
  /** Whether anybody wants the listing kept fresh. */
  isWanted(): boolean;
  /** Between two readings, in ms, where the server does not tell of changes itself. */
  interval(): number;
  /** How the stream of a server that tells of them is opened; absent where none is to be. */
  policy?: () => Policy;
}

/** Ids of the jobs that changed where they stand, or `all`: jobs came, went or moved, or the reading's end is another. */
export type ListingChange = 'all' | readonly string[];

/**
 * The jobs of one server: one reading for all who show or watch them. A server that tells of changes is read once, when
 * it begins to; any other again and again.
 */
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
  readonly #stream: JobListStream | undefined;
  /** What was told while the jobs were read: it is newer than what was read. */
  #toldMeanwhile: (() => void)[] = [];
  /** Grows when what is being read has become worthless. */
  #life = 0;

  constructor(options: JobListingOptions) {
    this.#options = options;
    const { policy } = options;
    if (policy === undefined) return;
    this.#stream = new JobListStream({
      endpoint: () => options.endpoint(),
      policy,
      told: (job) => this.#take(() => this.#put(job)),
      deleted: (jobId) => this.#take(() => this.#remove(jobId)),
      opened: () => this.#readAfresh(),
      changed: () => this.#schedule(),
    });
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
    this.#openOrClose();
    if (this.#stream?.isLive === true && this.#read) return;
    if (this.#timer === undefined && this.#reading === undefined) void this.refresh();
  }

  /** The user is back, or the machine awake: what waits for its next attempt waits no longer. */
  hurry(): void {
    this.#stream?.hurry();
  }

  /** It may be wanted no more, or again. */
  settle(): void {
    this.#openOrClose();
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

  /** The server that went is there again, perhaps as another version. */
  returned(): void {
    this.#stream?.stop();
    this.#openOrClose();
  }

  /** Forgets the jobs: the server is another one now, or gone. */
  clear(): void {
    this.#life += 1;
    this.#stream?.stop();
    this.#toldMeanwhile = [];
    this.#reading = undefined;
    this.#jobs = new Map();
    this.#names = undefined;
    this.#problem = null;
    this.#read = false;
    this.#changes.fire('all');
  }

  dispose(): void {
    this.#life += 1;
    this.#stream?.stop();
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
    this.#openOrClose();
    this.#schedule();
    this.#changes.fire(change);
    for (const take of this.#toldMeanwhile.splice(0)) take();
  }

  #openOrClose(): void {
    const { isWanted, policy } = this.#options;
    if (!isWanted() || this.#problem instanceof UnauthorizedError || policy?.().liveUpdates !== true) {
      this.#stream?.stop();
    } else {
      this.#stream?.start();
    }
  }

  /** A reading that is under way may have begun too early. */
  #readAfresh(): void {
    void (this.#reading ?? Promise.resolve()).then(() => this.refresh());
  }

  #take(take: () => void): void {
    if (this.#reading === undefined) take();
    else this.#toldMeanwhile.push(take);
  }

  /** What the stream tells of a job; one that is not known is the newest. */
  #put(job: Job): void {
    if (this.#jobs.has(job.id)) {
      this.update(job);
      return;
    }
    if ((job.created_at ?? '') < (this.jobs[0]?.created_at ?? '')) {
      // Where it stands, the server knows; beyond the listing's end it stands nowhere.
      if (this.#jobs.size < mostJobs) void this.refresh();
      return;
    }
    const others = [...this.#jobs].slice(0, mostJobs - 1);
    this.#jobs = new Map([[job.id, job], ...others]);
    this.#names = undefined;
    this.#changes.fire('all');
  }

  #remove(jobId: string): void {
    if (!this.#jobs.delete(jobId)) return;
    this.#names = undefined;
    this.#changes.fire('all');
  }

  /** A refused key is not tried again by itself: only another one can change the answer. */
  #schedule(): void {
    if (!this.#options.isWanted() || this.#problem instanceof UnauthorizedError) return;
    // Failures are tried again all the same.
    if (this.#stream?.isLive === true && this.#problem === null) return;
    if (this.#timer !== undefined || this.#reading !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const isTold = this.#stream?.isLive === true && this.#problem === null;
      if (this.#options.isWanted() && !isTold) void this.refresh();
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

/** A list shows active jobs first, and those that failed apart. */
function standsWhere(before: Job, after: Job | undefined): boolean {
  return before.id === after?.id && standing(before) === standing(after);
}

function standing({ status }: Job): string {
  return isActive(status) ? 'active' : status;
}
