import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isObject } from '../tables/rows.ts';
import { Changes } from './changes.ts';
import { exitCodes } from './exit.ts';
import { FileFollower, type FollowedRun } from './fileFollower.ts';
import type { ScoreConfig } from './formats/format.ts';
import { locate } from './formats/located.ts';
import { MetricsFollower } from './metrics/metricsFollower.ts';
import type { FilePosition, Positions } from './positions.ts';
import { type Report, SaidOnce } from './report.ts';
import { type FoundFile, filesOf, nameOf, type Run } from './runs.ts';
import { Sender } from './sender.ts';
import type { ServerJob } from './serverJob.ts';

/** Between two looks at a run of which the system tells nothing, in ms; and at a file that waits. */
const looks = { usual: 1000, soon: 300 };
/** Looking takes at most this share of the time; waiting for the server is no part of it. */
const share = 0.1;
/** Folders below a run's that are watched. */
const watchedDepth = 3;

export interface Following {
  readonly run: Run;
  readonly job: ServerJob;
  readonly positions: Positions;
  readonly edition: number;
  readonly once: boolean;
  /** Whether the job is this follower's own: what a script said of its scores is not told by all servers. */
  readonly mayConfigure: boolean;
  readonly report: Report;
  /** Aborted to stop in the middle: what was not sent is sent the next time. */
  readonly signal: AbortSignal;
}

/** Follows one run to its end, or for as long as it is let. @returns the exit code @throws FollowEndedError */
export async function follow(following: Following): Promise<number> {
  return new Follower(following).run();
}

class Follower {
  readonly #following: Following;
  readonly #sender: Sender;
  readonly #metrics: MetricsFollower | undefined;
  readonly #files = new Map<string, FileFollower>();
  readonly #said: SaidOnce;
  #judged = '';
  #gone: ReadonlyMap<string, FilePosition> = new Map();

  constructor(following: Following) {
    const { run, job, positions, edition, report } = following;
    this.#following = following;
    this.#sender = new Sender(job, edition, report);
    this.#said = new SaidOnce(report);
    const isWhole = !nameOf(run.scope, run.base).startsWith('..') && run.path === run.base;
    if (isWhole) this.#metrics = new MetricsFollower(run.base, run.format, job, positions, this.#sender);
  }

  async run(): Promise<number> {
    const { run, job, report, once, signal } = this.#following;
    if (this.#following.edition < 2) {
      report.say('This server knows no scores of a trainer’s own and no completions: texts and steps alone are sent.');
    }
    report.event({ event: 'following', job_id: job.jobId, format: run.format.name, path: run.path });
    const changes = once ? undefined : new Changes(run.scope, watchedDepth, (error) => this.#cannotWatch(error));
    try {
      for (;;) {
        const [began, waited] = [performance.now(), job.waited];
        const { waits, newestRows } = await this.#look();
        if (once || signal.aborted || (this.#metrics?.hasEnded(newestRows) && !waits)) break;
        // A server that is away for a minute is no reason to look the less often.
        const least = (performance.now() - began - (job.waited - waited)) / share;
        await this.#lookAtChanges(changes, Math.max(waits ? looks.soon : looks.usual, least));
        if (signal.aborted) break;
      }
    } finally {
      await changes?.close();
    }
    if (signal.aborted) return exitCodes.done;
    await job.save({ status: 'completed' });
    const { rows, known, refused } = this.#sender.totals;
    report.event({ event: 'done', rows, known, refused });
    return refused === 0 ? exitCodes.done : exitCodes.refused;
  }

  /** Looks at all files once. */
  async #look(): Promise<{ waits: boolean; newestRows: number }> {
    const { run, positions, signal } = this.#following;
    const found = await filesOf(run, (link) => this.#passed(link));
    const names = new Set(found.map(({ name }) => name));
    this.#gone = new Map([...positions.files()].filter(([name]) => !names.has(name)));
    let waits = false;
    let newestRows = 0;
    for (const one of found) {
      if (signal.aborted) break;
      const stats = await lstat(one.path).catch(() => undefined);
      newestRows = Math.max(newestRows, stats?.mtimeMs ?? 0);
      const follower = this.#followerOf(one);
      if (stats !== undefined && follower.isDone(stats.size, stats.mtimeMs)) continue;
      const visit = await this.#visit(one.name, follower);
      waits ||= visit.waits;
    }
    if (!signal.aborted) await this.#metrics?.visit();
    return { waits, newestRows };
  }

  /** Looks at files that change, as long as these are known ones, for so many ms. */
  async #lookAtChanges(changes: Changes | undefined, longest: number): Promise<void> {
    const { run, signal } = this.#following;
    const end = performance.now() + longest;
    for (let left = longest; left > 0 && !signal.aborted; left = end - performance.now()) {
      const changed = await changes?.next(left, signal);
      for (const path of changed ?? []) {
        const name = nameOf(run.base, path);
        const follower = this.#files.get(name);
        if (follower === undefined) return;
        if (signal.aborted) return;
        await this.#visit(name, follower);
      }
    }
  }

  #followerOf({ path, name, file }: FoundFile): FileFollower {
    const known = this.#files.get(name);
    // One that was packed since is read from there.
    const follower = known?.path === path ? known : new FileFollower(this.#followedRun, path, name, file);
    this.#files.set(name, follower);
    return follower;
  }

  async #visit(name: string, follower: FileFollower): Promise<{ waits: boolean }> {
    try {
      return await follower.visit();
    } catch (error) {
      // A drive that is away for a while is no reason to stop; what was read of the file is begun anew.
      if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error;
      this.#said.say(`${name} cannot be read (${error.message}).`);
      this.#files.delete(name);
      return { waits: true };
    }
  }

  get #followedRun(): FollowedRun {
    const { run, job, positions, once, signal } = this.#following;
    const follower = this;
    return {
      jobId: job.jobId,
      format: run.format,
      positions,
      sender: this.#sender,
      once,
      signal,
      get gone() {
        return follower.#gone;
      },
      judge: (config) => this.#judge(config),
    };
  }

  /** Says by which scores the job is judged, where nobody has said so yet. */
  async #judge(config: ScoreConfig): Promise<void> {
    const { job, positions, mayConfigure } = this.#following;
    const text = JSON.stringify(config);
    if (!mayConfigure || text === this.#judged) return;
    this.#judged = text;
    if (text === positions.judged) return;
    const held = (await job.known())?.config;
    const known = isObject(held) ? held : {};
    const scores = { ...config.scores, ...(isObject(known['scores']) ? known['scores'] : {}) };
    await job.save({ config: { ...config, ...known, ...(Object.keys(scores).length === 0 ? {} : { scores }) } });
    positions.setJudged(text);
  }

  #passed(link: string): void {
    const { run } = this.#following;
    if (locate(run.format, link) !== undefined || basename(link) === 'completions') {
      this.#said.say(`${link} is a link, and not followed.`);
    }
  }

  #cannotWatch(error: Error): void {
    this.#said.say(`The system does not tell of changes (${error.message}): files are looked at every second.`);
  }
}
