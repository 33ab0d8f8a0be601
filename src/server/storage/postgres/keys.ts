import type { KeyStore, StoredKey } from '../keyStore.ts';
import { keyOf } from '../storedRows.ts';
import type { PostgresDatabase } from './database.ts';

/** The keys of a team in a PostgreSQL database. */
export class PostgresKeys implements KeyStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async add({ id, userId, scopes, hash, createdAt, revokedAt }: StoredKey): Promise<void> {
    await this.#database.query(
      `INSERT INTO training_predictions.api_keys (id, user_id, scopes, hash, created_at, revoked_at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, userId, scopes.join(' '), hash, createdAt, revokedAt],
    );
  }

  async find(id: string): Promise<StoredKey | undefined> {
    const [row] = await this.#database.query('SELECT * FROM training_predictions.api_keys WHERE id = $1', [id]);
    return row && keyOf(row);
  }

  async list(): Promise<StoredKey[]> {
    const rows = await this.#database.query('SELECT * FROM training_predictions.api_keys ORDER BY created_at, id');
    return rows.map(keyOf);
  }

  async revoke(id: string, at: string): Promise<boolean> {
    const rows = await this.#database.query(
      'UPDATE training_predictions.api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id',
      [id, at],
    );
    return rows.length > 0;
  }
}
