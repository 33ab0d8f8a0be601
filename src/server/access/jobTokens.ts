import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { JobRecord, Storage } from '../storage/storage.ts';

/** Halves of a token, in bytes. */
const half = 16;
/** What a job's number takes, in bytes: before it a seal holds zeros. */
const numberLength = 6;
/** Jobs of which tokens of the earlier form are looked up, those that were heard last. */
const earlierJobs = 1000;
/** How long what is known of earlier tokens holds, in ms. */
const earlierFreshness = 60_000;

/** Whose batch a token is for: `gone` is a job that this server once gave the token for. */
export type TokenJob = JobRecord | 'gone';

/**
 * Tokens of jobs. None is held: they are derived by HMAC-SHA256 of a server secret, so that one can be told again when
 * its job is updated though no table tells it, and a job made again under its id has a new one.
 *
 * A token names its job by itself, as it is checked before anything of the body is read: `job_` and base64url of a seal
 * and a mac. The mac is over the job's id and incarnation; the seal is the job's number, hidden by what is derived of the
 * mac. A seal that does not open to a number was never made here, and no storage is asked for it.
 */
export class JobTokens {
  #secret: KeyObject;
  readonly #storage: Storage;
  #earlier: { readonly jobs: Promise<Map<string, string>>; readonly until: number } | undefined;

  constructor(secret: Buffer, storage: Storage) {
    this.#secret = createSecretKey(secret);
    this.#storage = storage;
  }

  /** Refuses all tokens of before from now on, where the secret is another. */
  replaceSecret(secret: Buffer): void {
    this.#secret = createSecretKey(secret);
    this.#earlier = undefined;
  }

  of(job: JobRecord): string {
    const mac = this.#mac(job);
    const number = Buffer.alloc(half);
    number.writeUIntBE(job.number, half - numberLength, numberLength);
    return `job_${Buffer.concat([this.#hidden(number, mac), mac]).toString('base64url')}`;
  }

  /** undefined for a token that opens nothing. */
  async job(token: string): Promise<TokenJob | undefined> {
    if (!/^job_[\w-]{43}$/.test(token)) return undefined;
    const bytes = Buffer.from(token.slice('job_'.length), 'base64url');
    // Its last letter has bits to spare.
    if (bytes.toString('base64url') !== token.slice('job_'.length)) return undefined;
    const mac = bytes.subarray(half);
    const opened = this.#hidden(bytes.subarray(0, half), mac);
    if (opened.subarray(0, half - numberLength).some((byte) => byte !== 0)) return this.#earlierJob(token);
    const job = await this.#storage.jobToExtend(opened.readUIntBE(half - numberLength, numberLength));
    if (job === undefined) return 'gone';
    // A number may be another job's where the database was made anew. The seal opened to this one.
    return timingSafeEqual(mac, this.#mac(job)) ? job : 'gone';
  }

  /**
   * Tokens were the whole HMAC once, and scripts that run over an update of the server still hold such. They name no
   * job, so they are compared with those of the jobs heard last, which are derived once in a while.
   */
  async #earlierJob(token: string): Promise<JobRecord | undefined> {
    const now = performance.now();
    if (this.#earlier === undefined || this.#earlier.until <= now) {
      const jobs = this.#earlierTokens();
      this.#earlier = { jobs, until: now + earlierFreshness };
      jobs.catch(() => {
        this.#earlier = undefined;
      });
    }
    const jobId = (await this.#earlier.jobs).get(digest(token).toString('base64'));
    const job = jobId === undefined ? undefined : await this.#storage.job(jobId);
    return job !== undefined && timingSafeEqual(digest(token), digest(this.#earlierToken(job))) ? job : undefined;
  }

  async #earlierTokens(): Promise<Map<string, string>> {
    const jobs = (await this.#storage.jobSizes()).slice(-earlierJobs);
    return new Map(jobs.map((job) => [digest(this.#earlierToken(job)).toString('base64'), job.id]));
  }

  #earlierToken(job: Pick<JobRecord, 'id' | 'incarnation'>): string {
    return `job_${this.#hmac(nameOf(job)).toString('base64url')}`;
  }

  #mac(job: JobRecord): Buffer {
    return this.#hmac(nameOf(job)).subarray(0, half);
  }

  /** Hides what was open, and opens what was hidden. */
  #hidden(bytes: Buffer, mac: Buffer): Buffer {
    const mask = this.#hmac(Buffer.concat([Buffer.from('seal '), mac]));
    return Buffer.from(bytes.map((byte, index) => byte ^ (mask[index] ?? 0)));
  }

  #hmac(text: string | Buffer): Buffer {
    return createHmac('sha256', this.#secret).update(text).digest();
  }
}

function nameOf({ id, incarnation }: Pick<JobRecord, 'id' | 'incarnation'>): string {
  return JSON.stringify([id, incarnation]);
}

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
