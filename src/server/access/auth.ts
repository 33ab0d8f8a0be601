import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { KeyScope, KeyStore } from '../storage/keyStore.ts';
import { KeyCheck } from './keyCheck.ts';

/** Whose the jobs of a server with one key are. */
const localUser = 'local';

/** Who sends a request. */
export interface Identity {
  readonly userId: string;
  readonly scopes: readonly KeyScope[];
  /** The id of a team's key; undefined for the server's own. */
  readonly keyId: string | undefined;
  /** Which of the server's own keys, of those that followed each other; 0 for a team's. */
  readonly generation: number;
}

/** Who may do what, by API keys. Of the server's own a hash is held. */
export class Auth {
  #keyHash: Buffer;
  /** Counts the keys that this server had. */
  #generation = 1;
  readonly #keys: KeyCheck;

  constructor(apiKey: string, keys: KeyStore) {
    this.#keys = new KeyCheck(keys);
    this.#keyHash = digest(apiKey);
  }

  /** Refuses the server's own key of before from now on, where it is another. */
  replaceKey(apiKey: string): void {
    const keyHash = digest(apiKey);
    if (!timingSafeEqual(keyHash, this.#keyHash)) this.#generation += 1;
    this.#keyHash = keyHash;
  }

  /**
   * Whose API key the request carries, in any of the three ways; undefined without a right key.
   *
   * @param address who asks
   * @throws HttpError 429 or 503 as `KeyCheck.check` does
   */
  async identity(headers: IncomingHttpHeaders, address: string): Promise<Identity | undefined> {
    const presented = [headers['x-api-key'], headers['x-workspace-api-key'], bearer(headers)];
    for (const key of presented) {
      if (typeof key !== 'string') continue;
      if (timingSafeEqual(digest(key), this.#keyHash)) {
        return { userId: localUser, scopes: ['all'], keyId: undefined, generation: this.#generation };
      }
      const found = await this.#keys.check(key, address);
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
}

/** What follows `Authorization: Bearer`. */
export function bearer(headers: IncomingHttpHeaders): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
