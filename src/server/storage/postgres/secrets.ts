import type { PostgresDatabase } from './database.ts';

/** The secret of job tokens that all processes on a database share. */
export class PostgresSecrets {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  /** The one that is kept; `proposed` where there is none yet. */
  async shared(proposed: Buffer): Promise<Buffer> {
    const known = await this.#known();
    if (known !== undefined) return known;
    await this.#database.query(
      "INSERT INTO training_predictions.secrets VALUES ('job-tokens', $1) ON CONFLICT DO NOTHING",
      [proposed],
    );
    const value = await this.#known();
    if (value === undefined) throw new TypeError('the database holds no secret');
    return value;
  }

  /** Gives all processes another one. */
  async replace(secret: Buffer): Promise<void> {
    await this.#database.query(
      `INSERT INTO training_predictions.secrets VALUES ('job-tokens', $1)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [secret],
    );
  }

  async #known(): Promise<Buffer | undefined> {
    const rows = await this.#database.query("SELECT value FROM training_predictions.secrets WHERE name = 'job-tokens'");
    const value = rows[0]?.['value'];
    return Buffer.isBuffer(value) ? value : undefined;
  }
}
