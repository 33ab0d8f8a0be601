import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Recorder {
  readonly port: number;
  /** All that was sent to it: of each request the first line, the headers and the body. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** A server on this machine that writes down what it is sent, and answers as it likes. */
export async function record(
  answer: RequestListener,
  { port = 0, tls }: { port?: number; tls?: ServerOptions } = {},
): Promise<Recorder> {
  const seen: string[] = [];
  const listener: RequestListener = async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray()).toString();
    seen.push([`${incoming.method} ${incoming.url}`, ...incoming.rawHeaders, body].join('\n'));
    answer(incoming, outgoing);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
