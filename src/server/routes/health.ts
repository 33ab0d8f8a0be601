import type { FastifyInstance } from 'fastify';
import type { HealthAnswer } from '../../wire/responses.ts';
import type { Services } from '../services.ts';

/** `GET /health`: needs no key and tells nothing of the jobs. */
export function healthRoute(app: FastifyInstance, { storage, version, instance }: Services): void {
  const answer: HealthAnswer = { status: 'ok', version, engine: storage.engine, instance };
  app.get('/health', async () => answer);
}
