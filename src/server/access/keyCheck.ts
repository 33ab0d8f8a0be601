import { createHmac, randomBytes } from 'node:crypto';
import type { KeyStore, StoredKey } from '../storage/keyStore.ts';
import { KeyAttempts } from './keyAttempts.ts';
import { isKeyOf, keyId } from './keys.ts';
import { ScryptQueue } from './scryptQueue.ts';

/** How long a key is taken for what it was, in ms: a revoked one is refused after that, whichever process revoked it. */
const freshness = 3000;
/** Keys that are remembered of each kind. */
const remembered = 5000;

interface Fresh {
  readonly key: Promise<StoredKey | undefined>;
  readonly until: number;
}

/**
 * Checks keys against their scrypt hashes, each key once: what came of it is remembered under a keyed hash, of which
 * nobody who reads the memory learns the key. Wrong keys are remembered apart, so that they never crowd out a right one.
 * Whether the key still stands is asked again and again.
 */
export class KeyCheck {
  readonly #store: KeyStore;
  readonly #secret = randomBytes(32);
  readonly #attempts = new KeyAttempts();
  readonly #queue = new ScryptQueue();
  /** The right key's name by its id. */
  readonly #right = new Map<string, string>();
  readonly #wrong = new Map<string, true>();
  readonly #checking = new Map<string, Promise<boolean>>();
  readonly #fresh = new Map<string, Fresh>();

  constructor(store: KeyStore) {
    this.#store = store;
  }

  /**
   * The record of a right key that is not revoked.
   *
   * @param address who asks
   * @throws HttpError 429 or 503 for a key that would have to be checked while too many wrong ones come
   */
  async check(key: string, address: string): Promise<StoredKey | undefined> {
    const id = keyId(key);
    const stored = id === undefined ? undefined : await this.standing(id);
    if (stored === undefined) return undefined;
    const name = createHmac('sha256', this.#secret).update(key).update(stored.hash).digest('base64');
    if (this.#right.get(stored.id) === name) return stored;
    if (this.#wrong.has(name)) return undefined;
    let checking = this.#checking.get(name);
    if (checking === undefined) {
      checking = this.#derive(key, name, stored, address).finally(() => this.#checking.delete(name));
      this.#checking.set(name, checking);
    }
    return (await checking) ? stored : undefined;
  }

  async #derive(key: string, name: string, { id, hash }: StoredKey, address: string): Promise<boolean> {
    const takeBack = this.#attempts.begin(id, address);
    const isRight = await this.#queue.run(address, () => isKeyOf(key, hash));
    if (isRight) {
      takeBack();
      remember(this.#right, id, name);
    } else remember(this.#wrong, name, true);
    return isRight;
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
