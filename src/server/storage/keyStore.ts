/** What a key may be given for. */
export const keyScopes = ['training', 'production', 'testing', 'worker', 'all'] as const;
export type KeyScope = (typeof keyScopes)[number];

/** A key as it is kept: nothing of it tells the key. */
export interface StoredKey {
  /** The first characters of the key, by which it is found and named. */
  readonly id: string;
  readonly userId: string;
  readonly scopes: readonly KeyScope[];
  /** `scrypt$N$r$p$salt$hash`, the last two in base64url. */
  readonly hash: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; null while the key is good. */
  readonly revokedAt: string | null;
}

/** Where the keys of a team are kept. */
export interface KeyStore {
  add(key: StoredKey): Promise<void>;
  find(id: string): Promise<StoredKey | undefined>;
  /** The oldest first. */
  list(): Promise<StoredKey[]>;
  /** False when there is no such key that is good. */
  revoke(id: string, at: string): Promise<boolean>;
}
