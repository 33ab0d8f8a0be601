import { createHmac, randomBytes } from 'node:crypto';
import { isKeyOf, type KeyStore, keyId, type StoredKey } from './keys.ts';

/** How long a key is taken for what it was, in ms: a revoked one is refused after that, whichever process revoked it. */
const freshness = 3000;
/** Keys that are remembered, right and wrong ones together. */
const remembered = 5000;

interface Fresh {
  readonly key: Promise<StoredKey | undefined>;
  readonly until: number;
}

/**
 * Checks keys against their scrypt hashes, each key once: what came of it is remembered under a keyed hash, of which
 * nobody who reads the memory learns the key. Whether the key still stands is asked again and again.
 */
export class KeyCheck {
  readonly #store: KeyStore;
  readonly #secret = randomBytes(32);
  readonly #verdicts = new Map<string, Promise<boolean>>();
  readonly #fresh = new Map<string, Fresh>();

  constructor(store: KeyStore) {
    this.#store = store;
  }

  /** The record of a right key that is not revoked. */
  async check(key: string): Promise<StoredKey | undefined> {
    const id = keyId(key);
    const stored = id === undefined ? undefined : await this.standing(id);
    if (stored === undefined) return undefined;
    const name = createHmac('sha256', this.#secret).update(key).update(stored.hash).digest('base64');
    let verdict = this.#verdicts.get(name);
    if (verdict === undefined) {
      verdict = isKeyOf(key, stored.hash);
      remember(this.#verdicts, name, verdict);
      verdict.catch(() => this.#verdicts.delete(name));
    }
    return (await verdict) ? stored : undefined;
  }

  /** The record of this id, unless it is revoked. */
  standing(id: string): Promise<StoredKey | undefined> {
    const now = performance.now();
    const known = this.#fresh.get(id);
    if (known !== undefined && known.until > now) return known.key;
    const key = this.#store.find(id).then((found) => (found?.revokedAt === null ? found : undefined));
    remember(this.#fresh, id, { key, until: now + freshness });
    key.catch(() => this.#fresh.delete(id));
    return key;
  }
}

/** Forgets the oldest where there are too many. */
function remember<T>(memory: Map<string, T>, name: string, value: T): void {
  memory.delete(name);
  memory.set(name, value);
  const oldest = memory.keys().next().value;
  if (memory.size > remembered && oldest !== undefined) memory.delete(oldest);
}
