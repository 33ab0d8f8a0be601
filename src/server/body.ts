import { HttpError } from './errors.ts';

/** A JSON body: its value, and its text for what is kept as it came. */
export interface JsonBody {
  readonly text: string;
  readonly value: unknown;
}

/** @throws HttpError 400 when there is no body, or it is not JSON in UTF-8. */
export function jsonBody(body: unknown): JsonBody {
  if (!Buffer.isBuffer(body) || body.length === 0) throw new HttpError(400, 'The body is missing: send a JSON object');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new HttpError(400, 'The body is not valid UTF-8', { cause: error });
  }
  try {
    return { text, value: JSON.parse(text) as unknown };
  } catch (error) {
    throw new HttpError(400, `The body is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}
