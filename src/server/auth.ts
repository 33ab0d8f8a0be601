import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { JobRecord } from './storage.ts';

/** Whose the jobs of a server with one key are. */
const localUser = 'local';

/**
 * Who may do what. Of the API key a hash is held. A job token is not held at all but derived, by HMAC-SHA256 of a
 * server secret over the job's id and incarnation: it can be told again when the job is updated, though a copy of
 * the database tells no token, and a job made again under its id has a new one.
 */
export class Auth {
  readonly #keyHash: Buffer;
  readonly #tokenSecret: Buffer;

  constructor(apiKey: string, tokenSecret: Buffer) {
    this.#keyHash = hash(apiKey);
    this.#tokenSecret = tokenSecret;
  }

  /** The user whose API key the request carries, in any of the three ways; undefined without the right key. */
  async user(headers: IncomingHttpHeaders): Promise<string | undefined> {
    const presented = [headers['x-api-key'], headers['x-workspace-api-key'], bearer(headers)];
    const right = presented.some((key) => typeof key === 'string' && timingSafeEqual(hash(key), this.#keyHash));
    return right ? localUser : undefined;
  }

  jobToken(job: JobRecord): string {
    const name = JSON.stringify([job.id, job.incarnation]);
    return `job_${createHmac('sha256', this.#tokenSecret).update(name).digest('base64url')}`;
  }

  isJobToken(job: JobRecord, token: string): boolean {
    return timingSafeEqual(hash(token), hash(this.jobToken(job)));
  }
}

/** What follows `Authorization: Bearer`. */
export function bearer(headers: IncomingHttpHeaders): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
