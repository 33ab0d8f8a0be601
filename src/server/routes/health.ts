import type { FastifyInstance } from 'fastify';
import { type HealthAnswer, healthAnswer } from '../../wire/responses.ts';
import { described } from '../openapi.ts';
import type { Services } from '../services.ts';

/** `GET /health`: needs no key and tells nothing of the jobs. */
export function healthRoute(app: FastifyInstance, { storage, version, instance }: Services): void {
  const answer: HealthAnswer = { status: 'ok', version, engine: storage.engine, instance };
  const schema = described({ summary: 'Whether the server runs', credential: 'none', answer: healthAnswer.type });
  app.get('/health', { schema }, async () => answer);
}
