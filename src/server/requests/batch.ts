import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as Type from 'typebox';
import { isKnownScore } from '../../model/scores.ts';
import { mostLevels, withinLevels } from '../../wire/depth.ts';
import { predictionFields } from '../../wire/prediction.ts';
import type { ReadJson } from '../../wire/pythonJson.ts';
import { SchemaError } from '../../wire/schema.ts';
import type { PredictionInput } from '../../wire/sentPrediction.ts';
import type { TokenJob } from '../access/jobTokens.ts';
import { HttpError } from '../reporting/errors.ts';
import type { ScannedElement } from '../storage/jsonText.ts';
import type { AddOutcome, BatchKey, JobRecord, Storage } from '../storage/storage.ts';
import { jsonBody, withBody } from './body.ts';
import { requireToken } from './rights.ts';
import type { Services } from './services.ts';

/** Rows that one request may add: about what the thread that serves everybody stores in 100 ms. */
export const maxBatchRows = 10_000;

/** Headers that both routes of batches read. */
export const batchHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The same key again gets the first answer and stores nothing',
    }),
  ),
});

/** A request that adds rows to its token's job. */
export interface Batch {
  readonly job: JobRecord;
  readonly body: ReadJson;
  readonly key: BatchKey | undefined;
}

/**
 * Stores the batch of a request. Whose it is is told by the token, before anything of the body is read.
 *
 * @param rows name of the array that holds the rows
 * @param store answers how many rows there were, what became of them, and which unknown fields are nearly called like others
 * @returns what the client is told
 * @throws SchemaError, or HttpError 400, 401, 404, 409, 413, 429 or 503
 */
export async function storeBatch(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  rows: string,
  store: (batch: Batch) => Promise<{ count: number; outcome: AddOutcome; misspelt?: Readonly<Record<string, string>> }>,
) {
  const owner = await services.tokens.job(requireToken(request));
  if (owner === undefined) throw wrongToken();
  const sender = owner === 'gone' ? 'tokens of jobs that are gone' : `user ${owner.userId}`;
  return withBody(services, request, reply, sender, async (bytes) => {
    const body = jsonBody(bytes);
    const job = await requireOwnJob(services.storage, owner, jobIdOf(body.value));
    const array = (body.value as Record<string, unknown>)[rows];
    if (Array.isArray(array) && array.length > maxBatchRows) {
      throw new HttpError(413, `${rows}: expected at most ${maxBatchRows} in one request: send fewer at once`);
    }
    const key = batchKey(request, bytes);
    const { count, outcome, misspelt = {} } = await store({ job, body, key });
    const answer = batchAnswer(outcome, key, count);
    return Object.keys(misspelt).length === 0 ? answer : { ...answer, unknown_fields: misspelt };
  });
}

/** A batch names the job that its token is for. @throws HttpError 401 for another job, 404 when there is none */
async function requireOwnJob(storage: Storage, owner: TokenJob, jobId: string): Promise<JobRecord> {
  if (owner !== 'gone' && owner.id === jobId) return owner;
  if ((await storage.job(jobId)) === undefined) throw new HttpError(404, 'Job not found');
  throw wrongToken();
}

function wrongToken(): HttpError {
  return new HttpError(401, 'Unauthorized: wrong job token');
}

/** What the client is told of its batch of `count` rows. @throws HttpError 404 or 409 */
function batchAnswer(outcome: AddOutcome, key: BatchKey | undefined, count: number) {
  if (outcome.kind === 'gone') throw new HttpError(404, 'Job not found');
  if (outcome.kind === 'stored') return { success: true, count, ...toldOf(outcome) };
  if (outcome.digest === key?.digest) return { success: true, count: outcome.count, ...toldOf(outcome) };
  throw new HttpError(409, 'This Idempotency-Key was used for another request: use a new one for each batch');
}

function toldOf({ known }: { readonly known: number | null }) {
  return known === null ? {} : { known };
}

/**
 * A prediction or metric has no more levels than it may, and names no job or the batch's own.
 *
 * @param texts the text of each row
 * @throws SchemaError
 */
export function checkRows(
  rows: readonly { job_id?: unknown }[],
  texts: readonly ScannedElement[],
  name: string,
  job: JobRecord,
): void {
  rows.forEach((row, index) => {
    // A look at each value takes much longer than the one at the text, which was needed anyway.
    if ((texts[index]?.levels ?? mostLevels + 1) > mostLevels) withinLevels(row, `${name}[${index}]`);
    if (row.job_id === undefined || row.job_id === job.id) return;
    throw new SchemaError(`${name}[${index}].job_id`, "differs from the batch's job_id");
  });
}

/** A score of the team's own has a name that is no field's. @param place of the row, empty for one by itself. @throws SchemaError */
export function checkScoreNames({ scores }: Pick<PredictionInput, 'scores'>, place = ''): void {
  if (scores == null) return;
  for (const name of Object.keys(scores)) {
    if (!predictionFields.has(name) || isKnownScore(name)) continue;
    const field = place === '' ? `scores.${name}` : `${place}.scores.${name}`;
    throw new SchemaError(field, 'is a field of a prediction: give the score another name');
  }
}

function jobIdOf(batch: unknown): string {
  const jobId = typeof batch === 'object' && batch !== null && 'job_id' in batch ? batch.job_id : undefined;
  if (jobId === undefined) throw new SchemaError('job_id', 'required');
  if (typeof jobId !== 'string') throw new SchemaError('job_id', 'expected string');
  return jobId;
}

/** The digest holds the route too: a key is for one request. @throws HttpError 400 */
function batchKey(request: FastifyRequest, body: Buffer): BatchKey | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new HttpError(400, 'Idempotency-Key: expected 1 to 255 characters of printable ASCII');
  }
  const digest = createHash('sha256').update(`${request.routeOptions.url}\n`).update(body);
  return { key, digest: digest.digest('base64url') };
}
