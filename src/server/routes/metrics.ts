import type { FastifyInstance } from 'fastify';
import * as Type from 'typebox';
import { isLoopbackPeer } from '../access/hosts.ts';
import { HttpError } from '../reporting/errors.ts';
import { described } from '../requests/described.ts';
import type { Services } from '../requests/services.ts';

/** `GET /metrics`: the server's own figures in Prometheus' text form, for this machine alone and without a key. */
export function metricsRoute(app: FastifyInstance, { metrics, hub }: Services): void {
  const schema = described({
    summary: 'Figures in Prometheus’ text form; told to the server’s own machine alone',
    credential: 'none',
    answer: Type.String(),
    answerType: 'text/plain',
  });
  app.get('/metrics', { schema }, async (request, reply) => {
    if (!isLoopbackPeer(request.socket.remoteAddress)) {
      throw new HttpError(403, 'Metrics are told to the machine alone that the server runs on');
    }
    void reply.type('text/plain; version=0.0.4; charset=utf-8');
    return metrics.text(hub.openStreams);
  });
}
