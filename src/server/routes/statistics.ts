import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { firstScoreNames } from '../../model/checkpointScores.ts';
import {
  addStatistics,
  type EpochStatistics,
  emptyStatistics,
  epochSummary,
  overallImprovement,
  trendPoint,
} from '../../model/epochStatistics.ts';
import { trendsQuery } from '../../wire/queries.ts';
import type { Schema } from '../../wire/schema.ts';
import { checkpointsType, epochsType, trendsType } from '../requests/answers.ts';
import { described } from '../requests/described.ts';
import { requireJob, requireUser } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';
import { mapInTurns } from '../scoring/turns.ts';
import { objectText } from '../storage/jsonText.ts';
import type { JobRecord } from '../storage/storage.ts';
import type { SummarizedCheckpoint } from '../upkeep/checkpointSummaries.ts';

/** Scores that are told of checkpoints when nobody says which. */
const defaultScores = 16;
/** Points of a piece of an answer, which may have thousands. */
const pointsOfPiece = 50;

interface JobRoute {
  Params: { jobId: string };
}

/** What is told of a job's epochs and checkpoints, with the API key. */
export function statisticsRoutes(app: FastifyInstance, { storage, auth, summaries }: Services): void {
  const ofJob = (summary: string, answer: TSchema, query?: Schema<unknown>) => ({
    schema: described({
      summary,
      credential: 'key',
      jobInPath: true,
      answer,
      ...(query !== undefined && { query }),
      errors: query === undefined ? [404] : [400, 404],
    }),
  });

  const epochs = ofJob('What is there of each epoch, ascending', epochsType);
  app.get<JobRoute>('/api/training/predictions/:jobId/epochs', epochs, async (request) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    return { job_id: job.id, epochs: (await storage.epochs(job)).map(epochSummary) };
  });

  const checkpoints = ofJob('What is there of each checkpoint, ascending', checkpointsType);
  app.get<JobRoute>('/api/training/predictions/:jobId/checkpoints', checkpoints, async (request) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    const all = await summaries.of(job);
    return {
      job_id: job.id,
      checkpoints: all.map(({ epoch, step, predictionCount, samples, liveCount }) => ({
        epoch,
        step,
        prediction_count: predictionCount,
        sample_count: samples,
        superseded_count: predictionCount - liveCount,
      })),
    };
  });

  const trends = ofJob('Scores of each epoch, or of each checkpoint, ascending', trendsType, trendsQuery);
  app.get<JobRoute>('/api/training/predictions/:jobId/trends', trends, async (request, reply) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    // As it came: names of digits alone are texts.
    const { by, scores } = trendsQuery.parse(request.query);
    if (by === undefined) {
      const epochs = job.maySupersede ? liveEpochs(await summaries.of(job)) : await storage.epochs(job);
      const points = epochs.map(trendPoint);
      return { job_id: job.id, trends: points, overall_improvement: overallImprovement(points) };
    }
    const all = (await summaries.of(job)).filter(({ liveCount }) => liveCount > 0);
    const names = scores?.split(',') ?? firstScoreNames(all.flatMap(scoreNames)).slice(0, defaultScores);
    void reply.type('application/json; charset=utf-8');
    return reply.send(Readable.from(trendsText(job, all, new Set(names))));
  });
}

/** The epochs of rows that are not superseded. @param checkpoints ascending */
function liveEpochs(checkpoints: readonly SummarizedCheckpoint[]): EpochStatistics[] {
  const epochs: EpochStatistics[] = [];
  for (const { liveRows } of checkpoints) {
    if (liveRows === undefined || liveRows.predictionCount === 0) continue;
    if (epochs.at(-1)?.epoch !== liveRows.epoch) epochs.push(emptyStatistics(liveRows.epoch));
    const epoch = epochs.at(-1);
    if (epoch !== undefined) addStatistics(epoch, liveRows);
  }
  return epochs;
}

function scoreNames({ scores }: SummarizedCheckpoint): string[] {
  return scores.map(([name]) => name);
}

async function* trendsText(
  job: JobRecord,
  checkpoints: readonly SummarizedCheckpoint[],
  names: ReadonlySet<string>,
): AsyncGenerator<string> {
  yield `{"job_id":${JSON.stringify(job.id)},"by":"checkpoint","trends":[`;
  const points = await mapInTurns(checkpoints, (checkpoint) => pointText(checkpoint, names));
  for (let start = 0; start < points.length; start += pointsOfPiece) {
    yield `${start === 0 ? '' : ','}${points.slice(start, start + pointsOfPiece).join(',')}`;
  }
  yield ']}';
}

/** Made as text: a score may be called as what objects have. */
function pointText(
  { epoch, step, samples, predictionCount, scores }: SummarizedCheckpoint,
  names: ReadonlySet<string>,
): string {
  const told = new Map<string, string>();
  for (const [name, summary] of scores) if (names.has(name)) told.set(name, summary);
  const counts = `"sample_count":${samples},"prediction_count":${predictionCount}`;
  return `{"epoch":${epoch},"step":${step},${counts},"scores":${objectText(told)}}`;
}
