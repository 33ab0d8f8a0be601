/** What a panel tells its webview of a watch, beside the table itself. Pure. */
import { cutOffOf } from '../model/completions.ts';
import type { ReasoningTags } from '../model/reasoning.ts';
import { beginning, plainName } from '../plainText.ts';
import { redact } from '../redact.ts';
import { summarize } from '../stream/connectionSummary.ts';
import { progressOf } from '../watch/jobProgress.ts';
import { cutInMiddle, titleOf } from '../watch/jobTitle.ts';
import type { WatchSession } from '../watch/watchSession.ts';
import { type Job, unknownFieldsOf } from '../wire/job.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { Differences } from './differences/differences.ts';
import { errorPlaces } from './json/errorPlaces.ts';
import { jsonForm } from './json/keyDifference.ts';
import type { RowDetail } from './protocol/table.ts';
import type { ViewState } from './protocol/view.ts';
import type { HostMessageOf, JobSummary } from './protocol.ts';
import { answerText } from './texts/answerText.ts';
import { rooms, shownPrompt } from './texts/promptText.ts';

/** Of why a job failed so many characters are told: its trace may be long, and its end is in the script's own log. */
const failureCharacters = 20_000;

/**
 * A job's title on the tab of its panel is cut to so many characters: a longer one would leave no room for other tabs. Names
 * of models with what they were trained by are shorter, and people look for their tab by the whole of them.
 */
const tabCharacters = 100;

/** What the tab of a job's panel is called; the panel's header tells all of a long title. */
export function tabTitle(title: string): string {
  return `Predictions: ${cutInMiddle(title, tabCharacters)}`;
}

/**
 * @param job what the listing says; undefined before it says anything
 * @param byEpoch its checkpoints are called by their epochs
 * @param title what it is called among the other jobs
 */
export function jobSummary(
  jobId: string,
  job: Job | undefined,
  server: string,
  byEpoch = true,
  title = titleOf(jobId, job),
): JobSummary {
  return {
    id: plainName(jobId),
    title,
    server,
    status: job === undefined ? null : plainName(job.status),
    failure: job === undefined ? null : failureOf(job),
    ...unknownOf(job),
    ...progressOf(job, byEpoch),
    ...(job?.nonfinite_values && { nonFinite: job.nonfinite_values }),
  };
}

function unknownOf(job: Job | undefined): Pick<JobSummary, 'unknownFields'> {
  const fields = Object.entries(unknownFieldsOf(job?.unknown_fields));
  if (fields.length === 0) return {};
  return { unknownFields: fields.map(([name, near]) => ({ name: plainName(name), near: plainName(near) })) };
}

/** Why it failed or was cancelled, in the words of its script, line by line. */
function failureOf({ status, error_message }: Job): string | null {
  if (status !== 'failed' && status !== 'cancelled') return null;
  const lines = redact(beginning((error_message ?? '').trim(), failureCharacters)).split(/\r\n?|\n/);
  return lines.map(plainName).join('\n');
}

export function statusMessage(session: WatchSession, job: JobSummary, now: number): HostMessageOf<'status'> {
  const { store } = session;
  const newest = store.newestCheckpoint;
  return {
    type: 'status',
    job,
    connection: summarize(session.connection, session.problem, job.status),
    counts: {
      held: store.size,
      onServer: session.onServer,
      caughtUp: session.caughtUp,
      unreadable: session.unreadable.total,
      unreadableRows: session.unreadable.rows,
      lastArrival: session.lastArrival,
      newestEpoch: newest?.epoch ?? null,
      newestStep: store.checkpointsAreEpochs ? null : (newest?.step ?? null),
    },
    loading: session.loading,
    now,
  };
}

/** @param finalOnly the difference is of the final answer */
export function detailOf(
  row: Prediction | undefined,
  differences: Differences,
  tags?: readonly ReasoningTags[],
  finalOnly = true,
  compareJson: ViewState['compareJson'] = 'text',
): RowDetail | null {
  if (row === undefined) return null;
  const { text, reasoning, part, ...form } = answerText(row, tags, finalOnly, rooms.row);
  const truth = row.ground_truth ?? null;
  const places = errorPlaces(row.validation_errors, text);
  return {
    id: row.id,
    ...shownPrompt(row, tags, rooms.row),
    groundTruth: truth,
    prediction: text,
    reasoning,
    ...form,
    cutOff: cutOffOf(row),
    validationKind: row.validation_kind ?? null,
    validationErrors: errorLines(row.validation_errors),
    ...(places.length === 0 ? {} : { errorPlaces: places }),
    promptTokens: row.prompt_tokens ?? null,
    completionTokens: row.completion_tokens ?? null,
    latencyMs: row.latency_ms ?? null,
    createdAt: row.created_at,
    difference: truth === null ? null : differences.get(`${row.id}${part} truth`, truth, text),
    ...(truth === null ? {} : jsonForm(truth, text, compareJson)),
  };
}

/** Validation errors are any JSON; what has a message is told by it, with the place where it is known. */
function errorLines(errors: unknown): string[] {
  if (errors == null) return [];
  const list: unknown[] = Array.isArray(errors) ? errors : [errors];
  return list.map((error) => {
    if (typeof error === 'string') return error;
    if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
      return 'path' in error && typeof error.path === 'string' ? `${error.path}: ${error.message}` : error.message;
    }
    return JSON.stringify(error);
  });
}
