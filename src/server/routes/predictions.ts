import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { epochSummary, overallImprovement, trendPoint } from '../../model/epochStatistics.ts';
import { predictionBatch } from '../../wire/prediction.ts';
import { predictionsQuery } from '../../wire/queries.ts';
import { maxPageSize } from '../../wire/responses.ts';
import type { Schema } from '../../wire/schema.ts';
import { epochsType, predictionsType, storedType, trendsType } from '../requests/answers.ts';
import { batchHeaders, checkRows, storeBatch } from '../requests/batch.ts';
import type { JsonBody } from '../requests/body.ts';
import { described } from '../requests/described.ts';
import { parseQuery } from '../requests/query.ts';
import { requireJob, requireUser } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';
import { mapInTurns } from '../scoring/turns.ts';

import { memberElements } from '../storage/jsonText.ts';
import { newPrediction, predictionJson } from '../storage/predictionJson.ts';
import type { JobRecord, NewPrediction, PredictionsRead, Storage } from '../storage/storage.ts';

const defaultLimit = 50;

interface JobRoute {
  Params: { jobId: string };
}

/** Storing predictions with the job's token, and reading them with the API key. */
export function predictionRoutes(app: FastifyInstance, services: Services): void {
  const { storage, auth, metrics } = services;

  app.post(
    '/api/training/local/predictions',
    {
      schema: described({
        summary: 'Store a batch of predictions, whole or not at all',
        credential: 'job token',
        headers: batchHeaders,
        body: predictionBatch,
        answer: storedType,
        errors: [400, 404, 409, 413, 507],
      }),
    },
    (request, reply) =>
      storeBatch(services, request, reply, 'predictions', async ({ job, body, key }) => {
        const rows = await readRows(services, job, body);
        const outcome = await storage.addPredictions(job, rows, key);
        if (outcome.kind === 'stored') metrics.inserts.add(rows.length);
        return { count: rows.length, outcome };
      }),
  );

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

  const page = ofJob('Predictions of a job, in pages', predictionsType, predictionsQuery);
  app.get<JobRoute>('/api/training/predictions/:jobId', page, async (request, reply) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    const { epoch, after, order, limit = defaultLimit, offset = 0 } = parseQuery(predictionsQuery, request.query);
    const read: PredictionsRead = {
      order: order ?? (after === undefined ? 'sample' : 'asc'),
      after: after ?? 0,
      upTo: job.lastSeq,
      epoch,
      limit: Math.min(limit, maxPageSize),
      offset,
    };
    const epochCount = await storage.epochCount(job);
    void reply.type('application/json; charset=utf-8');
    return reply.send(Readable.from(pageText(storage, job, read, epochCount)));
  });

  const epochs = ofJob('What is there of each epoch, ascending', epochsType);
  app.get<JobRoute>('/api/training/predictions/:jobId/epochs', epochs, async (request) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    return { job_id: job.id, epochs: (await storage.epochs(job)).map(epochSummary) };
  });

  const trends = ofJob('Scores of each epoch, ascending', trendsType);
  app.get<JobRoute>('/api/training/predictions/:jobId/trends', trends, async (request) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    const points = (await storage.epochs(job)).map(trendPoint);
    return { job_id: job.id, trends: points, overall_improvement: overallImprovement(points) };
  });
}

/** The rows of a batch, with the scores that it lacks. @throws SchemaError */
async function readRows({ scorer }: Services, job: JobRecord, { text, value }: JsonBody): Promise<NewPrediction[]> {
  const { predictions } = predictionBatch.parse(value);
  checkRows(predictions, 'predictions', job);
  const texts = memberElements(text, 'predictions');
  const scores = await scorer.fill(predictions);
  const createdAt = new Date().toISOString();
  return mapInTurns(predictions, (prediction, index) => {
    const [record, filled] = [texts[index], scores[index]];
    if (record === undefined || filled === undefined) throw new Error(`predictions[${index}] has no text or no scores`);
    return newPrediction(prediction, record, filled, { id: randomUUID(), createdAt });
  });
}

/**
 * Characters of a piece of an answer. A text of 128 kB or more lies in memory pages of its own, which the system hands
 * out and clears anew each time: at 250 kB, making it cost ten times as much for each row.
 */
const pieceCharacters = 32_768;

/** The answer of a page, in pieces: a thousand long predictions need not be in memory at once. */
async function* pageText(
  storage: Storage,
  job: JobRecord,
  read: PredictionsRead,
  epochCount: number,
): AsyncGenerator<string> {
  const counts = `"total_count":${job.predictionCount},"epoch_count":${epochCount}`;
  let piece = `{"job_id":${JSON.stringify(job.id)},${counts},"predictions":[`;
  let separator = '';
  for await (const rows of storage.predictions(job, read)) {
    for (const row of rows) {
      piece += separator + predictionJson(job, row);
      separator = ',';
      if (piece.length < pieceCharacters) continue;
      yield piece;
      piece = '';
    }
  }
  yield `${piece}]}`;
}
