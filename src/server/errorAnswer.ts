import type { FastifyError } from 'fastify';
import { SchemaError } from '../wire/schema.ts';
import { bodyLimit } from './body.ts';
import { HttpError } from './errors.ts';
import type { Log } from './log.ts';
import { StorageFullError } from './storage.ts';

/** What a client is told of an error; what is our own fault goes to the log with its cause. */
export function describeError(log: Log, error: unknown): { status: number; message: string } {
  if (error instanceof HttpError) return { status: error.status, message: error.message };
  if (error instanceof SchemaError) return { status: 400, message: error.message };
  if (error instanceof StorageFullError) {
    log.error({ err: error }, 'The disk is full');
    return {
      status: 507,
      message: "The server's disk is full. Nothing of this was stored: make room, then send it again",
    };
  }
  const { statusCode, code, message } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return { status: 413, message: `The body is larger than ${bodyLimit / 1024 / 1024} MB: send fewer at once` };
  }
  // 415 is not among the contract's statuses.
  if (statusCode === 415) return { status: 400, message: 'The Content-Type is malformed' };
  if (statusCode !== undefined && statusCode < 500) return { status: statusCode, message: message ?? 'Bad request' };
  log.error({ err: error }, 'A request failed');
  return { status: 500, message: 'Internal server error' };
}
