import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { promptKey } from '../../../model/samples.ts';
import { supersedingOf } from '../checkpointGrowth.ts';
import { promptIds } from '../jobMarks.ts';
import { promptHash } from '../promptHash.ts';
import { idKeyOf } from '../rowIds.ts';
import { addToStarts } from './starts.ts';

/** Version of the tables below, kept in the file's `user_version`. */
const schemaVersion = 4;

/** A larger file is not looked through at the start, in bytes. */
const checkedSize = 256 * 1024 * 1024;

/*
 * Ids are JSON text: SQLite would lose a lone surrogate, PostgreSQL a NUL. Predictions keep what came in `content`,
 * beside what reads are ordered and filtered by. `retired` holds where the sequence of a deleted job goes on.
 */
const firstTables = `
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

/*
 * `batches` holds the keys under which batches came, numbered within their job. Rows of a job in `discarded` are
 * removed little by little. A job whose `user_id` is empty is being imported: nobody sees it.
 */
const secondTables = `
  ALTER TABLE jobs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE jobs ADD COLUMN alive_at TEXT NOT NULL DEFAULT '';
  UPDATE jobs SET
    bytes = (SELECT coalesce(sum(octet_length(content) + 200), 0) FROM predictions WHERE job = number),
    alive_at = (SELECT max(coalesce(max(predictions.created_at), ''), jobs.created_at) FROM predictions WHERE job = number);
  CREATE TABLE metrics (
    number INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    step INTEGER NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  CREATE INDEX metrics_by_step ON metrics (job, step, number);
  CREATE TABLE batches (
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    PRIMARY KEY (job, number)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX batches_by_key ON batches (job, key);
  CREATE TABLE discarded (job INTEGER PRIMARY KEY) STRICT;
`;

/** Keys of a team; `scopes` stand side by side with spaces between. */
const thirdTables = `
  CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
  ) STRICT;
`;

/*
 * A checkpoint's summary is of `summary_count` rows, and made anew when there are others. `prompts` holds what is known
 * of a job's `prompt_id`s until one comes twice, `starts` the starts of its training process after the first. `id_key` is
 * null for ids that are no UUIDs.
 */
const fourthTables = `
  ALTER TABLE jobs ADD COLUMN nonfinite_values INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE jobs ADD COLUMN prompt_ids INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE jobs ADD COLUMN several_steps_seq INTEGER;
  ALTER TABLE jobs ADD COLUMN may_supersede INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE batches ADD COLUMN known INTEGER;
  ALTER TABLE predictions ADD COLUMN step INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE predictions ADD COLUMN id_key INTEGER;
  UPDATE predictions SET step = step_of(content), id_key = id_key_of(id);
  CREATE INDEX predictions_by_checkpoint ON predictions (job, epoch, step, sample_index, seq);
  CREATE INDEX predictions_by_id ON predictions (job, id_key) WHERE id_key IS NOT NULL;
  CREATE TABLE checkpoints (
    job INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    prediction_count INTEGER NOT NULL,
    summary_count INTEGER NOT NULL DEFAULT 0,
    summary_named INTEGER NOT NULL DEFAULT 0,
    summary_live_from INTEGER,
    summary TEXT,
    PRIMARY KEY (job, epoch, step)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO checkpoints (job, epoch, step, first_seq, prediction_count)
    SELECT job, epoch, step, min(seq), count(*) FROM predictions GROUP BY job, epoch, step;
  UPDATE jobs SET several_steps_seq = (
    SELECT min(first_seq) FROM (
      SELECT first_seq, row_number() OVER (PARTITION BY epoch ORDER BY first_seq) AS place
      FROM checkpoints WHERE job = jobs.number
    ) WHERE place = 2
  );
  CREATE TABLE prompts (job INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (job, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE starts (
    job INTEGER NOT NULL,
    restart INTEGER NOT NULL,
    restart_from INTEGER,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    PRIMARY KEY (job, restart)
  ) STRICT, WITHOUT ROWID;
`;

/** What the tables are made with that SQL alone cannot tell. */
function addFunctions(database: DatabaseSync): void {
  database.function('step_of', { deterministic: true }, (content) => Number(JSON.parse(String(content)).step));
  database.function('id_key_of', { deterministic: true }, (id) => idKeyOf(String(id)));
}

/**
 * Makes what the tables of version `version` lack; 0 for a new file.
 */
export function makeTables(database: DatabaseSync, version: number): void {
  if (version === schemaVersion) return;
  database.exec('PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL');
  const missing = [firstTables, secondTables, thirdTables, fourthTables].slice(version).join('');
  addFunctions(database);
  database.exec(`BEGIN; ${missing}`);
  if (version > 0) {
    findPrompts(database);
    findStarts(database);
  }
  database.exec(`PRAGMA user_version=${schemaVersion}; COMMIT`);
  // A file from before needs this for `auto_vacuum` to take effect.
  if (version === 1) database.exec('VACUUM');
}

/** Of rows that came before anybody asked whether a `prompt_id` came twice. */
function findPrompts(database: DatabaseSync): void {
  const update = database.prepare('UPDATE jobs SET prompt_ids = ? WHERE number = ?');
  const contents = database.prepare(
    `SELECT content FROM predictions WHERE job = ? AND instr(content, '"prompt_id"') > 0 ORDER BY seq`,
  );
  const add = database.prepare('INSERT OR IGNORE INTO prompts VALUES (?, ?)');
  for (const { number } of database.prepare('SELECT number FROM jobs').all()) {
    const job = Number(number);
    let known: number = promptIds.none;
    for (const { content } of contents.iterate(job)) {
      const key = promptKey(JSON.parse(String(content)));
      if (key === undefined) continue;
      known = promptIds.distinct;
      if (add.run(job, promptHash(String(key))).changes !== 0) continue;
      known = promptIds.repeated;
      break;
    }
    if (known === promptIds.repeated) database.prepare('DELETE FROM prompts WHERE job = ?').run(job);
    update.run(known, job);
  }
}

/** Of rows that came when `restart` and `revision` were fields like others. */
function findStarts(database: DatabaseSync): void {
  const update = database.prepare('UPDATE jobs SET may_supersede = 1 WHERE number = ?');
  const rows = database.prepare(
    `SELECT job, epoch, step, content FROM predictions
     WHERE instr(content, '"restart"') > 0 OR instr(content, '"revision"') > 0`,
  );
  for (const { job, epoch, step, content } of rows.iterate()) {
    const row = { epoch: Number(epoch), step: Number(step), ...supersedingOf(JSON.parse(String(content))) };
    if (addToStarts((sql) => database.prepare(sql), Number(job), [row])) update.run(job ?? null);
  }
}

/**
 * Version of a file's tables. Looks without a right to write: to close a database that was opened for writing already
 * changes its files.
 *
 * @throws Error when the file is empty, damaged, no database of ours, or of a newer version
 */
export function versionOf(file: string): number {
  if (statSync(file).size === 0) {
    throw new Error('it is empty, as a copy that failed leaves it: restore a copy, or remove it to begin anew');
  }
  const address = pathToFileURL(file);
  // Without a write-ahead log to read, SQLite need not make one either.
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  if (log === undefined || log.size === 0) address.searchParams.set('immutable', '1');
  const database = new DatabaseSync(address, { readOnly: true });
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > schemaVersion) {
      throw new Error(`it has version ${version}; this server reads up to version ${schemaVersion}: update the server`);
    }
    if (version === 0) throw new Error('it is the database of another program');
    if (statSync(file).size <= checkedSize) {
      const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
      if (found !== 'ok') throw new Error(`it is damaged (${String(found)}): restore it from a copy, or move it away`);
    }
    return version;
  } finally {
    database.close();
  }
}
