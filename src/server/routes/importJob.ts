import type { FastifyInstance } from 'fastify';
import { importedLine } from '../../wire/sentPrediction.ts';
import { allowLongBody } from '../access/httpServer.ts';
import { mostImports } from '../access/limits.ts';
import { HttpError } from '../reporting/errors.ts';
import { jobImportedType } from '../requests/answers.ts';
import { chunksOf } from '../requests/body.ts';
import { described } from '../requests/described.ts';
import { ImportRows } from '../requests/importRows.ts';
import { checkJobId, requireIdentity } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';

/** Largest import, in bytes. */
const importLimit = 4 * 1024 * 1024 * 1024;

/** `POST /api/training/local/jobs/{jobId}/import`: a whole job's predictions as JSON Lines, all of them or none. */
export function importRoute(app: FastifyInstance, { storage, auth, bodies, scorer, limits, metrics }: Services): void {
  const schema = described({
    summary: 'A whole job’s predictions as JSON Lines, all of them or none',
    credential: 'key',
    jobInPath: true,
    body: importedLine,
    bodyType: 'application/x-ndjson',
    answer: jobImportedType,
    errors: [400, 404, 409, 413, 507],
  });
  const running = new RunningImports();
  app.post<{ Params: { jobId: string } }>(
    '/api/training/local/jobs/:jobId/import',
    { schema },
    async (request, reply) => {
      const identity = await requireIdentity(auth, request);
      const { userId } = identity;
      const { jobId } = request.params;
      checkJobId(jobId);
      const body = request.raw;
      const share = bodies.share(`user ${userId}`);
      const end = running.begin(userId);
      allowLongBody(body);
      try {
        const known = await storage.job(jobId);
        if (known !== undefined) throw known.userId === userId ? conflict() : new HttpError(404, 'Job not found');
        const rows = new ImportRows(scorer);
        const limit = { line: limits.bodyBytes, body: importLimit };
        const read = rows.read(chunksOf(body, reply), limit, (bytes) => share.hold(bytes));
        // It may take hours: a key that was revoked or replaced meanwhile stores nothing any more.
        const stillAllowed = whileGood(read, () => auth.isGood(identity));
        const job = await storage.importJob(userId, jobId, stillAllowed, () => rows.change);
        if (job === undefined) throw conflict();
        metrics.inserts.add(rows.count);
        const { count, misspelt } = rows;
        const told = Object.keys(misspelt).length === 0 ? {} : { unknown_fields: misspelt };
        return { success: true, job_id: jobId, user_id: userId, count, ...told };
      } catch (error) {
        if (body.destroyed && !body.complete) {
          throw new HttpError(400, 'The body ended before it was complete', { cause: error });
        }
        throw error;
      } finally {
        share.release();
        end();
        // A client that is still sending reads no answer before it is done.
        body.resume();
      }
    },
  );
}

/** What comes while `isGood`. @throws HttpError 401 when it is not, also at the end */
async function* whileGood<T>(items: AsyncIterable<T>, isGood: () => Promise<boolean>): AsyncGenerator<T> {
  const check = async (): Promise<void> => {
    if (!(await isGood())) throw new HttpError(401, 'Unauthorized: the key was revoked or replaced meanwhile');
  };
  for await (const item of items) {
    await check();
    yield item;
  }
  await check();
}

/** Imports at once, in all and of one user: each holds a table of its ids, and a connection of a PostgreSQL database. */
class RunningImports {
  readonly #users = new Map<string, number>();
  #all = 0;

  /** @returns to be called at the end. @throws HttpError 429 or 503 */
  begin(userId: string): () => void {
    const own = this.#users.get(userId) ?? 0;
    if (own >= mostImports.ofUser) {
      throw new HttpError(429, `More than ${mostImports.ofUser} imports at once: send it again later`, {
        retryAfter: 5,
      });
    }
    if (this.#all >= mostImports.inAll) {
      throw new HttpError(503, 'The server is busy with other imports: send it again later', { retryAfter: 5 });
    }
    this.#change(userId, 1);
    return () => this.#change(userId, -1);
  }

  #change(userId: string, by: number): void {
    this.#all += by;
    const own = (this.#users.get(userId) ?? 0) + by;
    if (own > 0) this.#users.set(userId, own);
    else this.#users.delete(userId);
  }
}

function conflict(): HttpError {
  return new HttpError(409, 'There is a job of this id: delete it first, or import under another id');
}
