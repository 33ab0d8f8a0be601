import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { importedPrediction } from '../../wire/prediction.ts';
import { jobImportedType } from '../answers.ts';
import { HttpError } from '../errors.ts';
import { allowLongBody } from '../httpServer.ts';
import { ImportRows } from '../importRows.ts';
import { described } from '../openapi.ts';
import { checkJobId, requireUser } from '../requests.ts';
import type { Services } from '../services.ts';

/** Largest import, in bytes: its ids are held in memory while it arrives. */
const importLimit = 4 * 1024 * 1024 * 1024;

/** `POST /api/training/local/jobs/{jobId}/import`: a whole job's predictions as JSON Lines, all of them or none. */
export function importRoute(app: FastifyInstance, { storage, auth, scorer, limits, metrics }: Services): void {
  const schema = described({
    summary: 'A whole job’s predictions as JSON Lines, all of them or none',
    credential: 'key',
    jobInPath: true,
    body: importedPrediction,
    bodyType: 'application/x-ndjson',
    answer: jobImportedType,
    errors: [400, 404, 409, 413, 507],
  });
  app.register(async (scope) => {
    // The body is read while it arrives; no other route's body is.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));

    scope.post<{ Params: { jobId: string } }>(
      '/api/training/local/jobs/:jobId/import',
      {
        schema,
        bodyLimit: importLimit,
        onRequest: async (request) => {
          await requireUser(auth, request);
          allowLongBody(request.raw);
        },
      },
      async (request) => {
        const userId = await requireUser(auth, request);
        const { jobId } = request.params;
        checkJobId(jobId);
        const body = request.raw;
        try {
          const known = await storage.job(jobId);
          if (known !== undefined) throw known.userId === userId ? conflict() : new HttpError(404, 'Job not found');
          const rows = new ImportRows(scorer);
          const read = rows.read(chunksOf(body), { line: limits.bodyBytes, body: importLimit });
          const job = await storage.importJob(userId, jobId, read, () => rows.change);
          if (job === undefined) throw conflict();
          metrics.inserts.add(rows.count);
          return { success: true, job_id: jobId, user_id: userId, count: rows.count };
        } catch (error) {
          if (body.destroyed && !body.complete) {
            throw new HttpError(400, 'The body ended before it was complete', { cause: error });
          }
          throw error;
        } finally {
          // A client that is still sending reads no answer before it is done.
          body.resume();
        }
      },
    );
  });
}

/** Unlike a plain `for await`, leaves the connection open for the answer when the reader stops early. */
function chunksOf(body: IncomingMessage): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => body.iterator({ destroyOnReturn: false }) };
}

function conflict(): HttpError {
  return new HttpError(409, 'There is a job of this id: delete it first, or import under another id');
}
