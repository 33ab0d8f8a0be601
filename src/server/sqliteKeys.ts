import type { KeyStore, StoredKey } from './keys.ts';
import type { SqliteDatabase } from './sqliteDatabase.ts';
import { keyOf } from './storedRows.ts';

/** The keys of a team in a SQLite file, which the server and the `keys` command have open at the same time. */
export class SqliteKeys implements KeyStore {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  async add({ id, userId, scopes, hash, createdAt, revokedAt }: StoredKey): Promise<void> {
    this.#database
      .sql('INSERT INTO api_keys (id, user_id, scopes, hash, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, userId, scopes.join(' '), hash, createdAt, revokedAt);
  }

  async find(id: string): Promise<StoredKey | undefined> {
    const row = this.#database.sql('SELECT * FROM api_keys WHERE id = ?').get(id);
    return row && keyOf(row);
  }

  async list(): Promise<StoredKey[]> {
    return this.#database.sql('SELECT * FROM api_keys ORDER BY created_at, id').all().map(keyOf);
  }

  async revoke(id: string, at: string): Promise<boolean> {
    const { changes } = this.#database
      .sql('UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL')
      .run(at, id);
    return Number(changes) > 0;
  }
}
