import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { KeyCheck } from './keyCheck.ts';
import type { KeyScope, KeyStore } from './keys.ts';
import type { JobRecord } from './storage.ts';

/** Whose the jobs of a server with one key are. */
const localUser = 'local';

/** What a server's own key and its job tokens stand and fall with. */
export interface OwnSecrets {
  readonly apiKey: string;
  readonly tokenSecret: Buffer;
}

/** Who sends a request. */
export interface Identity {
  readonly userId: string;
  readonly scopes: readonly KeyScope[];
  /** The id of a team's key; undefined for the server's own. */
  readonly keyId: string | undefined;
  /** Which of the server's own keys, of those that followed each other; 0 for a team's. */
  readonly generation: number;
}

/**
 * Who may do what. Of the API key a hash is held. A job token is not held at all but derived, by HMAC-SHA256 of a
 * server secret over the job's id and incarnation: it can be told again when the job is updated, though no table of jobs
 * tells a token, and a job made again under its id has a new one.
 */
export class Auth {
  #keyHash: Buffer;
  #tokenSecret: KeyObject;
  /** Counts the keys that this server had. */
  #generation = 1;
  readonly #keys: KeyCheck;

  constructor({ apiKey, tokenSecret }: OwnSecrets, keys: KeyStore) {
    this.#keys = new KeyCheck(keys);
    this.#keyHash = digest(apiKey);
    this.#tokenSecret = createSecretKey(tokenSecret);
  }

  /** Refuses the server's own key and the job tokens of before from now on, where they are others. */
  replace({ apiKey, tokenSecret }: OwnSecrets): void {
    const keyHash = digest(apiKey);
    if (!timingSafeEqual(keyHash, this.#keyHash)) this.#generation += 1;
    this.#keyHash = keyHash;
    this.#tokenSecret = createSecretKey(tokenSecret);
  }

  /** Whose API key the request carries, in any of the three ways; undefined without a right key. */
  async identity(headers: IncomingHttpHeaders): Promise<Identity | undefined> {
    const presented = [headers['x-api-key'], headers['x-workspace-api-key'], bearer(headers)];
    for (const key of presented) {
      if (typeof key !== 'string') continue;
      if (timingSafeEqual(digest(key), this.#keyHash)) {
        return { userId: localUser, scopes: ['all'], keyId: undefined, generation: this.#generation };
      }
      const found = await this.#keys.check(key);
      if (found !== undefined) {
        return { userId: found.userId, scopes: found.scopes, keyId: found.id, generation: 0 };
      }
    }
    return undefined;
  }

  /** False once the key was revoked or replaced. */
  async isGood({ keyId, generation }: Identity): Promise<boolean> {
    if (keyId === undefined) return generation === this.#generation;
    return (await this.#keys.standing(keyId)) !== undefined;
  }

  jobToken(job: JobRecord): string {
    const name = JSON.stringify([job.id, job.incarnation]);
    return `job_${createHmac('sha256', this.#tokenSecret).update(name).digest('base64url')}`;
  }

  isJobToken(job: JobRecord, token: string): boolean {
    return timingSafeEqual(digest(token), digest(this.jobToken(job)));
  }
}

/** What follows `Authorization: Bearer`. */
export function bearer(headers: IncomingHttpHeaders): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
