import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isServerProcess } from '../localServer/discovery.ts';
import {
  followKey,
  readRecord,
  removeRecord,
  removeStatusesBefore,
  writeStatus,
} from '../localServer/followed/records.ts';
import { makeOwnDirectory } from '../ownFiles.ts';
import { plainLine } from '../plainText.ts';
import type { FollowStatus } from '../wire/followFiles.ts';
import { openAlone } from './openAlone.ts';
import { type FollowEvent, type Report, SaidOnce } from './report.ts';

/** Between two looks at whether it is still wanted, and two tellings of what it does, in ms. */
const interval = 1000;
/** Looks in a row at which no server was there: one that is started again is away for a moment. */
const missed = 3;
/** So long it is told of what is followed no more, in ms. */
const keptTime = 7 * 24 * 3_600_000;
/** Refused rows that are told. */
const mostRefusals = 5;

/**
 * A follower's life beside the local server: it tells in the data directory what it does, and ends when nobody wants its
 * path followed any more, or the server is gone.
 */
export class BesideServer implements Report {
  readonly #directory: string;
  readonly #key: string;
  readonly #report: Report;
  readonly #said: SaidOnce;
  readonly #stop = new AbortController();
  readonly #lock: DatabaseSync;
  readonly #timer: NodeJS.Timeout;
  #status: FollowStatus;
  #told = '';
  #missed = 0;

  /** @throws FollowedAlreadyError, ForeignDirectoryError */
  constructor(path: string, directory: string, report: Report) {
    this.#directory = directory;
    this.#key = followKey(path);
    this.#report = report;
    this.#said = new SaidOnce(report);
    makeOwnDirectory(directory);
    const folder = join(directory, 'follow');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Whoever has it is the one that tells.
    this.#lock = openAlone(join(folder, `beside-${this.#key}.db`), 'CREATE TABLE IF NOT EXISTS held (at TEXT);');
    removeStatusesBefore(directory, Date.now() - keptTime);
    const none = { rows: 0, refused: 0, refusals: [] };
    this.#status = { pid: process.pid, began: Date.now(), state: 'waiting', path, ...none };
    this.#tell();
    this.#timer = setInterval(() => this.#look(), interval);
  }

  /** Aborted when it is to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  event(event: FollowEvent): void {
    this.#report.event(event);
    if (event.event === 'following') {
      const { job_id, format, path } = event;
      this.#status = { ...this.#status, state: 'following', job_id, format, path };
      this.#tell();
    } else if (event.event === 'sent') {
      const { file, rows } = event;
      this.#status = { ...this.#status, file, grew: Date.now(), rows: this.#status.rows + rows };
    }
  }

  say(words: string): void {
    this.#report.say(words);
  }

  refuse(file: string, line: number | null, why: string): void {
    this.#report.refuse(file, line, why);
    const refusals = [{ file, line, why: plainLine(why).slice(0, 500) }, ...this.#status.refusals];
    this.#status = {
      ...this.#status,
      refused: this.#status.refused + 1,
      refusals: refusals.slice(0, mostRefusals),
    };
  }

  /**
   * The last that is told.
   *
   * @param isOver whether nothing more is to be followed there, the next time neither
   * @param problem why it failed
   */
  end(state: 'ended' | 'stopped' | 'failed', isOver: boolean, problem?: string): void {
    clearInterval(this.#timer);
    this.#status = { ...this.#status, state, ...(problem === undefined ? {} : { problem }) };
    this.#tell();
    if (isOver) removeRecord(this.#directory, this.#key);
    this.#lock.close();
  }

  #look(): void {
    this.#missed = isServerProcess(this.#directory) ? 0 : this.#missed + 1;
    const isWanted = readRecord(this.#directory, this.#key) !== undefined;
    if (!isWanted || this.#missed >= missed) this.#stop.abort();
    else this.#tell();
  }

  #tell(): void {
    const text = JSON.stringify(this.#status);
    if (text === this.#told) return;
    this.#told = text;
    try {
      writeStatus(this.#directory, this.#key, this.#status);
    } catch (error) {
      // A full disk is no reason to stop: what is sent does not depend on it.
      this.#said.say(`What is done cannot be told in ${this.#directory}: ${(error as Error).message}`);
    }
  }
}
