import pino from 'pino';
import { asciiUnescaped } from '../../wire/percentEscapes.ts';

export type Log = pino.Logger;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Structured logs on standard error; standard output belongs to the `listening` line. */
export function createLog(level: string): Log {
  // What a full disk does not take waits in memory, up to so many characters.
  const destination = pino.destination({ fd: 2, sync: true, maxLength: 1_000_000 });
  // Whoever read our output may be gone. There is nowhere to say so, and the server outlives its starter.
  destination.on('error', () => {});
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/**
 * A request's path as it may be logged: without the query, and without what has the form of a key, a job token or a
 * session token, or is the server's own key, whatever its form. Escapes are undone first, those of escapes too, as they would hide it.
 */
export function loggedPath(url: string, apiKey: string): string {
  const path = unescaped(url.split('?', 1)[0] ?? '');
  return path.replaceAll(apiKey, '…').replace(/(wak_|job_|eyJ)[\w.-]+/gi, '$1…');
}

function unescaped(path: string): string {
  try {
    return asciiUnescaped(decodeURIComponent(path)) ?? '(escaped too often)';
  } catch {
    // Nobody can say what a malformed one holds.
    return '(malformed)';
  }
}
