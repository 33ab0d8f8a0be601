import type { Ask } from './database.ts';

/** Version of the tables that `migrations` make. */
const schemaVersion = 2;

/** Any number that no other program takes for its advisory locks. */
const migrationLock = 4_517_001;

/*
 * A schema of our own: what is in `public` is served to the web by Supabase. Ids are JSON text, as PostgreSQL's text
 * takes no NUL and no lone surrogate, and are found by their SHA-256: an index entry has at most 2,704 bytes.
 * Predictions keep what came in `content`. `retired` holds where the sequence of a deleted job goes on, `batches` the
 * keys under which batches came, numbered within their job, `secrets` what all processes share.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE training_predictions.jobs (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT NOT NULL,
    id_hash BYTEA NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    fields TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    prediction_count BIGINT NOT NULL,
    bytes BIGINT NOT NULL DEFAULT 0,
    alive_at TEXT COLLATE "C" NOT NULL
  );
  CREATE INDEX jobs_by_user ON training_predictions.jobs (user_id, number);
  CREATE TABLE training_predictions.retired (id_hash BYTEA PRIMARY KEY, last_seq BIGINT NOT NULL);
  CREATE TABLE training_predictions.predictions (
    job BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    sample_index BIGINT NOT NULL,
    id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (job, seq)
  );
  CREATE INDEX predictions_by_sample ON training_predictions.predictions (job, epoch, sample_index, seq);
  CREATE TABLE training_predictions.epochs (
    job BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    prediction_count BIGINT NOT NULL,
    latest_step BIGINT NOT NULL,
    exact_match_sum DOUBLE PRECISION NOT NULL,
    exact_match_count BIGINT NOT NULL,
    char_error_rate_sum DOUBLE PRECISION NOT NULL,
    char_error_rate_count BIGINT NOT NULL,
    char_error_rate_min DOUBLE PRECISION,
    char_error_rate_max DOUBLE PRECISION,
    length_ratio_sum DOUBLE PRECISION NOT NULL,
    length_ratio_count BIGINT NOT NULL,
    word_overlap_sum DOUBLE PRECISION NOT NULL,
    word_overlap_count BIGINT NOT NULL,
    validation_sum DOUBLE PRECISION NOT NULL,
    validation_count BIGINT NOT NULL,
    PRIMARY KEY (job, epoch)
  );
  CREATE TABLE training_predictions.metrics (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job BIGINT NOT NULL,
    step BIGINT NOT NULL,
    content TEXT NOT NULL
  );
  CREATE INDEX metrics_by_step ON training_predictions.metrics (job, step, number);
  CREATE TABLE training_predictions.batches (
    job BIGINT NOT NULL,
    number BIGINT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    PRIMARY KEY (job, number)
  );
  CREATE UNIQUE INDEX batches_by_key ON training_predictions.batches (job, key);
  CREATE TABLE training_predictions.secrets (name TEXT PRIMARY KEY, value BYTEA NOT NULL);
  `,
  `
  CREATE TABLE training_predictions.api_keys (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    revoked_at TEXT
  );
  `,
];

/**
 * Makes the tables that are missing, within a transaction. Whoever else does the same at this moment waits, and then
 * finds nothing to do.
 *
 * @throws Error when a newer version wrote the database, which then stays as it is, or when it cannot hold all text
 */
export async function migrate(ask: Ask): Promise<void> {
  const encoding = (await ask('SHOW server_encoding'))[0]?.['server_encoding'];
  if (encoding !== 'UTF8') {
    throw new Error(`its encoding is ${String(encoding)}: make a database with ENCODING 'UTF8' and TEMPLATE template0`);
  }
  await ask('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
  const found = await ask("SELECT to_regclass('training_predictions.schema_version') IS NOT NULL AS there");
  const there = found[0]?.['there'] === true;
  const version = there
    ? Number((await ask('SELECT version FROM training_predictions.schema_version'))[0]?.['version'])
    : 0;
  if (version === schemaVersion) return;
  if (!(version < schemaVersion)) {
    throw new Error(`it has version ${version}; this server reads up to version ${schemaVersion}: update the server`);
  }
  if (!there) {
    await ask('CREATE SCHEMA IF NOT EXISTS training_predictions');
    await ask('CREATE TABLE training_predictions.schema_version (version INTEGER NOT NULL)');
    await ask('INSERT INTO training_predictions.schema_version VALUES (0)');
  }
  for (const migration of migrations.slice(version)) await ask(migration);
  await ask('UPDATE training_predictions.schema_version SET version = $1', [schemaVersion]);
}
