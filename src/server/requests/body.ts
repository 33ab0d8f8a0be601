import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { stepsToField } from '../../wire/depth.ts';
import { type ReadJson, readJson } from '../../wire/pythonJson.ts';
import { SchemaError } from '../../wire/schema.ts';
import type { BodyShare } from '../access/bodyBudget.ts';
import { askForBody } from '../access/expectations.ts';
import { HttpError } from '../reporting/errors.ts';
import { GrowingBytes } from './growingBytes.ts';
import type { Services } from './services.ts';

/**
 * Reads a request's body and works on it. Nothing else reads one: until a route asks, having looked at who sends,
 * nothing of a body is kept.
 *
 * @param sender whose share of the memory for bodies it takes, for as long as `work` takes
 * @throws HttpError 400, 413, 429 or 503
 */
export async function withBody<T>(
  { bodies, limits }: Pick<Services, 'bodies' | 'limits'>,
  request: FastifyRequest,
  reply: FastifyReply,
  sender: string,
  work: (body: Buffer) => Promise<T>,
): Promise<T> {
  const share = bodies.share(sender);
  try {
    const body = await readBody(request.raw, reply, limits.bodyBytes, share);
    return await bodies.inTurn(sender, body.length, () => work(body));
  } finally {
    share.release();
  }
}

async function readBody(
  message: IncomingMessage,
  reply: FastifyReply,
  limit: number,
  share: BodyShare,
): Promise<Buffer> {
  const told = Number(message.headers['content-length'] ?? 0);
  if (told > limit) throw tooLarge(limit);
  share.hold(told);
  const bytes = new GrowingBytes(told);
  for await (const chunk of chunksOf(message, reply)) {
    if (bytes.length + chunk.length > limit) throw tooLarge(limit);
    // What grows is copied while it does.
    if (bytes.length + chunk.length > told) share.hold(2 * (bytes.length + chunk.length));
    bytes.add(chunk);
  }
  return bytes.take();
}

/**
 * Waits for the end of a request whose body nobody wants, before something is done: what was no whole request is told to
 * be refused, so nothing of it may have happened.
 *
 * @throws HttpError 400 or 413
 */
export async function skipBody({ raw }: FastifyRequest, reply: FastifyReply, limit: number): Promise<void> {
  let length = 0;
  for await (const chunk of chunksOf(raw, reply)) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
  }
}

/**
 * A body while it arrives. Unlike a plain `for await`, leaves the connection open for the answer when the reader stops
 * early; what still comes is dropped then: a client that is still sending reads no answer before it is done.
 *
 * @throws HttpError 400 when the client leaves before the body is complete
 */
export async function* chunksOf(message: IncomingMessage, reply: FastifyReply): AsyncGenerator<Buffer> {
  askForBody(message, reply.raw);
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (error) {
    throw new HttpError(400, 'The body ended before it was complete', { cause: error });
  } finally {
    message.resume();
  }
}

/**
 * @param steps as of `parseJson`
 * @throws HttpError 400 when there is no body, or it is not JSON in UTF-8; SchemaError when it is far too deep
 */
export function jsonBody(body: Buffer, steps: number = stepsToField.ofListed): ReadJson {
  if (body.length === 0) throw new HttpError(400, 'The body is missing: send a JSON object');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new HttpError(400, 'The body is not valid UTF-8', { cause: error });
  }
  try {
    return readJson(text, steps);
  } catch (error) {
    if (error instanceof SchemaError) throw error;
    throw new HttpError(400, `The body is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, `The body is larger than ${limit / 1024 / 1024} MB: send fewer at once`);
}
