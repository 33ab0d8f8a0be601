import type { ServerResponse } from 'node:http';
import { leaseLine } from '../../wire/lease.ts';

/** Between two signs of life, in ms: clients end a response that is silent for minutes. */
const interval = 30_000;

/**
 * The responses that windows of VS Code hold open while they want the server to run. One ends with its window, however
 * that ends; and by how it ends the window knows whether the server was stopped or crashed.
 */
export class Leases {
  readonly #open = new Set<ServerResponse>();
  readonly #timer = setInterval(() => this.#write('\n'), interval);
  #closed = false;

  /** Takes over `response`. */
  hold(response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'application/x-ndjson',
      'Cache-Control': 'no-store',
      Connection: 'close',
    });
    response.on('error', () => {});
    response.once('close', () => this.#open.delete(response));
    response.write(leaseLine('held'));
    if (this.#closed) response.end(leaseLine('stopping'));
    else this.#open.add(response);
  }

  /** Tells every holder that the server stops in order. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const response of this.#open) response.end(leaseLine('stopping'));
  }

  #write(text: string): void {
    for (const response of this.#open) response.write(text);
  }
}
