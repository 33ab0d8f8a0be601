/** What a panel tells its webview of a watch, beside the table itself. Pure. */
import { beginning } from '../plainText.ts';
import { orNull } from '../store/rowTable.ts';
import { summarize } from '../stream/connectionSummary.ts';
import { titleOf } from '../watch/jobTitle.ts';
import type { PredictionStore } from '../watch/predictionStore.ts';
import type { WatchSession } from '../watch/watchSession.ts';
import type { Job } from '../wire/job.ts';
import type { Prediction } from '../wire/prediction.ts';
import { overallImprovement } from '../wire/trends.ts';
import type { Differences } from './differences.ts';
import type { DifferencePart, HistoryEntry, HostMessageOf, JobSummary, RowDetail, ViewState } from './protocol.ts';
import { cell } from './tableView.ts';

const promptCharacters = 120;
/** Longer pairs of texts are not compared in the Comparison tab, in characters. */
const differenceCharacters = 20_000;

/** @param job what the listing says; undefined before it says anything */
export function jobSummary(jobId: string, job: Job | undefined, server: string): JobSummary {
  return {
    id: jobId,
    title: titleOf(jobId, job),
    server,
    status: job?.status ?? null,
    // Trainers count parts of an epoch too.
    currentEpoch: job?.current_epoch == null ? null : Math.floor(job.current_epoch),
    totalEpochs: job?.total_epochs ?? null,
  };
}

export function statusMessage(session: WatchSession, job: JobSummary, now: number): HostMessageOf<'status'> {
  return {
    type: 'status',
    job,
    connection: summarize(session.connection, session.problem),
    counts: {
      held: session.store.size,
      onServer: session.onServer,
      caughtUp: session.caughtUp,
      unreadable: session.unreadable.total,
      lastArrival: session.lastArrival,
      newestEpoch: session.store.newestEpoch,
    },
    loading: session.loading,
    now,
  };
}

export function detailOf(row: Prediction | undefined, differences: Differences): RowDetail | null {
  if (row === undefined) return null;
  const truth = row.ground_truth ?? null;
  return {
    id: row.id,
    prompt: row.prompt,
    groundTruth: truth,
    prediction: row.prediction,
    validationKind: row.validation_kind ?? null,
    validationErrors: errorLines(row.validation_errors),
    promptTokens: row.prompt_tokens ?? null,
    completionTokens: row.completion_tokens ?? null,
    latencyMs: row.latency_ms ?? null,
    createdAt: row.created_at,
    difference: truth === null ? null : differences.get(`${row.id} truth`, truth, row.prediction),
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

/** The part of a view that the Comparison tab shows. */
export type ComparisonView = Pick<ViewState, 'sample' | 'compareWith' | 'answers'>;

/** The first sample stands in where none was chosen, or one that is not there. */
export function comparisonMessage(
  store: PredictionStore,
  view: ComparisonView,
  differences: Differences,
): HostMessageOf<'comparison'> {
  const samples = store.samples();
  const chosen = samples.find(({ sampleIndex }) => sampleIndex === view.sample) ?? samples[0];
  const { table } = store;
  const history = chosen === undefined ? [] : store.historyRows(chosen.sampleIndex);
  const newest = history[0];
  const truth = newest === undefined ? null : table.groundTruth(newest);
  const entries = history.slice(0, view.answers).map((row) => historyEntry(row, store, view, differences));
  const firstCorrect = history.findLast((row) => table.exactMatch(row) === 1);
  const firstRegression = history.findLast((row) => store.mark(row) === 'worse');
  return {
    type: 'comparison',
    answers: history.length,
    samples: samples.map(({ sampleIndex, prompt, answers }) => ({
      sampleIndex,
      prompt: beginning(prompt, promptCharacters),
      epochs: answers,
    })),
    sample: chosen?.sampleIndex ?? null,
    prompt: newest === undefined ? '' : cell(table.prompt(newest)),
    groundTruth: truth === null ? null : cell(truth),
    history: entries,
    firstCorrect: firstCorrect === undefined ? null : table.epoch(firstCorrect),
    firstRegression: firstRegression === undefined ? null : table.epoch(firstRegression),
  };
}

function historyEntry(
  row: number,
  store: PredictionStore,
  { compareWith }: ComparisonView,
  differences: Differences,
): HistoryEntry {
  const { table } = store;
  const before = store.before(row);
  const id = table.id(row);
  const truth = table.groundTruth(row);
  const prediction = table.prediction(row);
  let difference: DifferencePart[] | null = null;
  // All epochs travel in one message: long texts are for the diff editor.
  const isShort = (other: string): boolean => prediction.length + other.length <= differenceCharacters;
  if (compareWith === 'truth' && truth !== null && isShort(truth)) {
    difference = differences.get(`${id} truth`, truth, prediction);
  }
  if (compareWith === 'previous' && before !== undefined) {
    const other = table.prediction(before);
    if (isShort(other)) difference = differences.get(`${id} ${table.id(before)}`, other, prediction);
  }
  return {
    id,
    epoch: table.epoch(row),
    step: table.step(row),
    prediction: cell(prediction),
    charErrorRate: orNull(table.charErrorRate(row)),
    validationPass: table.validationPass(row),
    mark: store.mark(row),
    difference,
  };
}

/** Another watched job, for the charts. */
export interface OtherJob {
  key: string;
  title: string;
  store: PredictionStore;
}

/** @param overlay key of the job that is laid over this one; null for none */
export function trendsMessage(
  store: PredictionStore,
  others: readonly OtherJob[],
  overlay: string | null,
): HostMessageOf<'trends'> {
  const points = store.trends();
  const over = others.find(({ key }) => key === overlay);
  return {
    type: 'trends',
    points,
    overallImprovement: overallImprovement(points),
    changes: store.changes(),
    others: others.map(({ key, title }) => ({ key, title })),
    overlay: over === undefined ? null : { key: over.key, title: over.title, points: over.store.trends() },
  };
}
