import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify';
import { bodyLimit } from './body.ts';
import { describeError } from './errorAnswer.ts';
import { HttpError } from './errors.ts';
import { hostCheck } from './hosts.ts';
import { type Log, loggedPath } from './log.ts';
import { healthRoute } from './routes/health.ts';
import { importRoute } from './routes/importJob.ts';
import { jobRoutes } from './routes/jobs.ts';
import { leaseRoutes } from './routes/lease.ts';
import { metricsRoute } from './routes/metrics.ts';
import { predictionRoutes } from './routes/predictions.ts';
import { streamRoute } from './routes/stream.ts';
import { trainingMetricsRoutes } from './routes/trainingMetrics.ts';
import type { Services } from './services.ts';

/** Time in which a request must have arrived, in ms. */
const requestTimeout = 120_000;

export interface App {
  readonly fastify: FastifyInstance;
  /** From now on every request is told to come again. */
  refuseRequests(): void;
}

/** The HTTP side of the server: all routes, one form of errors. */
export function createApp(services: Services): App {
  const { log } = services;
  const logger: FastifyBaseLogger = log;
  const fastify = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 16_384 },
    frameworkErrors: (error, _request, reply) => sendError(log, error, reply),
  });
  const isAllowedHost = hostCheck(services.host);
  let closing = false;

  fastify.addHook('onRequest', async (request, reply) => {
    if (closing) {
      void reply.header('Retry-After', '1');
      throw new HttpError(503, 'The server is shutting down');
    }
    if (!isAllowedHost(request.headers.host)) {
      throw new HttpError(403, 'This server does not answer under the host name of this request');
    }
  });
  fastify.addHook('onRequest', async ({ url }, reply) => {
    // Who looks after the server does not use it.
    if (url !== '/health' && url !== '/metrics') services.usage.track(reply.raw);
  });
  fastify.addHook('onSend', async (_request, reply) => {
    if (closing) void reply.header('Connection', 'close');
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply;
    const level = statusCode >= 500 ? 'error' : statusCode >= 400 ? 'info' : 'debug';
    log[level]({ method: request.method, path: loggedPath(request.url), statusCode }, 'request');
  });
  // Whatever a script calls its body, it is read as JSON, as FineTune Lab does.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.setErrorHandler((error: FastifyError, _request, reply) => sendError(log, error, reply));
  fastify.setNotFoundHandler((_request, reply) => sendError(log, new HttpError(404, 'Not found'), reply));

  healthRoute(fastify, services);
  metricsRoute(fastify, services);
  leaseRoutes(fastify, services);
  jobRoutes(fastify, services);
  importRoute(fastify, services);
  predictionRoutes(fastify, services);
  trainingMetricsRoutes(fastify, services);
  streamRoute(fastify, services);
  return {
    fastify,
    refuseRequests: () => {
      closing = true;
    },
  };
}

function sendError(log: Log, error: unknown, reply: FastifyReply): void {
  const { status, message } = describeError(log, error);
  void reply.status(status).send({ error: message });
}
