import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { boundConnections } from './access/connections.ts';
import { mayHoldBack } from './access/expectations.ts';
import { hostCheck } from './access/hosts.ts';
import { answerClientError, createHttpServer, type TlsContent } from './access/httpServer.ts';
import { rateLimits } from './access/rateLimits.ts';
import { HttpError } from './reporting/errors.ts';
import { loggedPath } from './reporting/log.ts';
import { describeRoutes } from './requests/described.ts';
import { errorSender } from './requests/errorAnswer.ts';
import type { Services } from './requests/services.ts';
import { healthRoute } from './routes/health.ts';
import { importRoute } from './routes/importJob.ts';
import { jobListStream } from './routes/jobListStream.ts';
import { jobRoutes } from './routes/jobs.ts';
import { leaseRoutes } from './routes/lease.ts';
import { metricsRoute } from './routes/metrics.ts';
import { openapiRoute } from './routes/openapi.ts';
import { predictionRoutes } from './routes/predictions.ts';
import { statisticsRoutes } from './routes/statistics.ts';
import { streamRoute } from './routes/stream.ts';
import { trainingMetricsRoutes } from './routes/trainingMetrics.ts';

/** Where and how the server is reached. */
export interface Reach {
  /** What it was told to listen on. */
  readonly host: string;
  /** More names that `Host` may say, in lower case. */
  readonly allowedHosts: readonly string[];
  /** undefined: plain HTTP. */
  readonly tls: TlsContent | undefined;
  /** To be kept out of logs; asked anew each time, since it may be replaced. */
  readonly apiKey: () => string;
}

export interface App {
  readonly fastify: FastifyInstance;
  /** From now on every request is told to come again. */
  refuseRequests(): void;
}

/** The HTTP side of the server: all routes, one form of errors. */
export async function createApp(services: Services, reach: Reach): Promise<App> {
  const { log, limits, metrics } = services;
  const logger: FastifyBaseLogger = log;
  const fastify = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    serverFactory: (listener) => {
      const server = createHttpServer(listener, reach.tls, limits.requestTimeout, log);
      boundConnections(server, limits.maxConnections, log);
      return server;
    },
    clientErrorHandler: (error, socket) => answerClientError(log, error, socket),
    // A client's own id is not taken: whatever it holds would be logged.
    genReqId: () => randomUUID(),
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 16_384 },
    // An address that cannot be read: no hook runs.
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply).then(() => tell(request, reply)),
  });
  const rates = await rateLimits(fastify, limits);
  const sendError = errorSender(services, rates.refuse);
  const isAllowedHost = hostCheck(reach.host, reach.allowedHosts);
  let closing = false;

  fastify.addHook('onRequest', async (request, reply) => {
    // On the raw response, so that a stream has it too.
    reply.raw.setHeader('X-Request-Id', request.id);
    if (closing) throw new HttpError(503, 'The server is shutting down', { retryAfter: 1 });
    if (!isAllowedHost(request.headers.host)) {
      throw new HttpError(403, 'This server does not answer under the host name of this request');
    }
    // Before anybody sends a key here the server has to prove itself: nobody may use that up for others at an address.
    if (request.routeOptions.url !== '/health') await rates.admit(request);
  });
  fastify.addHook('onRequest', async ({ url }, reply) => {
    // Who looks after the server does not use it.
    if (!/^\/(health|metrics)(\?|$)/.test(url)) services.usage.track(reply.raw);
  });
  fastify.addHook('onSend', async (request, reply) => {
    if (closing || mayHoldBack(request.raw)) void reply.header('Connection', 'close');
  });
  const tell = (request: FastifyRequest, { statusCode, elapsedTime }: FastifyReply): void => {
    metrics.countResponse(statusCode);
    const level = statusCode >= 500 ? 'error' : statusCode >= 400 ? 'info' : 'debug';
    const path = loggedPath(request.url, reach.apiKey());
    const milliseconds = Math.round(elapsedTime);
    request.log[level]({ method: request.method, path, status: statusCode, milliseconds }, 'answered');
  };
  fastify.addHook('onResponse', async (request, reply) => tell(request, reply));
  // Bodies are read by the routes that want one, once they know who sends it. Whatever a script calls its body, it is
  // read as JSON then, as FineTune Lab does.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _body, done) => done(null));
  fastify.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  fastify.setNotFoundHandler((request, reply) => sendError(new HttpError(404, 'Not found'), request, reply));

  await describeRoutes(fastify, services.version);
  openapiRoute(fastify);
  healthRoute(fastify, services);
  metricsRoute(fastify, services);
  leaseRoutes(fastify, services);
  jobRoutes(fastify, services);
  importRoute(fastify, services);
  predictionRoutes(fastify, services);
  statisticsRoutes(fastify, services);
  trainingMetricsRoutes(fastify, services);
  streamRoute(fastify, services, sendError);
  jobListStream(fastify, services, sendError);
  return {
    fastify,
    refuseRequests: () => {
      closing = true;
    },
  };
}
