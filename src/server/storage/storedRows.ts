import { type JobStatus, jobStatuses } from '../../wire/job.ts';
import type { JobMarks } from './jobMarks.ts';
import { keyScopes, type StoredKey } from './keyStore.ts';
import type {
  CheckpointCount,
  JobRecord,
  JobSize,
  KeptSummary,
  StoredCheckpoint,
  StoredEpoch,
  StoredPrediction,
  StoredStart,
  SummaryOf,
} from './storage.ts';

/** A row as either engine's library tells it; numbers are JavaScript's. */
export type SqlRow = Record<string, unknown>;

/** Ids as they stand in the tables. */
export function idText(id: string): string {
  return JSON.stringify(id);
}

export function jobOf(row: SqlRow): JobRecord {
  return {
    number: numberOf(row, 'number'),
    id: idOf(row, 'id'),
    userId: idOf(row, 'user_id'),
    incarnation: textOf(row, 'incarnation'),
    status: statusOf(row),
    createdAt: textOf(row, 'created_at'),
    fields: textOf(row, 'fields'),
    lastSeq: numberOf(row, 'last_seq'),
    predictionCount: numberOf(row, 'prediction_count'),
    bytes: numberOf(row, 'bytes'),
    aliveAt: textOf(row, 'alive_at'),
    nonfiniteValues: numberOf(row, 'nonfinite_values'),
    ...marksOf(row),
  };
}

/** What `marksOf` looks at in a row of `jobs`. */
export const markColumns = 'prompt_ids, several_steps_seq, may_supersede';

export function marksOf(row: SqlRow): JobMarks {
  return {
    promptIds: numberOf(row, 'prompt_ids'),
    severalStepsFrom: numberOrNull(row, 'several_steps_seq'),
    maySupersede: numberOf(row, 'may_supersede') === 1,
  };
}

export function checkpointCountOf(row: SqlRow): CheckpointCount {
  return {
    epoch: numberOf(row, 'epoch'),
    step: numberOf(row, 'step'),
    predictionCount: numberOf(row, 'prediction_count'),
  };
}

export function checkpointOf(row: SqlRow): StoredCheckpoint {
  return {
    ...checkpointCountOf(row),
    summaryOf: numberOf(row, 'summary_count') === 0 ? undefined : summarizedOf(row),
  };
}

export function summaryOf(row: SqlRow): KeptSummary {
  return {
    epoch: numberOf(row, 'epoch'),
    step: numberOf(row, 'step'),
    ...summarizedOf(row),
    text: textOf(row, 'summary'),
  };
}

function summarizedOf(row: SqlRow): SummaryOf {
  return {
    predictionCount: numberOf(row, 'summary_count'),
    isNamed: numberOf(row, 'summary_named') === 1,
    liveFrom: numberOrNull(row, 'summary_live_from'),
  };
}

export function startOf(row: SqlRow): StoredStart {
  return {
    restart: numberOf(row, 'restart'),
    from: numberOrNull(row, 'restart_from'),
    first: { epoch: numberOf(row, 'epoch'), step: numberOf(row, 'step') },
  };
}

export function jobSizeOf(row: SqlRow): JobSize {
  return {
    id: idOf(row, 'id'),
    userId: idOf(row, 'user_id'),
    incarnation: textOf(row, 'incarnation'),
    status: statusOf(row),
    bytes: numberOf(row, 'bytes'),
    aliveAt: textOf(row, 'alive_at'),
  };
}

export function predictionOf(row: SqlRow): StoredPrediction & { sampleIndex: number } {
  return {
    seq: numberOf(row, 'seq'),
    id: textOf(row, 'id'),
    createdAt: textOf(row, 'created_at'),
    epoch: numberOf(row, 'epoch'),
    step: numberOf(row, 'step'),
    sampleIndex: numberOf(row, 'sample_index'),
    content: textOf(row, 'content'),
  };
}

export function epochOf(row: SqlRow): StoredEpoch {
  const mean = (name: string) => ({ sum: numberOf(row, `${name}_sum`), count: numberOf(row, `${name}_count`) });
  return {
    epoch: numberOf(row, 'epoch'),
    firstSeq: numberOf(row, 'first_seq'),
    predictionCount: numberOf(row, 'prediction_count'),
    latestStep: numberOf(row, 'latest_step'),
    exactMatch: mean('exact_match'),
    charErrorRate: mean('char_error_rate'),
    minCharErrorRate: numberOrNull(row, 'char_error_rate_min'),
    maxCharErrorRate: numberOrNull(row, 'char_error_rate_max'),
    lengthRatio: mean('length_ratio'),
    wordOverlap: mean('word_overlap'),
    validation: mean('validation'),
  };
}

export function keyOf(row: SqlRow): StoredKey {
  const scopes = textOf(row, 'scopes').split(' ');
  return {
    id: textOf(row, 'id'),
    userId: textOf(row, 'user_id'),
    scopes: keyScopes.filter((scope) => scopes.includes(scope)),
    hash: textOf(row, 'hash'),
    createdAt: textOf(row, 'created_at'),
    revokedAt: row['revoked_at'] === null ? null : textOf(row, 'revoked_at'),
  };
}

/** Values of a row of `epochs`, in the order of its columns. */
export function epochValues(job: number, epoch: StoredEpoch): (number | null)[] {
  return [
    job,
    epoch.epoch,
    epoch.firstSeq,
    epoch.predictionCount,
    epoch.latestStep,
    epoch.exactMatch.sum,
    epoch.exactMatch.count,
    epoch.charErrorRate.sum,
    epoch.charErrorRate.count,
    epoch.minCharErrorRate,
    epoch.maxCharErrorRate,
    epoch.lengthRatio.sum,
    epoch.lengthRatio.count,
    epoch.wordOverlap.sum,
    epoch.wordOverlap.count,
    epoch.validation.sum,
    epoch.validation.count,
  ];
}

/** @throws TypeError when the file holds something else: it was changed by another program. */
export function numberOf(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`the database holds no number in ${column}`);
  return value;
}

/** Null where the database holds none. @throws TypeError as `numberOf` does */
export function numberOrNull(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : numberOf(row, column);
}

/** @throws TypeError as `numberOf` does */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`the database holds no text in ${column}`);
  return value;
}

function idOf(row: SqlRow, column: string): string {
  return String(JSON.parse(textOf(row, column)));
}

function statusOf(row: SqlRow): JobStatus {
  const status = jobStatuses.find((known) => known === row['status']);
  if (status === undefined) throw new TypeError('the database holds an unknown job status');
  return status;
}
