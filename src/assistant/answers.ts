/** Answers to an assistant's questions about a job, as rows for `toolText`. Pure but for the reader. */

import { decidingScore, directionOf } from '../model/directions.ts';
import { overallImprovement } from '../model/epochStatistics.ts';
import { compareScoreNames, isKnownScore } from '../model/knownScores.ts';
import { progressOf } from '../watch/jobProgress.ts';
import type { Job } from '../wire/job.ts';
import { isActive } from '../wire/job.ts';
import type { TrendPoint } from '../wire/trends.ts';
import type { CheckpointScores, JobReader } from './jobReader.ts';
import type { ToolAnswer } from './toolText.ts';

export { historyAnswer, samplesAnswer } from './sampleAnswers.ts';

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
      ...stepsOf(job),
      progressPercent: job.progress ?? null,
      loss: job.loss ?? null,
      startedAt: job.started_at ?? null,
      watched,
    })),
  };
}

/** Of a run of one epoch, whose epoch says nothing. */
function stepsOf(job: Job): { step?: number; steps?: number | null } {
  const { currentStep, totalSteps } = progressOf(job, true);
  return currentStep === null ? {} : { step: currentStep, steps: totalSteps };
}

/** The newest come first: they are what is asked for most. */
export async function trendsAnswer(reader: JobReader, { score }: { score?: string } = {}): Promise<Answer> {
  const checkpoints = await reader.checkpoints(score);
  if (checkpoints !== null && (score !== undefined || !isToldByEpochs(checkpoints))) {
    return checkpointsAnswer(checkpoints, reader, score);
  }
  return epochsAnswer(reader);
}

/** As in the first edition: an epoch has one checkpoint, and no other score than the contract's a value. */
function isToldByEpochs({ points, byEpoch }: CheckpointScores): boolean {
  return byEpoch && points.every(({ scores }) => Object.keys(scores).every(isKnownScore));
}

function checkpointsAnswer({ points, byEpoch }: CheckpointScores, reader: JobReader, score?: string): Answer {
  const { settings, chosen } = reader.judging;
  const names = [...new Set(points.flatMap(({ scores }) => Object.keys(scores)))].sort(compareScoreNames);
  // Where a score stands in a row, a server does not say; those that are not of the contract mostly stand under `scores`.
  const own = names.filter((name) => !isKnownScore(name));
  const judge = decidingScore({ has: (name) => names.includes(name), underScores: own, all: names }, settings, chosen);
  const sources = new Set(points.map(({ source }) => source ?? ''));
  const hasGroups = points.some(({ groups }) => groups != null);
  return {
    what: byEpoch ? 'epochs, the newest first' : 'checkpoints, the newest first',
    facts: [
      ...(score !== undefined && names.length === 0 ? ['No checkpoint has a value of that score.'] : []),
      'Each score is over the samples of its checkpoint: mean, smallest, largest, and how many samples have one.',
      ...(hasGroups
        ? [
            'groups: samples with several completions, and how many of them teach nothing, as all are equal by the deciding score.',
            'passAny: the share of the samples of which some completion passes, by score (pass@n of their n completions).',
          ]
        : []),
      'The first object says which values are better, and by which score answers are judged.',
    ],
    subject: {
      ...(score === undefined ? { decidingScore: judge?.name ?? null } : {}),
      better: names.map((name) => [name, directionOf(name, settings)]),
    },
    total: points.length,
    rows: points.toReversed().map(({ epoch, step, source, sample_count, prediction_count, scores, ...held }) => ({
      ...{ epoch, step },
      ...(sources.size > 1 ? { source } : {}),
      samples: sample_count,
      ...(prediction_count > sample_count ? { answers: prediction_count } : {}),
      ...(held.groups == null
        ? {}
        : {
            groups: [held.groups.groups, held.groups.idle],
            passAny: held.passes?.filter(([name]) => isOwnPass(name)),
          }),
      scores: names.flatMap((name) => {
        const found = Object.hasOwn(scores, name) ? scores[name] : undefined;
        return found === undefined ? [] : [[name, found.mean, found.min, found.max, found.count]];
      }),
    })),
  };
}

async function epochsAnswer(reader: JobReader): Promise<Answer> {
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

/** Whether somebody asks of how many samples some completion is 1: what is a measure says nothing of it. */
function isOwnPass(name: string): boolean {
  return name !== 'cut_off' && !name.endsWith('_tokens');
}
