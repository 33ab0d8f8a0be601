import { HttpError } from '../reporting/errors.ts';
import { GrowingBytes } from './growingBytes.ts';

export interface TextLine {
  /** Counted from 1, as an editor does. */
  readonly number: number;
  readonly text: string;
}

const lineFeed = 0x0a;

/**
 * Takes a body apart while it arrives. Empty lines are counted and left out, and a byte order mark at the start.
 *
 * @param limits in bytes
 * @param hold is told what the line that is not complete yet takes, in bytes, and may throw
 * @throws HttpError 400 when a line is not UTF-8, 413 above a limit
 */
export async function* textLines(
  body: AsyncIterable<Buffer>,
  limits: { line: number; body: number },
  hold: (bytes: number) => void,
): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const begun = new GrowingBytes();
  let [bodyLength, number] = [0, 0];
  const line = (end: Buffer): TextLine | undefined => {
    number += 1;
    if (begun.length > 0) begun.add(end);
    const bytes = begun.length > 0 ? begun.take() : end;
    let text: string;
    try {
      text = decoder.decode(bytes).trim();
    } catch (error) {
      throw new HttpError(400, `Line ${number} is not valid UTF-8`, { cause: error });
    }
    return text === '' ? undefined : { number, text };
  };
  for await (const chunk of body) {
    bodyLength += chunk.length;
    if (bodyLength > limits.body) throw new HttpError(413, `The body is larger than ${megabytes(limits.body)}`);
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      const found = line(chunk.subarray(start, end));
      if (found !== undefined) yield found;
      start = end + 1;
    }
    begun.add(chunk.subarray(start));
    if (begun.length > limits.line) {
      throw new HttpError(413, `Line ${number + 1} is larger than ${megabytes(limits.line)}`);
    }
    // What grows is copied while it does.
    hold(2 * begun.length);
  }
  const last = line(Buffer.alloc(0));
  if (last !== undefined) yield last;
}

function megabytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MB`;
}
