import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { FollowRecord, FollowStatus } from '../../wire/followFiles.ts';
import type { LocalServer } from '../localServer.ts';
import { followLog, startFollower } from './followerProcess.ts';
import {
  type Followed,
  followKey,
  isAtWork,
  readFollowed,
  removeRecord,
  removeStatus,
  writeRecord,
} from './records.ts';

/** While something is followed it is looked whether its follower still is there, in ms. */
const looks = 5000;
/** A follower that ends unexpectedly is started again so often while a server runs. */
const mostStarts = 3;
/** A follower tells what it does within so many ms, as a rule. */
const startTime = 5000;

/** Something that is followed failed. */
export interface FollowFault {
  readonly key: string;
  readonly path: string;
  readonly problem: string;
}

/**
 * What trainers write and is sent to the local server: told in its data directory, so that all windows know it. Each is a
 * process of its own, which goes on when a window is reloaded, and is started again with the server.
 */
export class Followers implements vscode.Disposable {
  readonly #localServer: LocalServer;
  readonly #changes = new vscode.EventEmitter<void>();
  /** Fires when something is followed from now on, or no more, or its follower told what it does. */
  readonly onDidChange = this.#changes.event;
  readonly #faults = new vscode.EventEmitter<FollowFault>();
  /** Fires when a follower failed that this window saw at work, or started. */
  readonly onDidFail = this.#faults.event;
  readonly #subscriptions: vscode.Disposable;
  /** By key. */
  #followed: ReadonlyMap<string, Followed> = new Map();
  #told = '';
  /** How often a follower was started since the server runs, by key. */
  readonly #starts = new Map<string, { count: number; last: number }>();
  /** The followers, by when they began, of which a fault was told. */
  readonly #failed = new Set<string>();
  /** Whoever asked for these, by key, is told of their faults by that. */
  readonly #asked = new Set<string>();
  #server: string | undefined;
  #isDisposed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(localServer: LocalServer) {
    this.#localServer = localServer;
    const look = (): void => this.look();
    this.#subscriptions = vscode.Disposable.from(
      localServer.onDidChange(look),
      vscode.workspace.onDidGrantWorkspaceTrust(look),
    );
    // What failed before this window was there is no news.
    for (const one of readFollowed(localServer.directory).values()) if (hasFailed(one)) this.#failed.add(lifeOf(one));
  }

  /** What people want followed, and what ended of it. */
  get all(): Followed[] {
    return [...this.#followed.values()];
  }

  /** Only this is to be told as followed. */
  get wanted(): Followed[] {
    return this.all.filter(({ record }) => record !== undefined);
  }

  /** What is, or was last, followed as a job of the local server. */
  of(jobId: string): Followed | undefined {
    const known = this.all.filter(({ status }) => status?.job_id === jobId);
    return known.find(({ record }) => record !== undefined) ?? known[0];
  }

  /** What the followers said, in words. */
  get logFile(): string {
    return join(this.#localServer.directory, followLog);
  }

  /**
   * Follows from now on, until it is stopped or the run ended; the server has to run.
   *
   * @returns what the follower told first, once it recognised something or waits for it, or failed; undefined where it told
   * nothing within `patience` ms
   */
  async follow(record: FollowRecord, patience: number): Promise<FollowStatus | undefined> {
    const key = followKey(record.path);
    const { directory } = this.#localServer;
    const before = readFollowed(directory).get(key)?.status;
    if (before === undefined || !isAtWork(before)) removeStatus(directory, key);
    writeRecord(directory, key, record);
    this.#starts.delete(key);
    this.#asked.add(key);
    try {
      for (const end = Date.now() + patience; ; await sleep(100)) {
        this.look();
        const status = this.#followed.get(key)?.status;
        if ((status !== undefined && status.state !== 'waiting') || Date.now() > end) return status;
      }
    } finally {
      this.#asked.delete(key);
    }
  }

  /** Its follower ends within a second; what it sent stays. */
  stop(key: string): void {
    removeRecord(this.#localServer.directory, key);
    this.look();
  }

  /** The same of what is sent to a job. */
  stopJob(jobId: string): void {
    this.look();
    const followed = this.of(jobId);
    if (followed !== undefined) this.stop(followed.key);
  }

  /** Reads what is told in the data directory, and starts the followers that are missing. */
  look(): void {
    if (this.#isDisposed) return;
    clearTimeout(this.#timer);
    this.#followed = readFollowed(this.#localServer.directory);
    const { wanted } = this;
    if (wanted.length > 0) this.#timer = setTimeout(() => this.look(), looks);
    this.#startMissing(wanted);
    for (const one of wanted) if (hasFailed(one)) this.#tellFault(one, one.status?.problem ?? '');
    const told = JSON.stringify(this.all);
    if (told === this.#told) return;
    this.#told = told;
    this.#changes.fire();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
    this.#changes.dispose();
    this.#faults.dispose();
  }

  #startMissing(wanted: readonly Followed[]): void {
    const { running, program, directory } = this.#localServer;
    if (running?.instance !== this.#server) this.#starts.clear();
    this.#server = running?.instance;
    if (running === null || !vscode.workspace.isTrusted) return;
    for (const { key, record, status } of wanted) {
      const { count, last } = this.#starts.get(key) ?? { count: 0, last: Number.NEGATIVE_INFINITY };
      if (record === undefined || (status !== undefined && isAtWork(status))) continue;
      // What failed for a reason would fail again; and one that was just started tells nothing yet for a moment.
      const now = performance.now();
      if ((count > 0 && status?.state === 'failed') || now - last < startTime) continue;
      if (count >= mostStarts) {
        this.#tellFault({ key, record, status }, vscode.l10n.t('It ended unexpectedly.'));
        continue;
      }
      this.#starts.set(key, { count: count + 1, last: now });
      startFollower(program, directory, record);
    }
  }

  #tellFault(one: Followed, problem: string): void {
    const life = lifeOf(one);
    if (this.#failed.has(life) || one.record === undefined) return;
    this.#failed.add(life);
    if (this.#asked.has(one.key)) return;
    this.#faults.fire({ key: one.key, path: one.record.path, problem });
  }
}

function hasFailed({ status }: Followed): boolean {
  return status?.state === 'failed';
}

function lifeOf({ key, status }: Followed): string {
  return `${key} ${status?.began ?? 0}`;
}
