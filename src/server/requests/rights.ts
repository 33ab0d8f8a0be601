import type { FastifyRequest } from 'fastify';
import { SchemaError } from '../../wire/schema.ts';
import { type Auth, bearer, type Identity } from '../access/auth.ts';
import { HttpError } from '../reporting/errors.ts';
import type { JobRecord, Storage } from '../storage/storage.ts';

const maxIdCharacters = 1024;

/** The user whose API key the request carries. @throws HttpError 401, and 403 for a key that is for something else */
export async function requireUser(auth: Auth, request: FastifyRequest): Promise<string> {
  return (await requireIdentity(auth, request)).userId;
}

/** Whose API key the request carries. @throws HttpError 401, and 403 for a key that is for something else */
export async function requireIdentity(auth: Auth, request: FastifyRequest): Promise<Identity> {
  const identity = await auth.identity(request.headers, request.ip);
  if (identity === undefined) throw new HttpError(401, 'Unauthorized');
  if (!identity.scopes.some((scope) => scope === 'training' || scope === 'all')) {
    throw new HttpError(
      403,
      `Forbidden: this key is for ${identity.scopes.join(', ')}; use one with the scope training`,
    );
  }
  return identity;
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

/** An id has to fit in an address. @throws SchemaError */
export function checkJobId(jobId: string): void {
  if (jobId === '') throw new SchemaError('job_id', 'expected at least 1 character');
  if (jobId.length > maxIdCharacters) throw new SchemaError('job_id', `expected at most ${maxIdCharacters} characters`);
  if (/\p{Surrogate}/u.test(jobId)) throw new SchemaError('job_id', 'expected well-formed Unicode');
  if (jobId === '.' || jobId === '..') throw new SchemaError('job_id', `"${jobId}" cannot stand in an address`);
}
