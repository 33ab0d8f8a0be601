import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { tagsOf } from '../../model/reasoning.ts';
import type { ReadJson } from '../../wire/pythonJson.ts';
import { predictionsQuery } from '../../wire/queries.ts';
import { maxPageSize, storedType } from '../../wire/responses.ts';
import { SchemaError } from '../../wire/schema.ts';
import { predictionBatch } from '../../wire/sentPrediction.ts';
import { predictionsType } from '../requests/answers.ts';
import { batchHeaders, checkRows, checkScoreNames, storeBatch } from '../requests/batch.ts';
import { described } from '../requests/described.ts';
import { withTexts } from '../requests/madeTexts.ts';
import { nearFields } from '../requests/nearFields.ts';
import { parseRows } from '../requests/nonFinite.ts';
import { parseQuery } from '../requests/query.ts';
import { requireJob, requireUser } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';
import { mapInTurns } from '../scoring/turns.ts';
import { withUnknownFields } from '../storage/jobStates.ts';
import { memberElements } from '../storage/jsonText.ts';
import { newPrediction, predictionJson } from '../storage/predictionJson.ts';
import { newRowId, uuidOf } from '../storage/rowIds.ts';
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
        const misspelt = nearFields((body.value as { predictions: object[] }).predictions);
        if (withUnknownFields(job.fields, misspelt) !== undefined) await storage.keepUnknownFields(job, misspelt);
        const outcome = await storage.addPredictions(job, rows, key);
        if (outcome.kind === 'stored') metrics.inserts.add(outcome.stored);
        return { count: rows.length, outcome, misspelt };
      }),
  );

  const page = described({
    summary: 'Predictions of a job, in pages',
    credential: 'key',
    jobInPath: true,
    answer: predictionsType,
    query: predictionsQuery,
    errors: [400, 404],
  });
  app.get<JobRoute>('/api/training/predictions/:jobId', { schema: page }, async (request, reply) => {
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    const query = parseQuery(predictionsQuery, request.query);
    const { epoch, step, after, order, limit = defaultLimit, offset = 0 } = query;
    if (step !== undefined && epoch === undefined) throw new SchemaError('step', 'expected with an epoch');
    const read: PredictionsRead = {
      order: order ?? (after === undefined ? 'sample' : 'asc'),
      after: after ?? 0,
      upTo: job.lastSeq,
      epoch,
      step,
      limit: Math.min(limit, maxPageSize),
      offset,
    };
    const epochCount = await storage.epochCount(job);
    void reply.type('application/json; charset=utf-8');
    return reply.send(Readable.from(pageText(storage, job, read, epochCount)));
  });
}

/** The rows of a batch, with the scores that it lacks. @throws SchemaError */
async function readRows({ scorer }: Services, job: JobRecord, json: ReadJson): Promise<NewPrediction[]> {
  const { body, notFinite } = parseRows(predictionBatch, json, 'predictions');
  const texts = memberElements(json.text, 'predictions');
  checkRows(body.predictions, texts, 'predictions', job);
  body.predictions.forEach((prediction, index) => {
    checkScoreNames(prediction, `predictions[${index}]`);
  });
  const rows = await mapInTurns(body.predictions, (sent, index) =>
    withTexts(sent, texts[index], `predictions[${index}]`),
  );
  const predictions = rows.map(({ input }) => input);
  const scores = await scorer.fill(predictions, (place) => notFinite.get(place)?.names, reasoningTags(job));
  const createdAt = new Date().toISOString();
  return mapInTurns(rows, ({ input, source }, index) => {
    const filled = scores[index];
    if (filled === undefined) throw new Error(`predictions[${index}] has no scores`);
    const own = ownId(input);
    return newPrediction(input, source, filled, {
      id: own ?? newRowId(),
      isOwnId: own !== undefined,
      createdAt,
      nonfiniteValues: notFinite.get(index)?.count ?? 0,
    });
  });
}

/** A config may be large, and nearly none names tags. */
function reasoningTags({ fields }: JobRecord): ReturnType<typeof tagsOf> {
  return fields.includes('"reasoning_tags"') ? tagsOf((JSON.parse(fields) as { config?: unknown }).config) : undefined;
}

/** The UUID by which its sender knows a prediction. */
function ownId(prediction: object): string | undefined {
  const id = 'id' in prediction ? prediction.id : undefined;
  return typeof id === 'string' ? uuidOf(id) : undefined;
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
