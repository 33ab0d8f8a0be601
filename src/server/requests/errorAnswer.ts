import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { SchemaError } from '../../wire/schema.ts';
import { HttpError } from '../reporting/errors.ts';
import { NoRoomToDeleteError, StorageFullError, StorageUnavailableError } from '../storage/storage.ts';
import type { Services } from './services.ts';

/** When a client should ask again whose request the database did not answer, in seconds. */
const unavailableWait = 2;

/** What a client is told of an error. */
export interface ErrorAnswer {
  readonly status: number;
  readonly message: string;
}

/** Answers a request with an error as JSON, or as plain text where the contract wants that. */
export type SendError = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  form?: 'json' | 'text',
) => Promise<void>;

/**
 * The one way in which requests are refused.
 *
 * @param refuse what becomes of a refused key or token: the error that is told in its place
 */
export function errorSender(
  { metrics }: Pick<Services, 'metrics'>,
  refuse: (error: HttpError, request: FastifyRequest) => Promise<HttpError>,
): SendError {
  return async (thrown, request, reply, form = 'json') => {
    const told = hasLeft(request) ? new HttpError(400, 'The connection ended before the answer') : (thrown as Error);
    const error = told instanceof HttpError && told.status === 401 ? await refuse(told, request) : told;
    const { status, message } = describeError(error);
    if (status >= 500 && !(error instanceof HttpError)) {
      metrics.errors.add();
      request.log.error({ err: error }, 'A request failed');
    }
    const retryAfter = error instanceof StorageUnavailableError ? unavailableWait : (error as HttpError).retryAfter;
    if (retryAfter !== undefined) void reply.header('Retry-After', `${retryAfter}`);
    void reply.header('X-Request-Id', request.id).status(status);
    if (form === 'text') void reply.type('text/plain; charset=utf-8').send(message);
    else void reply.type('application/json; charset=utf-8').send(JSON.stringify({ error: message }));
  };
}

/** True when the client went away in the middle of its request: nobody's fault here, whatever failed of it. */
function hasLeft({ raw }: FastifyRequest): boolean {
  return raw.errored !== null;
}

function describeError(error: unknown): ErrorAnswer {
  if (error instanceof HttpError) return { status: error.status, message: error.message };
  if (error instanceof SchemaError) return { status: 400, message: error.message };
  if (error instanceof NoRoomToDeleteError) {
    return {
      status: 507,
      message:
        "The server's disk is full, and not even deleting has room: free a few MB by other means, then try again",
    };
  }
  if (error instanceof StorageFullError) {
    return {
      status: 507,
      message: "The server's disk is full. Nothing of this was stored: make room, then send it again",
    };
  }
  if (error instanceof StorageUnavailableError) {
    return { status: 503, message: "The server's database does not answer for now: send it again later" };
  }
  const { statusCode, message } = error as Partial<FastifyError>;
  // 415 is not among the contract's statuses.
  if (statusCode === 415) return { status: 400, message: 'The Content-Type is malformed' };
  if (statusCode !== undefined && statusCode < 500) return { status: statusCode, message: message ?? 'Bad request' };
  return { status: 500, message: 'Internal server error' };
}
