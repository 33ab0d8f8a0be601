import type { FastifyInstance } from 'fastify';
import { requireUser } from '../requests.ts';
import type { Services } from '../services.ts';

/** `GET /metrics`: the server's own figures in Prometheus' text form. */
export function metricsRoute(app: FastifyInstance, { auth, hub }: Services): void {
  app.get('/metrics', async (request, reply) => {
    await requireUser(auth, request);
    void reply.type('text/plain; version=0.0.4; charset=utf-8');
    return [
      '# HELP training_predictions_streams Event streams that are open now.',
      '# TYPE training_predictions_streams gauge',
      `training_predictions_streams ${hub.openStreams}`,
      '',
    ].join('\n');
  });
}
