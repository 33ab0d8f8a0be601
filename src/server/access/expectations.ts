import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

/** Requests whose client sends its body only when it is told to. */
const waiting = new WeakSet<IncomingMessage>();

/** Answers `Expect: 100-continue` when a body is wanted, and not before; other expectations are ignored. */
export function heedExpectations(server: Server, listener: RequestListener): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request);
    listener(request, response);
  });
  server.on('checkExpectation', listener);
}

/** To be called before a body is read. */
export function askForBody(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request)) response.writeContinue();
}

/** True while nobody can tell whether what comes next on the connection is the body or another request. */
export function mayHoldBack(request: IncomingMessage): boolean {
  return waiting.has(request);
}
