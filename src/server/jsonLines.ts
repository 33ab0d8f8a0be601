import { HttpError } from './errors.ts';

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
 * @throws HttpError 400 when a line is not UTF-8, 413 above a limit
 */
export async function* textLines(
  body: AsyncIterable<Buffer>,
  limits: { line: number; body: number },
): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let [parts, partsLength, bodyLength, number]: [Buffer[], number, number, number] = [[], 0, 0, 0];
  const line = (end: Buffer): TextLine | undefined => {
    number += 1;
    const bytes = Buffer.concat([...parts, end]);
    [parts, partsLength] = [[], 0];
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
    parts.push(chunk.subarray(start));
    partsLength += chunk.length - start;
    if (partsLength > limits.line) {
      throw new HttpError(413, `Line ${number + 1} is larger than ${megabytes(limits.line)}`);
    }
  }
  const last = line(Buffer.alloc(0));
  if (last !== undefined) yield last;
}

function megabytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MB`;
}
