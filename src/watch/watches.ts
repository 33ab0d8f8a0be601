import type { Endpoint } from '../api/request.ts';
import type { ConnectionEvent, Policy } from '../stream/connectionState.ts';
import type { Job } from '../wire/job.ts';
import { JobListing } from './jobListing.ts';
import { nameOf, titleOf } from './jobTitle.ts';
import type { JudgementStorage } from './judging.ts';
import { Listeners } from './listeners.ts';
import type { Log } from './log.ts';
import { LossReader } from './lossReader.ts';
import type { TextStorage } from './textStorage.ts';
import { WatchSession } from './watchSession.ts';

/** A job on one of the known servers. */
export interface JobReference<Server extends string = string> {
  readonly server: Server;
  readonly jobId: string;
}

export interface WatchesOptions<Server extends string> {
  servers: readonly Server[];
  /** Throws ApiError when a server has no key or does not run. */
  endpoint(server: Server): Promise<Endpoint>;
  /** Whether a server can be asked for its jobs. */
  isPresent(server: Server): boolean;
  /** Whether there is a key for a server, running or not. */
  hasKey(server: Server): boolean;
  policy(): Policy;
  log: Log;
  /** Where the reader's choice of a deciding score for a job is kept. */
  judgement?(job: JobReference<Server>): JudgementStorage;
  /** Where texts go that are too much for the memory; undefined keeps all there. */
  texts?: TextStorage;
}

/** `replaced`: another server stands there now. `presence`: the same one came or went. */
export type ServerChange = 'key' | 'replaced' | 'presence';

/** One watched job. */
export interface Watch<Server extends string = string> extends JobReference<Server> {
  readonly session: WatchSession;
  /** Read only when somebody asks. */
  readonly losses: LossReader;
}

/** All watched jobs of this window, and the listings of their servers. */
export class Watches<Server extends string = string> {
  readonly #options: WatchesOptions<Server>;
  readonly #watches = new Map<string, Watch<Server>>();
  readonly #listings: ReadonlyMap<Server, JobListing>;
  readonly #changes = new Listeners<void>();
  /** Fires when a watch began or ended, changed its state, or another one became active. */
  readonly onDidChange = this.#changes.event;
  #active: Watch<Server> | undefined;
  #treeIsVisible = false;

  constructor(options: WatchesOptions<Server>) {
    this.#options = options;
    this.#listings = new Map(options.servers.map((server) => [server, this.#createListing(server)]));
  }

  /** In the order in which they began. */
  get all(): Watch<Server>[] {
    return [...this.#watches.values()];
  }

  /** The watch of the panel that is, or was last, active. */
  get active(): Watch<Server> | undefined {
    return this.#active;
  }

  get(job: JobReference<Server>): Watch<Server> | undefined {
    return this.#watches.get(keyOf(job));
  }

  listing(server: Server): JobListing {
    const listing = this.#listings.get(server);
    if (listing === undefined) throw new RangeError(`unknown server ${server}`);
    return listing;
  }

  /** What the listing says of a job; undefined where it does not have it. */
  job({ server, jobId }: JobReference<Server>): Job | undefined {
    return this.listing(server).get(jobId);
  }

  /** What a job is called, here and everywhere. */
  title(job: JobReference<Server>): string {
    const known = this.job(job);
    const name = nameOf(job.jobId, known);
    let carriers = 0;
    for (const listing of this.#listings.values()) carriers += listing.carriers(name);
    return titleOf(job.jobId, known, carriers > 1);
  }

  /** Watches a job from now on; a job that is watched already stays as it is. */
  begin(job: JobReference<Server>): Watch<Server> {
    const known = this.get(job);
    if (known !== undefined) return known;
    const session = new WatchSession({
      jobId: job.jobId,
      endpoint: () => this.#options.endpoint(job.server),
      policy: this.#options.policy,
      log: this.#options.log,
      jobChanged: (changed) => this.listing(job.server).update(changed),
      judgement: this.#options.judgement?.(job),
      texts: this.#options.texts,
    });
    const losses = new LossReader({
      jobId: job.jobId,
      endpoint: () => this.#options.endpoint(job.server),
      life: () => session.store.life,
      log: this.#options.log,
    });
    const watch: Watch<Server> = { server: job.server, jobId: job.jobId, session, losses };
    this.#watches.set(keyOf(job), watch);
    session.onDidChange((change) => {
      if (change === 'status') this.#changes.fire();
    });
    session.start(this.#options.hasKey(job.server));
    const listed = this.job(job);
    if (listed !== undefined) session.setJob(listed);
    this.activate(job);
    this.listing(job.server).keepFresh();
    return watch;
  }

  /** Ends a watch; nothing of it remains. */
  end(job: JobReference<Server>): void {
    const watch = this.get(job);
    if (watch === undefined) return;
    this.#watches.delete(keyOf(job));
    watch.session.dispose();
    watch.losses.dispose();
    this.listing(job.server).settle();
    if (this.#active === watch) this.#active = this.all.at(-1);
    this.#changes.fire();
  }

  /** Makes a watched job the one that the badge speaks for. */
  activate(job: JobReference<Server>): void {
    const watch = this.get(job);
    if (watch === undefined) return;
    this.#active = watch;
    this.#changes.fire();
  }

  /** Tells all watches of an event that concerns each. */
  dispatch(event: ConnectionEvent): void {
    for (const { session } of this.all) session.dispatch(event);
    for (const listing of this.#listings.values()) {
      if (event.type === 'policyChanged') listing.settle();
      if (event.type === 'focus') listing.hurry();
    }
  }

  /** Fewer predictions may be in memory than before. */
  spillSome(): void {
    for (const { session } of this.all) session.store.spillSome();
  }

  setTreeVisible(visible: boolean): void {
    this.#treeIsVisible = visible;
    for (const [server, listing] of this.#listings) {
      if (visible && this.#options.isPresent(server)) listing.keepFresh();
      else listing.settle();
    }
  }

  /**
   * A server's address or key changed, or it came or went. Watches of a server that went find out by themselves: only
   * the connection knows when the last byte came.
   */
  serverChanged(server: Server, change: ServerChange): void {
    const present = this.#options.isPresent(server);
    const listing = this.listing(server);
    if (change !== 'presence') listing.clear();
    else listing.returned();
    if (present && this.#isWanted(server)) void listing.refresh();
    for (const { session } of this.#of(server)) {
      if (change === 'replaced') session.forget();
      if (change === 'replaced') session.start(this.#options.hasKey(server));
      else if (change === 'key') session.dispatch({ type: 'keyChanged', hasKey: this.#options.hasKey(server) });
      else if (present) session.dispatch({ type: 'focus' });
    }
  }

  dispose(): void {
    for (const { session, losses } of this.all) {
      session.dispose();
      losses.dispose();
    }
    this.#watches.clear();
    for (const listing of this.#listings.values()) listing.dispose();
    this.#changes.clear();
  }

  #createListing(server: Server): JobListing {
    const listing = new JobListing({
      endpoint: () => this.#options.endpoint(server),
      isWanted: () => this.#options.isPresent(server) && this.#isWanted(server),
      interval: () => this.#options.policy().pollInterval,
      policy: () => this.#options.policy(),
    });
    listing.onDidChange(() => {
      for (const { session, jobId } of this.#of(server)) {
        const job = listing.get(jobId);
        if (job !== undefined) session.setJob(job);
      }
    });
    return listing;
  }

  #isWanted(server: Server): boolean {
    return this.#treeIsVisible || this.#of(server).length > 0;
  }

  #of(server: Server): Watch<Server>[] {
    return this.all.filter((watch) => watch.server === server);
  }
}

/** Names a watched job in one text. */
export function keyOf({ server, jobId }: JobReference): string {
  return `${server} ${jobId}`;
}
