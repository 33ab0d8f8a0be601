import { isUtf8 } from 'node:buffer';
import { longestRow } from '../../tables/rows.ts';
import type { RunFile } from './runFile.ts';

const chunkLength = 256 * 1024;
const lineFeed = 0x0a;

/** A line of a file of JSON Lines. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Where the next line begins, in bytes. */
  readonly end: number;
  readonly text: string;
  /** Whether a line break follows; only the last line of a file may have none. */
  readonly isEnded: boolean;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/** Lines from a place on, as many at once as were read at once; empty ones are left out. */
export async function* linesOf(file: RunFile, from: { offset: number; line: number }): AsyncGenerator<Line[]> {
  let { offset } = from;
  let number = from.line;
  /** The beginning of a line whose end was not read yet; of one that is too long only its length is kept. */
  let rest: Buffer[] = [];
  let restLength = 0;
  const take = (end: Buffer, isEnded: boolean): Line => {
    const length = restLength + end.length;
    offset += length + (isEnded ? 1 : 0);
    number += 1;
    const whole = rest.length === 0 ? end : Buffer.concat([...rest, end]);
    [rest, restLength] = [[], 0];
    return lineOf(whole, length, { number, end: offset, isEnded });
  };
  // One for all of the file: a new one for each chunk would be most of what the process holds.
  const buffer = Buffer.allocUnsafeSlow(Math.min(chunkLength, Math.max(1, file.size - offset)));
  let at = offset;
  while (at < file.size) {
    const { bytesRead } = await file.handle.read(buffer, 0, Math.min(buffer.length, file.size - at), at);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    at += bytesRead;
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      lines.push(take(chunk.subarray(start, end), true));
      start = end + 1;
    }
    if (start < chunk.length) {
      restLength += chunk.length - start;
      if (restLength <= longestRow) rest.push(Buffer.from(chunk.subarray(start)));
      else rest = [];
    }
    const filled = lines.filter(isFilled);
    if (filled.length > 0) yield filled;
  }
  if (restLength === 0) return;
  const last = take(Buffer.alloc(0), false);
  if (isFilled(last)) yield [last];
}

function isFilled({ text, problem }: Line): boolean {
  return problem !== undefined || text.trim() !== '';
}

function lineOf(bytes: Buffer, length: number, place: Omit<Line, 'text' | 'problem'>): Line {
  if (length > longestRow) return { ...place, text: `${length} bytes`, problem: 'longer than 32 MB' };
  const text = bytes.toString('utf8');
  // Half a character at the end of a line that is still being written is no fault of it.
  if (place.isEnded && text.includes('\ufffd') && !isUtf8(bytes)) {
    return { ...place, text, problem: 'this is not UTF-8' };
  }
  return { ...place, text: place.number === 1 ? text.replace(/^\ufeff/, '') : text };
}
