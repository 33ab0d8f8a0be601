/** Answers to an assistant's questions about a job, as rows for `toolText`. Pure but for the reader. */
import { overallImprovement } from '../model/epochStatistics.ts';
import { compareScores } from '../model/marks.ts';
import { newestFirst, predictionOrder } from '../model/order.ts';
import type { Job } from '../wire/job.ts';
import { isActive } from '../wire/job.ts';
import type { Prediction } from '../wire/prediction.ts';
import type { TrendPoint } from '../wire/trends.ts';
import type { JobReader } from './jobReader.ts';
import { defaultRows, type SampleHistoryInput, type SamplesInput } from './toolInputs.ts';
import type { ToolAnswer } from './toolText.ts';

type Answer = Omit<ToolAnswer, 'source'>;

/** Jobs of all servers, active ones first. */
export function jobsAnswer(
  listed: readonly { server: string; job: Job; watched: boolean }[],
  activeOnly: boolean,
): Answer {
  const jobs = listed.filter(({ job }) => !activeOnly || isActive(job.status));
  const sorted = [...jobs].sort((a, b) => Number(isActive(b.job.status)) - Number(isActive(a.job.status)));
  return {
    what: activeOnly ? 'active jobs' : 'jobs',
    facts: [],
    total: jobs.length,
    rows: sorted.map(({ server, job, watched }) => ({
      server,
      jobId: job.id,
      model: job.model_name ?? null,
      status: job.status,
      ...(job._stale ? { stale: 'no worker runs it' } : {}),
      epoch: job.current_epoch ?? null,
      epochs: job.total_epochs ?? null,
      progressPercent: job.progress ?? null,
      loss: job.loss ?? null,
      startedAt: job.started_at ?? null,
      watched,
    })),
  };
}

/** The newest epochs come first: they are what is asked for most. */
export async function trendsAnswer(reader: JobReader): Promise<Answer> {
  const points = await reader.trends();
  const improvement = overallImprovement(points);
  return {
    what: 'epochs, the newest first',
    facts: [
      improvement === null
        ? 'The overall improvement cannot be told yet.'
        : `Overall improvement: ${improvement.toFixed(1)} % of the first epoch’s character error rate is gone in the last.`,
      'Rates are 0..1; a lower character error rate is better, of the others a higher one.',
    ],
    total: points.length,
    rows: points.toReversed().map(numbersOf),
  };
}

/** Without fields that only the server knows. */
function numbersOf(point: TrendPoint): TrendPoint {
  const { epoch, step, sample_count, avg_exact_match, avg_char_error_rate, avg_length_ratio, avg_word_overlap } = point;
  const { min_char_error_rate, max_char_error_rate, validation_pass_rate } = point;
  return {
    ...{ epoch, step, sample_count, avg_exact_match, avg_char_error_rate, avg_length_ratio, avg_word_overlap },
    ...{ min_char_error_rate, max_char_error_rate, validation_pass_rate },
  };
}

export async function historyAnswer(
  reader: JobReader,
  { sampleIndex, limit = defaultRows }: SampleHistoryInput,
): Promise<Answer> {
  const { rows, unread } = await reader.history(sampleIndex, limit);
  const newest = rows[0];
  return {
    what: `answers to sample ${sampleIndex}, the newest first`,
    facts: [
      newest === undefined ? 'The job has no such sample.' : 'The first object is the sample itself.',
      ...(unread === 0 ? [] : [`${unread} older epochs were not read and may have more; ask for more with limit.`]),
    ],
    total: rows.length,
    ...(newest === undefined ? {} : { subject: sampleOf(newest) }),
    rows: rows.slice(0, limit).map(answerOf),
  };
}

export async function samplesAnswer(
  reader: JobReader,
  { which, epoch: asked, limit = defaultRows }: SamplesInput,
): Promise<Answer> {
  const epochs = await reader.epochs();
  const epoch = asked ?? epochs.at(-1);
  if (epoch === undefined || !epochs.includes(epoch)) {
    const known =
      epochs.length === 0 ? 'It has no predictions yet.' : `It has epochs ${epochs[0]} to ${epochs.at(-1)}.`;
    return { what: 'samples', facts: [`The job has no such epoch. ${known}`], total: 0, rows: [] };
  }
  const answers = bySample(await reader.rowsOf(epoch));
  if (which === 'worst') {
    const rated = answers.filter((row) => row.char_error_rate != null).sort((a, b) => rateOf(b) - rateOf(a));
    return {
      what: `samples of epoch ${epoch} with a character error rate, the worst first`,
      facts: [],
      total: rated.length,
      rows: rated.slice(0, limit).map((row) => ({ ...sampleOf(row), ...answerOf(row) })),
    };
  }
  const previous = epochs[epochs.indexOf(epoch) - 1];
  const before = new Map(
    previous === undefined ? [] : bySample(await reader.rowsOf(previous)).map((row) => [row.sample_index, row]),
  );
  const regressed = answers
    .flatMap((row) => {
      const then = before.get(row.sample_index);
      return then !== undefined && compareScores(errorOf(row), errorOf(then), 'lower') === 'worse'
        ? [{ row, then }]
        : [];
    })
    .sort((a, b) => rateOf(b.row) - rateOf(b.then) - (rateOf(a.row) - rateOf(a.then)));
  return {
    what: `samples of epoch ${epoch} that are worse than in epoch ${previous ?? '(there is none before)'}, the largest rise first`,
    facts: [],
    total: regressed.length,
    rows: regressed.slice(0, limit).map(({ row, then }) => ({
      ...sampleOf(row),
      ...answerOf(row),
      before: { epoch: then.epoch, charErrorRate: rateOf(then), prediction: then.prediction },
    })),
  };
}

/** Each sample's newest answer. */
function bySample(rows: readonly Prediction[]): Prediction[] {
  const newest = new Map<number, Prediction>();
  for (const row of rows) {
    const known = newest.get(row.sample_index);
    if (known === undefined || newestFirst(predictionOrder, row, known) < 0) newest.set(row.sample_index, row);
  }
  return [...newest.values()].sort((a, b) => a.sample_index - b.sample_index);
}

function rateOf(row: Prediction): number {
  return row.char_error_rate ?? 0;
}

function errorOf(row: Prediction): number {
  return row.char_error_rate ?? Number.NaN;
}

function sampleOf(row: Prediction) {
  return { sampleIndex: row.sample_index, prompt: row.prompt, groundTruth: row.ground_truth ?? null };
}

function answerOf(row: Prediction) {
  return {
    epoch: row.epoch,
    step: row.step,
    charErrorRate: row.char_error_rate ?? null,
    exactMatch: row.exact_match ?? null,
    validationPass: row.validation_pass ?? null,
    prediction: row.prediction,
  };
}
