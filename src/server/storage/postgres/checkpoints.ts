import type { Checkpoint } from '../../../model/checkpoints.ts';
import { checkpointsOf } from '../checkpointGrowth.ts';
import { type JobMarks, promptIds } from '../jobMarks.ts';
import { promptHash } from '../promptHash.ts';
import type { CheckpointCount, JobCheckpoints, JobRecord, KeptSummary, NewPrediction } from '../storage.ts';
import {
  checkpointCountOf,
  checkpointOf,
  markColumns,
  marksOf,
  numberOf,
  numberOrNull,
  type SqlRow,
  startOf,
  summaryOf,
  textOf,
} from '../storedRows.ts';
import type { Ask, PostgresDatabase } from './database.ts';
import { addToStarts } from './starts.ts';

const addCheckpoints = `
  INSERT INTO training_predictions.checkpoints AS known (job, epoch, step, first_seq, prediction_count)
  SELECT $1::bigint, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
  ON CONFLICT (job, epoch, step) DO UPDATE SET prediction_count = known.prediction_count + excluded.prediction_count`;

/**
 * Counts rows in that are stored under the sequence numbers from `firstSeq` on.
 *
 * @returns the marks of the job with them
 */
export async function addToCheckpoints(
  ask: Ask,
  job: number,
  firstSeq: number,
  rows: readonly NewPrediction[],
  { severalStepsFrom, promptIds: known, maySupersede }: JobMarks,
): Promise<JobMarks> {
  const checkpoints = checkpointsOf(rows, firstSeq);
  if (checkpoints.length > 0) {
    await ask(addCheckpoints, [
      job,
      checkpoints.map((checkpoint) => checkpoint.epoch),
      checkpoints.map((checkpoint) => checkpoint.step),
      checkpoints.map((checkpoint) => checkpoint.firstSeq),
      checkpoints.map((checkpoint) => checkpoint.predictionCount),
    ]);
  }
  return {
    severalStepsFrom: severalStepsFrom ?? (await firstOfSecondSteps(ask, job, [...new Set(checkpoints.map(epochOf))])),
    promptIds: await addPrompts(ask, job, rows, known),
    maySupersede: (await addToStarts(ask, job, rows)) || maySupersede,
  };
}

function epochOf({ epoch }: Checkpoint): number {
  return epoch;
}

async function firstOfSecondSteps(ask: Ask, job: number, epochs: readonly number[]): Promise<number | null> {
  const [found = {}] = await ask(
    `SELECT min(second.first_seq) AS first FROM unnest($2::bigint[]) AS asked (epoch), LATERAL (
       SELECT first_seq FROM training_predictions.checkpoints
       WHERE job = $1 AND epoch = asked.epoch ORDER BY first_seq LIMIT 1 OFFSET 1
     ) AS second`,
    [job, epochs],
  );
  return numberOrNull(found, 'first');
}

/** Looks for a `prompt_id` that comes twice, for as long as none did. @returns what is known then, of `promptIds` */
export async function addPrompts(
  ask: Ask,
  job: number,
  rows: readonly Pick<NewPrediction, 'promptKey'>[],
  known: number,
): Promise<number> {
  if (known === promptIds.repeated) return known;
  const keys = rows.flatMap(({ promptKey }) => (promptKey === undefined ? [] : promptHash(promptKey)));
  if (keys.length === 0) return known;
  const added = await ask(
    `INSERT INTO training_predictions.prompts SELECT $1, * FROM unnest($2::text[]) ON CONFLICT DO NOTHING RETURNING 1`,
    [job, keys],
  );
  if (added.length === keys.length) return promptIds.distinct;
  await ask('DELETE FROM training_predictions.prompts WHERE job = $1', [job]);
  return promptIds.repeated;
}

export async function readCheckpoints(database: PostgresDatabase, job: number): Promise<JobCheckpoints | undefined> {
  // One statement sees one moment.
  const rows = await database.query(
    `SELECT jobs.last_seq, ${markColumns}, epoch, step, checkpoints.prediction_count,
       summary_count, summary_named, summary_live_from,
       CASE WHEN may_supersede = 1 AND row_number() OVER (ORDER BY epoch, step) = 1
         THEN (SELECT json_agg(starts ORDER BY restart)::text FROM training_predictions.starts WHERE job = $1)
       END AS starts
     FROM training_predictions.jobs LEFT JOIN training_predictions.checkpoints ON checkpoints.job = jobs.number
     WHERE jobs.number = $1 ORDER BY epoch, step`,
    [job],
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const checkpoints = first['epoch'] === null ? [] : rows.map(checkpointOf);
  const starts = first['starts'] === null ? [] : (JSON.parse(textOf(first, 'starts')) as SqlRow[]).map(startOf);
  return { lastSeq: numberOf(first, 'last_seq'), ...marksOf(first), checkpoints, starts };
}

export async function keepSummaries(
  database: PostgresDatabase,
  { number }: JobRecord,
  summaries: readonly KeptSummary[],
): Promise<void> {
  await database.query(
    `UPDATE training_predictions.checkpoints AS known
     SET summary_count = made.count, summary_named = made.named, summary_live_from = made.live_from,
       summary = made.text
     FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
       AS made (epoch, step, count, named, live_from, text)
     WHERE known.job = $1 AND known.epoch = made.epoch AND known.step = made.step`,
    [
      number,
      summaries.map(({ epoch }) => epoch),
      summaries.map(({ step }) => step),
      summaries.map(({ predictionCount }) => predictionCount),
      summaries.map(({ isNamed }) => Number(isNamed)),
      summaries.map(({ liveFrom }) => liveFrom),
      summaries.map(({ text }) => text),
    ],
  );
}

export async function readSummaries(database: PostgresDatabase, job: number): Promise<KeptSummary[]> {
  const rows = await database.query(
    `SELECT epoch, step, summary_count, summary_named, summary_live_from, summary
     FROM training_predictions.checkpoints
     WHERE job = $1 AND summary_count > 0`,
    [job],
  );
  return rows.map(summaryOf);
}

export async function latestCheckpoint(
  database: PostgresDatabase,
  job: number,
  seq: number,
): Promise<Checkpoint | null> {
  const [found] = await database.query(
    `SELECT epoch, step FROM training_predictions.checkpoints
     WHERE job = $1 AND first_seq <= $2 ORDER BY epoch DESC, step DESC LIMIT 1`,
    [job, seq],
  );
  return found === undefined ? null : { epoch: numberOf(found, 'epoch'), step: numberOf(found, 'step') };
}

export async function checkpointCounts(
  database: PostgresDatabase,
  job: number,
  first: Checkpoint,
  last: Checkpoint,
): Promise<CheckpointCount[]> {
  const rows = await database.query(
    `SELECT epoch, step, prediction_count FROM training_predictions.checkpoints
     WHERE job = $1 AND (epoch, step) >= ($2, $3) AND (epoch, step) <= ($4, $5) ORDER BY epoch, step`,
    [job, first.epoch, first.step, last.epoch, last.step],
  );
  return rows.map(checkpointCountOf);
}
