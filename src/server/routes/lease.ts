import type { FastifyInstance } from 'fastify';
import * as Type from 'typebox';
import { leaseRoute } from '../../wire/lease.ts';
import { leaseQuery } from '../../wire/queries.ts';
import { described } from '../requests/described.ts';
import { parseQuery } from '../requests/query.ts';
import { requireUser } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';

/** `GET /lease`: open for as long as a window wants the server to run. */
export function leaseRoutes(app: FastifyInstance, { auth, leases, usage }: Services): void {
  const schema = described({
    summary: 'Stays open, with lines of JSON, for as long as a window wants the server to run',
    credential: 'key',
    query: leaseQuery,
    answer: Type.String(),
    answerType: 'application/x-ndjson',
    errors: [400],
  });
  app.get(leaseRoute, { schema }, async (request, reply) => {
    await requireUser(auth, request);
    const { keep_running: keepRunning } = parseQuery(leaseQuery, request.query);
    if (keepRunning !== undefined) usage.keepRunning = keepRunning === 1;
    reply.hijack();
    leases.hold(reply.raw);
  });
}
