import type { FastifyInstance } from 'fastify';
import { leaseRoute } from '../../wire/lease.ts';
import { leaseQuery } from '../../wire/queries.ts';
import { parseQuery } from '../query.ts';
import { requireUser } from '../requests.ts';
import type { Services } from '../services.ts';

/** `GET /lease`: open for as long as a window wants the server to run. */
export function leaseRoutes(app: FastifyInstance, { auth, leases, usage }: Services): void {
  app.get(leaseRoute, async (request, reply) => {
    await requireUser(auth, request);
    const { keep_running: keepRunning } = parseQuery(leaseQuery, request.query);
    if (keepRunning !== undefined) usage.keepRunning = keepRunning === 1;
    reply.hijack();
    leases.hold(reply.raw);
  });
}
