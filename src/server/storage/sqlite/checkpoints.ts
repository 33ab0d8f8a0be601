import type { Checkpoint } from '../../../model/checkpoints.ts';
import { type CheckpointGrowth, checkpointsOf } from '../checkpointGrowth.ts';
import { type JobMarks, promptIds } from '../jobMarks.ts';
import { promptHash } from '../promptHash.ts';
import type { CheckpointCount, JobCheckpoints, KeptSummary, NewPrediction, StoredStart } from '../storage.ts';
import { checkpointCountOf, checkpointOf, markColumns, marksOf, numberOf, startOf, summaryOf } from '../storedRows.ts';
import type { SqliteDatabase } from './database.ts';
import { addToStarts } from './starts.ts';

const addCheckpointSql = `
  INSERT INTO checkpoints (job, epoch, step, first_seq, prediction_count) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (job, epoch, step) DO UPDATE SET prediction_count = prediction_count + excluded.prediction_count`;

/**
 * Counts rows in that are stored under the sequence numbers from `firstSeq` on.
 *
 * @returns the marks of the job with them
 */
export function addToCheckpoints(
  database: SqliteDatabase,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
  { severalStepsFrom, promptIds: known, maySupersede }: JobMarks,
): JobMarks {
  const checkpoints = checkpointsOf(rows, firstSeq);
  const add = database.sql(addCheckpointSql);
  for (const { epoch, step, firstSeq: first, predictionCount } of checkpoints) {
    add.run(job, epoch, step, first, predictionCount);
  }
  return {
    severalStepsFrom: severalStepsFrom ?? firstOfSecondSteps(database, job, checkpoints),
    promptIds: addPrompts(database, job, rows, known),
    maySupersede: addToStarts((sql) => database.sql(sql), job, rows) || maySupersede,
  };
}

function firstOfSecondSteps(
  database: SqliteDatabase,
  job: number,
  checkpoints: readonly CheckpointGrowth[],
): number | null {
  const second = database.sql(
    'SELECT first_seq FROM checkpoints WHERE job = ? AND epoch = ? ORDER BY first_seq LIMIT 1 OFFSET 1',
  );
  let first: number | null = null;
  for (const epoch of new Set(checkpoints.map((checkpoint) => checkpoint.epoch))) {
    const found = second.get(job, epoch);
    if (found !== undefined) first = Math.min(first ?? Number.MAX_SAFE_INTEGER, numberOf(found, 'first_seq'));
  }
  return first;
}

/** Looks for a `prompt_id` that comes twice, for as long as none did. @returns what is known then, of `promptIds` */
export function addPrompts(
  database: SqliteDatabase,
  job: number,
  rows: Iterable<Pick<NewPrediction, 'promptKey'>>,
  known: number,
): number {
  let found = known;
  if (found === promptIds.repeated) return found;
  const add = database.sql('INSERT OR IGNORE INTO prompts VALUES (?, ?)');
  for (const { promptKey } of rows) {
    if (promptKey === undefined) continue;
    found = promptIds.distinct;
    if (add.run(job, promptHash(promptKey)).changes !== 0) continue;
    database.sql('DELETE FROM prompts WHERE job = ?').run(job);
    return promptIds.repeated;
  }
  return found;
}

export function readCheckpoints(database: SqliteDatabase, job: number): JobCheckpoints | undefined {
  const row = database.sql(`SELECT last_seq, ${markColumns} FROM jobs WHERE number = ?`).get(job);
  if (row === undefined) return undefined;
  const checkpoints = database.sql(
    `SELECT epoch, step, prediction_count, summary_count, summary_named, summary_live_from FROM checkpoints
     WHERE job = ? ORDER BY epoch, step`,
  );
  return {
    lastSeq: numberOf(row, 'last_seq'),
    ...marksOf(row),
    checkpoints: checkpoints.all(job).map(checkpointOf),
    starts: readStarts(database, job),
  };
}

/** Ascending. */
function readStarts(database: SqliteDatabase, job: number): StoredStart[] {
  const rows = database.sql('SELECT restart, restart_from, epoch, step FROM starts WHERE job = ? ORDER BY restart');
  return rows.all(job).map(startOf);
}

export function keepSummaries(database: SqliteDatabase, job: number, summaries: readonly KeptSummary[]): void {
  const keep = database.sql(
    `UPDATE checkpoints SET summary_count = ?, summary_named = ?, summary_live_from = ?, summary = ?
     WHERE job = ? AND epoch = ? AND step = ?`,
  );
  for (const { epoch, step, predictionCount, isNamed, liveFrom, text } of summaries) {
    keep.run(predictionCount, Number(isNamed), liveFrom, text, job, epoch, step);
  }
}

export function readSummaries(database: SqliteDatabase, job: number): KeptSummary[] {
  const rows = database.sql(
    'SELECT epoch, step, summary_count, summary_named, summary_live_from, summary FROM checkpoints WHERE job = ? AND summary_count > 0',
  );
  return rows.all(job).map(summaryOf);
}

export function latestCheckpoint(database: SqliteDatabase, job: number, seq: number): Checkpoint | null {
  const found = database
    .sql('SELECT epoch, step FROM checkpoints WHERE job = ? AND first_seq <= ? ORDER BY epoch DESC, step DESC LIMIT 1')
    .get(job, seq);
  return found === undefined ? null : { epoch: numberOf(found, 'epoch'), step: numberOf(found, 'step') };
}

export function checkpointCounts(
  database: SqliteDatabase,
  job: number,
  first: Checkpoint,
  last: Checkpoint,
): CheckpointCount[] {
  const rows = database.sql(
    `SELECT epoch, step, prediction_count FROM checkpoints
     WHERE job = ? AND (epoch, step) >= (?, ?) AND (epoch, step) <= (?, ?) ORDER BY epoch, step`,
  );
  return rows.all(job, first.epoch, first.step, last.epoch, last.step).map(checkpointCountOf);
}
