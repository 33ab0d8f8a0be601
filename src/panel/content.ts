/** What a panel tells its webview of a watch, beside the table itself. Pure. */
import { summarize } from '../stream/connectionSummary.ts';
import { titleOf } from '../watch/jobTitle.ts';
import type { PredictionStore } from '../watch/predictionStore.ts';
import type { WatchSession } from '../watch/watchSession.ts';
import type { Job } from '../wire/job.ts';
import type { Prediction } from '../wire/prediction.ts';
import { overallImprovement } from '../wire/trends.ts';
import { cellCharacters, type HostMessageOf, type JobSummary, type RowDetail } from './protocol.ts';

const promptCharacters = 120;

/** @param job what the listing says; undefined before it says anything */
export function jobSummary(jobId: string, job: Job | undefined, server: string): JobSummary {
  return {
    id: jobId,
    title: titleOf(jobId, job),
    server,
    status: job?.status ?? null,
    currentEpoch: job?.current_epoch ?? null,
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
    },
    loading: session.loading,
    now,
  };
}

export function detailOf(row: Prediction | undefined): RowDetail | null {
  if (row === undefined) return null;
  return {
    id: row.id,
    prompt: row.prompt,
    groundTruth: row.ground_truth ?? null,
    prediction: row.prediction,
    validationKind: row.validation_kind ?? null,
    validationErrors: errorLines(row.validation_errors),
    promptTokens: row.prompt_tokens ?? null,
    completionTokens: row.completion_tokens ?? null,
    latencyMs: row.latency_ms ?? null,
    createdAt: row.created_at,
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

/** @param sample the sample that the reader chose; the first one stands in for null and for one that is not there */
export function comparisonMessage(store: PredictionStore, sample: number | null): HostMessageOf<'comparison'> {
  const samples = store.samples();
  const chosen = samples.find(({ sampleIndex }) => sampleIndex === sample) ?? samples[0];
  const history = chosen === undefined ? [] : store.history(chosen.sampleIndex);
  const newest = history[0];
  return {
    type: 'comparison',
    samples: samples.map(({ sampleIndex, prompt, answers }) => ({
      sampleIndex,
      prompt: prompt.slice(0, promptCharacters),
      epochs: answers,
    })),
    sample: chosen?.sampleIndex ?? null,
    prompt: newest?.prompt ?? '',
    groundTruth: newest?.ground_truth ?? null,
    history: history.map((row) => ({
      id: row.id,
      epoch: row.epoch,
      step: row.step,
      prediction: row.prediction.slice(0, cellCharacters),
      charErrorRate: row.char_error_rate ?? null,
      validationPass: row.validation_pass ?? null,
    })),
  };
}

export function trendsMessage(store: PredictionStore): HostMessageOf<'trends'> {
  const points = store.trends();
  return { type: 'trends', points, overallImprovement: overallImprovement(points) };
}
