import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../reporting/log.ts';

/** Time between two lines about connections that were refused, in ms. */
const quiet = 10_000;

/**
 * Refuses connections above `max`, and those above half of it from one address, which is told by nothing but the end: who
 * opens thousands reads no answers. Those that are open stay.
 */
export function boundConnections(server: Server, max: number, log: Log): void {
  const addresses = new Map<string, number>();
  let [all, refused, lastTold] = [0, 0, -quiet];
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const own = addresses.get(address) ?? 0;
    if (all >= max || own >= max / 2) {
      socket.destroy();
      refused += 1;
      if (performance.now() - lastTold < quiet) return;
      log.warn({ refused, open: all }, 'too many connections: new ones are refused');
      [refused, lastTold] = [0, performance.now()];
      return;
    }
    all += 1;
    addresses.set(address, own + 1);
    socket.once('close', () => {
      all -= 1;
      const left = (addresses.get(address) ?? 0) - 1;
      if (left > 0) addresses.set(address, left);
      else addresses.delete(address);
    });
  });
}
