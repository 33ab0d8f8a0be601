import type { FastifyInstance } from 'fastify';
import { streamQuery } from '../../wire/queries.ts';
import { describeError } from '../errorAnswer.ts';
import { parseQuery } from '../query.ts';
import { requireJob, requireUser } from '../requests.ts';
import type { Services } from '../services.ts';

interface StreamRoute {
  Params: { jobId: string };
}

/** The event stream of a job. Errors before it starts are plain text. */
export function streamRoute(app: FastifyInstance, { storage, auth, hub, log }: Services): void {
  app.get<StreamRoute>(
    '/api/training/predictions/:jobId/stream',
    {
      errorHandler: (error, _request, reply) => {
        const { status, message } = describeError(log, error);
        void reply.status(status).type('text/plain; charset=utf-8').send(message);
      },
    },
    async (request, reply) => {
      const userId = await requireUser(auth, request);
      const { epoch } = parseQuery(streamQuery, request.query);
      const job = await requireJob(storage, userId, request.params.jobId);
      const lastEventId = request.headers['last-event-id'];
      reply.hijack();
      hub.open(job, reply.raw, { lastEventId: lastEventId?.toString(), epoch });
    },
  );
}
