import type { FastifyInstance } from 'fastify';
import * as Type from 'typebox';
import { jobListStreamRoute } from '../../wire/events.ts';
import { HttpError } from '../reporting/errors.ts';
import { described } from '../requests/described.ts';
import type { SendError } from '../requests/errorAnswer.ts';
import { requireIdentity } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';

/** The event stream of the list of jobs. Errors before it starts are plain text, as those of a job's. */
export function jobListStream(
  app: FastifyInstance,
  { auth, hub, jobLists, limits }: Services,
  sendError: SendError,
): void {
  const schema = described({
    summary:
      'Server-Sent Events of the list of jobs: connected, job (one that is new or changed), job_deleted, heartbeat. ' +
      'Read the list after connected: what changes from then on is told',
    credential: 'key',
    answer: Type.String(),
    answerType: 'text/event-stream',
    errorType: 'text/plain',
  });
  app.get(
    jobListStreamRoute,
    { schema, errorHandler: (error, request, reply) => sendError(error, request, reply, 'text') },
    async (request, reply) => {
      const identity = await requireIdentity(auth, request);
      const { userId } = identity;
      if (hub.streamsOf(userId) + jobLists.streamsOf(userId) >= limits.maxStreams) {
        throw new HttpError(429, `More than ${limits.maxStreams} open streams`, { retryAfter: 5 });
      }
      reply.hijack();
      jobLists.open(userId, reply.raw, () => auth.isGood(identity));
    },
  );
}
