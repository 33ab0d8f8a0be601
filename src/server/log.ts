import pino from 'pino';

export type Log = pino.Logger;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Structured logs on standard error; standard output belongs to the `listening` line. */
export function createLog(level: string): Log {
  const destination = pino.destination({ fd: 2, sync: true });
  // Whoever read our output may be gone. There is nowhere to say so, and the server outlives its starter.
  destination.on('error', () => {});
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** A request's path as it may be logged: without the query, and without a key that somebody put in the path. */
export function loggedPath(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(/(wak|job)_[\w-]+/g, '$1_…');
}
