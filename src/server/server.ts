import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Auth } from './access/auth.ts';
import { BodyBudget } from './access/bodyBudget.ts';
import { isLoopback, isUnspecified } from './access/hosts.ts';
import { readTls } from './access/httpServer.ts';
import { JobTokens } from './access/jobTokens.ts';
import { Prover } from './access/prover.ts';
import { createApp } from './app.ts';
import type { RunOptions } from './cli.ts';
import { openStorage } from './openStorage.ts';
import { StartError } from './reporting/errors.ts';
import type { Log } from './reporting/log.ts';
import { Metrics } from './reporting/metrics.ts';
import { Scorer } from './scoring/scoring.ts';
import { JobListHub } from './streams/jobListHub.ts';
import { StreamHub } from './streams/streamHub.ts';
import { CheckpointSummaries } from './upkeep/checkpointSummaries.ts';
import {
  dataFiles,
  makeDirectory,
  readApiKey,
  readTokenSecret,
  removeServerFile,
  writeServerFile,
} from './upkeep/dataDirectory.ts';
import { Leases } from './upkeep/leases.ts';
import { ownDirectory } from './upkeep/owner.ts';
import { followOwnSecrets } from './upkeep/ownSecrets.ts';
import { startRetention } from './upkeep/retention.ts';
import { stopWhenUnused, Usage } from './upkeep/usage.ts';

/** How many ports after a taken one are tried before any free one is taken. */
const portsTried = 20;
/** How long open requests may take to finish when the server stops, in ms. */
const stopGrace = 3000;

export interface RunningServer {
  readonly url: string;
  /** Ends streams cleanly, lets open requests finish, closes the storage. */
  stop(): Promise<void>;
  /** Removes `server.json`, for a process that cannot stop in order. */
  forget(): void;
}

/**
 * Starts a server: when this resolves it listens and `server.json` is there.
 *
 * @param say tells the person at the terminal what differs from what was asked
 * @param unused is called once when nobody needs the server any more and it was asked to stop then
 * @throws StartError
 */
export async function startServer(
  options: RunOptions,
  version: string,
  log: Log,
  say: (message: string) => void,
  unused: () => void,
): Promise<RunningServer> {
  const tls = options.tls && readTls(options.tls);
  const files = dataFiles(options.dataDir);
  makeDirectory(options.dataDir);
  const release = await ownDirectory(files.lock, files.server);
  const storage = await openStorage({ databaseUrl: options.databaseUrl, file: files.database }, log, say);
  let secrets = {
    apiKey: options.apiKey ?? readApiKey(files.apiKey),
    tokenSecret: await storage.sharedSecret(readTokenSecret(files.tokenSecret)),
  };
  const auth = new Auth(secrets.apiKey, storage.keys);
  const tokens = new JobTokens(secrets.tokenSecret, storage);
  const instance = randomUUID();
  const prover = new Prover(instance);
  const metrics = new Metrics();
  const hub = new StreamHub(storage, log, metrics, options.heartbeatSeconds);
  const jobLists = new JobListHub(storage, log, metrics, options.heartbeatSeconds);
  const bodies = new BodyBudget(options.limits.bodyMemory);
  const scorer = new Scorer();
  const summaries = new CheckpointSummaries(storage, log);
  const leases = new Leases();
  const usage = new Usage(storage);
  const { host, allowedHosts, limits } = options;
  const app = await createApp(
    {
      ...{ storage, hub, jobLists, auth, tokens, bodies, scorer, summaries, leases, usage, log, metrics, limits },
      ...{ version, prover },
    },
    { host, allowedHosts, tls, apiKey: () => secrets.apiKey },
  );
  const endRetention = startRetention(storage, options.retention, log);
  const closeUnused = trackUnused(app.fastify.server);
  const { port, address } = await listen(app.fastify, options.host, options.port, say);
  // Not a name: what else listens at another address of that name could fetch the true server's proofs.
  const url = tls ? `https://${allowedHosts[0] ?? urlHost(host)}:${port}` : `http://${urlHost(address)}:${port}`;
  if (!tls && !isLoopback(host)) say(withoutTls(host));
  const publish = () =>
    writeServerFile(files.server, { ...prover.listensAt(url), apiKey: secrets.apiKey, pid: process.pid });
  publish();
  const endSecretsWatch = followOwnSecrets(secrets, {
    ...{ fixedKey: options.apiKey, files, storage, auth, tokens, log },
    publish: (next) => {
      secrets = next;
      // Whoever has the key may have had it from the file that holds both.
      prover.renew();
      publish();
    },
  });
  const endUsageWatch =
    options.stopWhenUnusedSeconds === 0
      ? undefined
      : stopWhenUnused(usage, options.stopWhenUnusedSeconds, () => {
          log.info('nobody uses this server any more');
          unused();
        });
  log.info({ dataDir: options.dataDir, version, instance }, 'ready');

  return {
    url,
    forget: () => removeServerFile(files.server, instance),
    stop: async () => {
      endSecretsWatch();
      removeServerFile(files.server, instance);
      app.refuseRequests();
      endUsageWatch?.();
      const retentionEnded = endRetention();
      hub.close();
      jobLists.close();
      leases.close();
      closeUnused();
      const impatience = setTimeout(() => app.fastify.server.closeAllConnections(), stopGrace);
      await app.fastify.close();
      clearTimeout(impatience);
      await scorer.close();
      await summaries.close();
      await retentionEnded;
      await storage.close();
      release();
      log.info('stopped');
    },
  };
}

/**
 * Node's own close ends idle connections but waits for those that never asked anything, such as the spare one that
 * Node's fetch opens after an abort.
 *
 * @returns ends these
 */
function trackUnused(server: Server): () => void {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return () => {
    for (const socket of unused) socket.destroy();
  };
}

/** Listens on `port`, the next free one when it is taken; returns where. */
async function listen(app: FastifyInstance, host: string, port: number, say: (message: string) => void) {
  const last = port === 0 ? 0 : Math.min(port + portsTried, 65_535);
  const candidates = [...Array.from({ length: last - port + 1 }, (_, index) => port + index), 0];
  for (const candidate of candidates) {
    try {
      await app.listen({ host, port: candidate });
      const address = app.server.address();
      if (address === null || typeof address === 'string') throw new Error('the server has no port');
      if (candidate !== port) say(`Port ${port} is taken; listening on ${address.port} instead.`);
      return address;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
        throw new StartError(`Cannot listen on ${host}, port ${candidate}: ${(error as Error).message}`, undefined, {
          cause: error,
        });
      }
    }
  }
  throw new StartError(`No free port found on ${host}`);
}

function withoutTls(host: string): string {
  return [
    `WARNING: listening on ${host} without TLS.`,
    'WARNING: whoever can read the network can read every key, token and prediction that travels.',
    'WARNING: give --tls-cert and --tls-key, or listen on 127.0.0.1 and let people come through ssh.',
  ].join('\n');
}

/** The host under which this machine itself reaches the server. */
function urlHost(host: string): string {
  if (isUnspecified(host)) return host === '::' ? '[::1]' : '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
