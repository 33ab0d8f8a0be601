import type { KeyStore, StoredKey } from '../keyStore.ts';
import { keyOf } from '../storedRows.ts';
import type { SqliteDatabase } from './database.ts';
import type { DiskRoom } from './diskRoom.ts';

/**
 * The keys of a team in a SQLite file, which the server and the `keys` command have open at the same time. A key can be
 * revoked on a full disk too.
 */
export class SqliteKeys implements KeyStore {
  readonly #database: SqliteDatabase;
  readonly #room: DiskRoom;

  constructor(database: SqliteDatabase, room: DiskRoom) {
    this.#database = database;
    this.#room = room;
  }

  async add({ id, userId, scopes, hash, createdAt, revokedAt }: StoredKey): Promise<void> {
    const insert = this.#database.sql(
      'INSERT INTO api_keys (id, user_id, scopes, hash, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#write(() => insert.run(id, userId, scopes.join(' '), hash, createdAt, revokedAt));
  }

  async find(id: string): Promise<StoredKey | undefined> {
    const row = this.#database.sql('SELECT * FROM api_keys WHERE id = ?').get(id);
    return row && keyOf(row);
  }

  async list(): Promise<StoredKey[]> {
    return this.#database.sql('SELECT * FROM api_keys ORDER BY created_at, id').all().map(keyOf);
  }

  async revoke(id: string, at: string): Promise<boolean> {
    const update = this.#database.sql('UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL');
    return Number(this.#write(() => update.run(at, id)).changes) > 0;
  }

  #write<T>(work: () => T): T {
    return this.#room.freeing(() => this.#database.transaction(work));
  }
}
