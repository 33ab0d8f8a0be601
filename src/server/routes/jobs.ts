import type { FastifyInstance } from 'fastify';
import { stepsToField, withinLevels } from '../../wire/depth.ts';
import { isActive, jobUpdate } from '../../wire/job.ts';
import { jobsQuery } from '../../wire/queries.ts';
import { HttpError } from '../reporting/errors.ts';
import { edition, jobDeletedType, jobSavedType, jobsType, localJobsType } from '../requests/answers.ts';
import { jsonBody, skipBody, withBody } from '../requests/body.ts';
import { described } from '../requests/described.ts';
import { parseQuery } from '../requests/query.ts';
import { checkJobId, requireUser } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';
import { jobRow, jobSummary } from '../storage/jobJson.ts';
import { members, objectText } from '../storage/jsonText.ts';
import type { JobRecord } from '../storage/storage.ts';

const defaultLimit = 50;
const maxLimit = 100;

/** Creating, updating, listing and deleting jobs, all with the API key. */
export function jobRoutes(app: FastifyInstance, services: Services): void {
  const { storage, auth, tokens, limits } = services;

  app.post(
    '/api/training/local/jobs',
    {
      schema: described({
        summary: 'Create a job, or update the given fields of one',
        credential: 'key',
        body: jobUpdate,
        answer: jobSavedType,
        errors: [400, 404, 413, 507],
      }),
    },
    async (request, reply) => {
      const userId = await requireUser(auth, request);
      return withBody(services, request, reply, `user ${userId}`, async (body) => {
        const { text, value } = jsonBody(body, stepsToField.ofRow);
        const { job_id: jobId, status } = withinLevels(jobUpdate.parse(value));
        checkJobId(jobId);
        const fields = members(text);
        fields.delete('job_id');
        fields.delete('status');
        const before = status !== undefined && isActive(status) ? await storage.job(jobId) : undefined;
        const job = await storage.saveJob(userId, jobId, { status, fields: objectText(fields) });
        if (job === undefined) throw new HttpError(404, 'Job not found');
        return {
          ...{ success: true, persisted: true, job_id: jobId, user_id: userId, job_token: tokens.of(job), edition },
          ...restartWarning(before, job),
        };
      });
    },
  );

  const listSchema = described({
    summary: 'Jobs, newest first, in pages',
    credential: 'key',
    query: jobsQuery,
    answer: localJobsType,
    errors: [400],
  });
  app.get('/api/training/local/jobs', { schema: listSchema }, async (request) => {
    const userId = await requireUser(auth, request);
    const query = parseQuery(jobsQuery, request.query);
    const limit = Math.min(query.limit ?? defaultLimit, maxLimit);
    const offset = query.offset ?? 0;
    const { jobs, total } = await storage.jobs(userId, { status: query.status, limit, offset });
    return { jobs: jobs.map(jobRow), total, limit, offset };
  });

  const newestSchema = described({ summary: 'The 50 newest jobs', credential: 'key', answer: jobsType });
  app.get('/api/training/jobs', { schema: newestSchema }, async (request) => {
    const userId = await requireUser(auth, request);
    const { jobs } = await storage.jobs(userId, { limit: 50, offset: 0 });
    return { success: true, count: jobs.length, jobs: jobs.map((job) => jobSummary(job, Date.now())) };
  });

  const deleteSchema = described({
    summary: 'Delete a job with its predictions',
    credential: 'key',
    jobInPath: true,
    answer: jobDeletedType,
    errors: [404, 413],
  });
  app.delete<{ Params: { jobId: string } }>(
    '/api/training/local/jobs/:jobId',
    { schema: deleteSchema },
    async (request, reply) => {
      const userId = await requireUser(auth, request);
      await skipBody(request, reply, limits.bodyBytes);
      const { jobId } = request.params;
      if (!(await storage.deleteJob(userId, jobId))) throw new HttpError(404, 'Job not found');
      return { success: true, job_id: jobId };
    },
  );
}

/** A script that is run again under the id of a run that ended adds to that: only itself can know whether it means to. */
function restartWarning(before: JobRecord | undefined, job: JobRecord): { warning?: string } {
  if (before === undefined || before.incarnation !== job.incarnation) return {};
  if (isActive(before.status) || before.predictionCount === 0) return {};
  const held = before.predictionCount === 1 ? '1 prediction' : `${before.predictionCount} predictions`;
  return {
    warning:
      `This job had ended (${before.status}) with ${held}: what is sent now is added to them. Give each run an id of its ` +
      'own; a run that goes on says so by restart in its rows.',
  };
}
