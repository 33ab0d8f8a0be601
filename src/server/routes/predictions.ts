import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { predictionBatch } from '../../wire/prediction.ts';
import { predictionsQuery } from '../../wire/queries.ts';
import { maxPageSize } from '../../wire/responses.ts';
import { SchemaError } from '../../wire/schema.ts';
import { overallImprovement } from '../../wire/trends.ts';
import { type JsonBody, jsonBody } from '../body.ts';
import { epochSummary, trendPoint } from '../epochStatistics.ts';
import { HttpError } from '../errors.ts';
import { elements, members } from '../jsonText.ts';
import { newPrediction, predictionJson } from '../predictionJson.ts';
import { parseQuery } from '../query.ts';
import { requireJob, requireToken, requireUser } from '../requests.ts';
import type { Services } from '../services.ts';
import type { JobRecord, PredictionsRead, Storage } from '../storage.ts';

const defaultLimit = 50;

interface JobRoute {
  Params: { jobId: string };
}

/** Storing predictions with the job's token, and reading them with the API key. */
export function predictionRoutes(app: FastifyInstance, services: Services): void {
  const { storage, auth } = services;

  app.post(
    '/api/training/local/predictions',
    { onRequest: async (request) => void requireToken(request) },
    async (request) => {
      const body = jsonBody(request.body);
      const jobId = jobIdOf(body.value);
      const job = await storage.job(jobId);
      if (job === undefined) throw new HttpError(404, 'Job not found');
      if (!auth.isJobToken(job, requireToken(request))) throw new HttpError(401, 'Unauthorized: wrong job token');
      return { success: true, count: await store(services, job, body) };
    },
  );

  app.get<JobRoute>('/api/training/predictions/:jobId', async (request, reply) => {
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
    const epochCount = (await storage.epochs(job)).length;
    void reply.type('application/json; charset=utf-8');
    return reply.send(Readable.from(pageText(storage, job, read, epochCount)));
  });

  app.get<JobRoute>('/api/training/predictions/:jobId/epochs', async (request) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    return { job_id: job.id, epochs: (await storage.epochs(job)).map(epochSummary) };
  });

  app.get<JobRoute>('/api/training/predictions/:jobId/trends', async (request) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    const trends = (await storage.epochs(job)).map(trendPoint);
    return { job_id: job.id, trends, overall_improvement: overallImprovement(trends) };
  });
}

/** Whose batch it is, read before the rest, as the token decides whether the rest is looked at. */
function jobIdOf(batch: unknown): string {
  const jobId = typeof batch === 'object' && batch !== null && 'job_id' in batch ? batch.job_id : undefined;
  if (jobId === undefined) throw new SchemaError('job_id', 'required');
  if (typeof jobId !== 'string') throw new SchemaError('job_id', 'expected string');
  return jobId;
}

/** Stores a whole batch; returns how many. @throws SchemaError or HttpError, with nothing stored */
async function store({ storage, scorer }: Services, job: JobRecord, { text, value }: JsonBody): Promise<number> {
  const { predictions } = predictionBatch.parse(value);
  predictions.forEach((prediction, index) => {
    if (prediction.job_id !== undefined && prediction.job_id !== job.id) {
      throw new SchemaError(`predictions[${index}].job_id`, "differs from the batch's job_id");
    }
  });
  const texts = elements(members(text).get('predictions') ?? '[]');
  const scores = await scorer.fill(predictions);
  const createdAt = new Date().toISOString();
  const rows = predictions.map((prediction, index) => {
    const [record, filled] = [texts[index], scores[index]];
    if (record === undefined || filled === undefined) throw new Error(`predictions[${index}] has no text or no scores`);
    return newPrediction(prediction, record, filled, createdAt);
  });
  if (!(await storage.addPredictions(job, rows))) throw new HttpError(404, 'Job not found');
  return rows.length;
}

/** The answer of a page, in pieces: a thousand long predictions need not be in memory at once. */
async function* pageText(
  storage: Storage,
  job: JobRecord,
  read: PredictionsRead,
  epochCount: number,
): AsyncGenerator<string> {
  const counts = `"total_count":${job.predictionCount},"epoch_count":${epochCount}`;
  yield `{"job_id":${JSON.stringify(job.id)},${counts},"predictions":[`;
  let separator = '';
  for await (const rows of storage.predictions(job, read)) {
    yield separator + rows.map((row) => predictionJson(job, row)).join(',');
    separator = ',';
  }
  yield ']}';
}
