/** A TCP proxy in front of any server that cuts, stalls and delays connections at random bytes. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Random, randomOf } from './random.ts';

export interface CuttingOptions {
  seed: number;
  /** Base URL of what stands behind it. */
  target: string;
  /** Bytes of answers after which a connection is cut or stalled, evenly spread over the orders of magnitude. */
  bytes: readonly [number, number];
  /** The share of connections that are stalled instead of cut: they stay open and say nothing more. 0..1 */
  stalls?: number;
  /** Each piece of an answer waits up to so long, in ms. */
  delay?: number;
}

export interface CuttingProxy {
  readonly url: string;
  /** What it did so far; streams are counted apart from other connections. */
  readonly counts: { streamCuts: number; otherCuts: number; streamStalls: number; otherStalls: number };
  /** Cuts nothing more, and lets go of what it stalled. */
  calm(): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(options: CuttingOptions): Promise<CuttingProxy> {
  const random = randomOf(options.seed);
  const { hostname, port } = new URL(options.target);
  const open = new Set<Socket>();
  const stalled = new Set<Socket>();
  const counts = { streamCuts: 0, otherCuts: 0, streamStalls: 0, otherStalls: 0 };
  let calm = false;

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => open.delete(socket));
    }
    client.once('close', () => {
      stalled.delete(client);
      upstream.destroy();
    });
    let isStream = false;
    client.on('data', (bytes: Buffer) => {
      if (bytes.includes('/stream HTTP/1.1')) isStream = true;
      upstream.write(bytes);
    });
    let left = magnitude(random, options.bytes);
    let over = false;
    let last = Promise.resolve();
    const pass = async (bytes: Buffer): Promise<void> => {
      if (options.delay !== undefined && !calm) await pause(random.between(0, options.delay));
      if (over || client.destroyed) return;
      if (calm || bytes.length <= left) {
        left -= bytes.length;
        client.write(bytes);
        return;
      }
      over = true;
      client.write(bytes.subarray(0, left));
      if (random.chance(options.stalls ?? 0)) {
        counts[isStream ? 'streamStalls' : 'otherStalls'] += 1;
        stalled.add(client);
        upstream.pause();
      } else {
        counts[isStream ? 'streamCuts' : 'otherCuts'] += 1;
        client.destroySoon();
      }
    };
    upstream.on('data', (bytes: Buffer) => {
      last = last.then(() => pass(bytes));
    });
    // Who is stalled does not learn that the server is gone either.
    upstream.once('close', () => void last.then(() => stalled.has(client) || client.destroySoon()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    calm: () => {
      calm = true;
      for (const socket of stalled) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** A size whose logarithm is evenly spread. */
function magnitude(random: Random, [low, high]: readonly [number, number]): number {
  return Math.round(Math.exp(Math.log(low) + random.next() * (Math.log(high) - Math.log(low))));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
