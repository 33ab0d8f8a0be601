import { randomBytes, randomInt, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { KeyScope, StoredKey } from '../storage/keyStore.ts';

const idLength = 'wak_'.length + 8;
const cost = { N: 16_384, r: 8, p: 1 };

/** `wak_` and 28 characters of `[0-9A-Za-z]`. */
export function newKey(): string {
  const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return `wak_${Array.from({ length: 28 }, () => characters[randomInt(characters.length)]).join('')}`;
}

/** What a key is found by; undefined for what has not the form of a key. */
export function keyId(key: string): string | undefined {
  return /^wak_[0-9A-Za-z]{28}$/.test(key) ? key.slice(0, idLength) : undefined;
}

/** A key's record, to be stored in its place. */
export async function recordOf(key: string, userId: string, scopes: readonly KeyScope[]): Promise<StoredKey> {
  const id = keyId(key);
  if (id === undefined) throw new Error('this is no key');
  const salt = randomBytes(16);
  const { N, r, p } = cost;
  const hashed = await derive(key, salt, 32, cost);
  const hash = ['scrypt', N, r, p, salt.toString('base64url'), hashed.toString('base64url')].join('$');
  return { id, userId, scopes, hash, createdAt: new Date().toISOString(), revokedAt: null };
}

/** True when `hash` was made of this very key. Takes tens of milliseconds of a thread that is not ours. */
export async function isKeyOf(key: string, hash: string): Promise<boolean> {
  const [kind, N, r, p, salt = '', expected = ''] = hash.split('$');
  if (kind !== 'scrypt') return false;
  const known = Buffer.from(expected, 'base64url');
  const found = await derive(key, Buffer.from(salt, 'base64url'), known.length, {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return known.length > 0 && timingSafeEqual(found, known);
}

function derive(key: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(key, salt, length, options, (error, derived) => (error === null ? resolve(derived) : reject(error)));
  });
}
