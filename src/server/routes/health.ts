import type { FastifyInstance } from 'fastify';
import { healthQuery } from '../../wire/proof.ts';
import { type HealthAnswer, healthAnswer } from '../../wire/responses.ts';
import { edition } from '../requests/answers.ts';
import { described } from '../requests/described.ts';
import type { Services } from '../requests/services.ts';

/** `GET /health`: needs no key and tells nothing of the jobs. A challenge is answered with a proof of this process. */
export function healthRoute(app: FastifyInstance, { storage, version, prover }: Services): void {
  const { instance } = prover;
  const answer: HealthAnswer = { status: 'ok', version, edition, engine: storage.engine, instance };
  const schema = described({
    summary: 'Whether the server runs, and a proof that it is the one that server.json tells of',
    credential: 'none',
    query: healthQuery,
    answer: healthAnswer.type,
  });
  app.get('/health', { schema }, async ({ query }) => {
    // As it came: a challenge of digits alone is a text.
    const { challenge } = healthQuery.parse(query);
    return challenge === undefined ? answer : { ...answer, proof: prover.answer(challenge) };
  });
}
