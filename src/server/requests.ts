import type { FastifyRequest } from 'fastify';
import { type Auth, bearer } from './auth.ts';
import { HttpError } from './errors.ts';
import type { JobRecord, Storage } from './storage.ts';

/** The user whose API key the request carries. @throws HttpError 401 */
export async function requireUser(auth: Auth, request: FastifyRequest): Promise<string> {
  const user = await auth.user(request.headers);
  if (user === undefined) throw new HttpError(401, 'Unauthorized');
  return user;
}

/** The token that the request carries, right or wrong. @throws HttpError 401 when there is none */
export function requireToken(request: FastifyRequest): string {
  const token = bearer(request.headers);
  if (token === undefined) throw new HttpError(401, 'Unauthorized: send the job token as Authorization: Bearer');
  return token;
}

/** The user's job. @throws HttpError 404 when it is unknown or another's */
export async function requireJob(storage: Storage, userId: string, jobId: string): Promise<JobRecord> {
  const job = await storage.job(jobId);
  if (job === undefined || job.userId !== userId) throw new HttpError(404, 'Job not found');
  return job;
}
