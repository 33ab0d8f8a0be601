import type { DatabaseSync } from 'node:sqlite';

/** Version of the tables below, kept in the file's `user_version`. */
const schemaVersion = 1;

/*
 * Ids are JSON text: SQLite would lose a lone surrogate, PostgreSQL a NUL. Predictions keep what came in `content`,
 * beside what reads are ordered and filtered by. `retired` holds where the sequence of a deleted job goes on.
 */
const tables = `
  CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    fields TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    prediction_count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX jobs_by_user ON jobs (user_id, number);
  CREATE TABLE retired (id TEXT PRIMARY KEY, last_seq INTEGER NOT NULL) STRICT;
  CREATE TABLE predictions (
    job INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sample_index INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX predictions_by_seq ON predictions (job, seq);
  CREATE INDEX predictions_by_sample ON predictions (job, epoch, sample_index, seq);
  CREATE TABLE epochs (
    job INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    prediction_count INTEGER NOT NULL,
    latest_step INTEGER NOT NULL,
    exact_match_sum REAL NOT NULL,
    exact_match_count INTEGER NOT NULL,
    char_error_rate_sum REAL NOT NULL,
    char_error_rate_count INTEGER NOT NULL,
    char_error_rate_min REAL,
    char_error_rate_max REAL,
    length_ratio_sum REAL NOT NULL,
    length_ratio_count INTEGER NOT NULL,
    word_overlap_sum REAL NOT NULL,
    word_overlap_count INTEGER NOT NULL,
    validation_sum REAL NOT NULL,
    validation_count INTEGER NOT NULL,
    PRIMARY KEY (job, epoch)
  ) STRICT, WITHOUT ROWID;
`;

/** Makes the tables in a new file. @throws Error when a newer version wrote the file, which then stays as it is */
export function prepareSchema(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > schemaVersion) throw new Error(`it has version ${version}; this server reads version ${schemaVersion}`);
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL');
  if (version === 0) database.exec(`BEGIN; ${tables} PRAGMA user_version=${schemaVersion}; COMMIT`);
}

/** Adds the statistics of a batch to those of its epochs. Parameters in the order of the columns. */
export const addEpochSql = `
  INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (job, epoch) DO UPDATE SET
    prediction_count = prediction_count + excluded.prediction_count,
    latest_step = max(latest_step, excluded.latest_step),
    exact_match_sum = exact_match_sum + excluded.exact_match_sum,
    exact_match_count = exact_match_count + excluded.exact_match_count,
    char_error_rate_sum = char_error_rate_sum + excluded.char_error_rate_sum,
    char_error_rate_count = char_error_rate_count + excluded.char_error_rate_count,
    char_error_rate_min = min(coalesce(char_error_rate_min, excluded.char_error_rate_min),
                              coalesce(excluded.char_error_rate_min, char_error_rate_min)),
    char_error_rate_max = max(coalesce(char_error_rate_max, excluded.char_error_rate_max),
                              coalesce(excluded.char_error_rate_max, char_error_rate_max)),
    length_ratio_sum = length_ratio_sum + excluded.length_ratio_sum,
    length_ratio_count = length_ratio_count + excluded.length_ratio_count,
    word_overlap_sum = word_overlap_sum + excluded.word_overlap_sum,
    word_overlap_count = word_overlap_count + excluded.word_overlap_count,
    validation_sum = validation_sum + excluded.validation_sum,
    validation_count = validation_count + excluded.validation_count`;
