import { promptKey } from '../../../model/samples.ts';
import { supersedingOf } from '../checkpointGrowth.ts';
import { promptIds } from '../jobMarks.ts';
import { numberOf } from '../storedRows.ts';
import { addPrompts } from './checkpoints.ts';
import type { Ask } from './database.ts';
import { addToStarts } from './starts.ts';

/** Version of the tables that `migrations` make. */
const schemaVersion = 4;
/** The version whose rows have their step beside their content. */
const stepsSince = 3;

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
  // `id_key` is that of `idKey`, null for ids that are no UUIDs. `fillSteps` tells the steps.
  `
  ALTER TABLE training_predictions.jobs
    ADD COLUMN nonfinite_values BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN prompt_ids BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN several_steps_seq BIGINT,
    ADD COLUMN may_supersede BIGINT NOT NULL DEFAULT 0;
  ALTER TABLE training_predictions.batches ADD COLUMN known BIGINT;
  ALTER TABLE training_predictions.predictions
    ADD COLUMN step BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN id_key BIGINT;
  UPDATE training_predictions.predictions SET
    step = CASE WHEN content !~ '\\\\u(0000|[dD][89a-fA-F])' THEN (content::json -> 'step')::text::numeric ELSE -1 END,
    id_key = CASE WHEN id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
      ('x000' || substr(id, 3, 6) || substr(id, 10, 4) || substr(id, 16, 3))::bit(64)::bigint END;
  `,
  // A checkpoint's summary is of `summary_count` rows, and made anew when there are others. `prompts` holds what is known
  // of a job's `prompt_id`s until one comes twice, `starts` the starts of its training process after the first.
  `
  CREATE INDEX predictions_by_checkpoint ON training_predictions.predictions (job, epoch, step, sample_index, seq);
  CREATE INDEX predictions_by_id ON training_predictions.predictions (job, id_key) WHERE id_key IS NOT NULL;
  CREATE TABLE training_predictions.checkpoints (
    job BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    step BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    prediction_count BIGINT NOT NULL,
    summary_count BIGINT NOT NULL DEFAULT 0,
    summary_named BIGINT NOT NULL DEFAULT 0,
    summary_live_from BIGINT,
    summary TEXT,
    PRIMARY KEY (job, epoch, step)
  );
  INSERT INTO training_predictions.checkpoints (job, epoch, step, first_seq, prediction_count)
    SELECT job, epoch, step, min(seq), count(*) FROM training_predictions.predictions GROUP BY job, epoch, step;
  UPDATE training_predictions.jobs SET several_steps_seq = (
    SELECT min(first_seq) FROM (
      SELECT first_seq, row_number() OVER (PARTITION BY epoch ORDER BY first_seq) AS place
      FROM training_predictions.checkpoints WHERE job = jobs.number
    ) AS steps WHERE place = 2
  );
  CREATE TABLE training_predictions.prompts (job BIGINT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (job, key));
  CREATE TABLE training_predictions.starts (
    job BIGINT NOT NULL,
    restart BIGINT NOT NULL,
    restart_from BIGINT,
    epoch BIGINT NOT NULL,
    step BIGINT NOT NULL,
    PRIMARY KEY (job, restart)
  );
  `,
];

/** Rows that are looked at in one turn. */
const atOnce = 5000;

/**
 * Steps of rows whose content PostgreSQL cannot take apart, since a NUL or half a surrogate pair may be written in it; -1
 * until then.
 */
async function fillSteps(ask: Ask): Promise<void> {
  for (;;) {
    const rows = await ask(
      `SELECT job, seq, content FROM training_predictions.predictions WHERE step = -1 ORDER BY job, seq LIMIT ${atOnce}`,
    );
    if (rows.length === 0) return;
    const steps = rows.map(({ content }) => Number((JSON.parse(String(content)) as { step: unknown }).step));
    await ask(
      `UPDATE training_predictions.predictions AS row SET step = found.step
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS found (job, seq, step)
       WHERE row.job = found.job AND row.seq = found.seq`,
      [rows.map((row) => numberOf(row, 'job')), rows.map((row) => numberOf(row, 'seq')), steps],
    );
  }
}

/** Of rows that came before anybody asked whether a `prompt_id` came twice. */
async function findPrompts(ask: Ask): Promise<void> {
  for (const row of await ask('SELECT number FROM training_predictions.jobs')) {
    const job = numberOf(row, 'number');
    let known: number = promptIds.none;
    for (let after = 0; known !== promptIds.repeated; ) {
      const rows = await ask(
        `SELECT seq, content FROM training_predictions.predictions
         WHERE job = $1 AND seq > $2 AND strpos(content, '"prompt_id"') > 0 ORDER BY seq LIMIT ${atOnce}`,
        [job, after],
      );
      const prompts = rows.map(({ content }) => ({ promptKey: promptKey(JSON.parse(String(content)))?.toString() }));
      known = await addPrompts(ask, job, prompts, known);
      const last = rows.at(-1);
      if (last === undefined || rows.length < atOnce) break;
      after = numberOf(last, 'seq');
    }
    await ask('UPDATE training_predictions.jobs SET prompt_ids = $1 WHERE number = $2', [known, job]);
  }
}

/** Of rows that came when `restart` and `revision` were fields like others. */
async function findStarts(ask: Ask): Promise<void> {
  for (let after = [0, 0]; ; ) {
    const rows = await ask(
      `SELECT job, seq, epoch, step, content FROM training_predictions.predictions
       WHERE (job, seq) > ($1, $2) AND (strpos(content, '"restart"') > 0 OR strpos(content, '"revision"') > 0)
       ORDER BY job, seq LIMIT ${atOnce}`,
      after,
    );
    for (const job of new Set(rows.map((row) => numberOf(row, 'job')))) {
      const ofJob = rows.filter((row) => row['job'] === job);
      const found = ofJob.map((row) => ({
        epoch: numberOf(row, 'epoch'),
        step: numberOf(row, 'step'),
        ...supersedingOf(JSON.parse(String(row['content']))),
      }));
      if (!(await addToStarts(ask, job, found))) continue;
      await ask('UPDATE training_predictions.jobs SET may_supersede = 1 WHERE number = $1', [job]);
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = [numberOf(last, 'job'), numberOf(last, 'seq')];
  }
}

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
  for (const [index, migration] of migrations.slice(version).entries()) {
    await ask(migration);
    // Of a new database there are no rows yet.
    if (there && version + index + 1 === stepsSince) await fillSteps(ask);
  }
  if (there && version < stepsSince) {
    await findPrompts(ask);
    await findStarts(ask);
  }
  await ask('UPDATE training_predictions.schema_version SET version = $1', [schemaVersion]);
}
