import type { FastifyInstance } from 'fastify';
import * as Type from 'typebox';
import { streamQuery } from '../../wire/queries.ts';
import { HttpError } from '../reporting/errors.ts';
import { described } from '../requests/described.ts';
import type { SendError } from '../requests/errorAnswer.ts';
import { parseQuery } from '../requests/query.ts';
import { requireIdentity, requireJob } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';

interface StreamRoute {
  Params: { jobId: string };
}

/** The event stream of a job. Errors before it starts are plain text. */
export function streamRoute(
  app: FastifyInstance,
  { storage, auth, hub, jobLists, limits }: Services,
  sendError: SendError,
): void {
  const schema = described({
    summary:
      'Server-Sent Events of a job: connected, prediction, epoch_complete, checkpoint_complete, job, heartbeat, error',
    credential: 'key',
    jobInPath: true,
    query: streamQuery,
    headers: Type.Object({
      'last-event-id': Type.Optional(Type.String({ description: 'Sequence number of the last prediction received' })),
    }),
    answer: Type.String(),
    answerType: 'text/event-stream',
    errorType: 'text/plain',
    errors: [400, 404],
  });
  app.get<StreamRoute>(
    '/api/training/predictions/:jobId/stream',
    { schema, errorHandler: (error, request, reply) => sendError(error, request, reply, 'text') },
    async (request, reply) => {
      const identity = await requireIdentity(auth, request);
      const { userId } = identity;
      const { epoch } = parseQuery(streamQuery, request.query);
      const job = await requireJob(storage, userId, request.params.jobId);
      const lastEventId = request.headers['last-event-id'];
      if (hub.streamsOf(userId) + jobLists.streamsOf(userId) >= limits.maxStreams) {
        throw new HttpError(429, `More than ${limits.maxStreams} open streams`, { retryAfter: 5 });
      }
      reply.hijack();
      const isAllowed = () => auth.isGood(identity);
      hub.open(job, reply.raw, { lastEventId: lastEventId?.toString(), epoch, isAllowed });
    },
  );
}
