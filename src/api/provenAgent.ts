import { Agent, ClientRequest, type ClientRequestArgs, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isProven, newChallenge } from '../serverProof.ts';
import type { ServerProof } from '../wire/proof.ts';
import { healthAnswer } from '../wire/responses.ts';
import { UnprovenServerError, UnreachableError } from './errors.ts';

/** A connection has to be there, and the server to have proved itself on it, within this, in ms. */
const patience = 10_000;
/** An answer to a challenge has so many bytes at most. */
const longestAnswer = 10_000;
/** Agents that are kept: of the server that runs, and of those that ran before it. */
const kept = 8;

const agents = new Map<string, Agent>();

/** The connections to one server process, kept open between requests. They keep no process alive. */
export function provenAgent(server: ServerProof): Agent {
  const name = JSON.stringify([server.url, server.instance, server.proofKey]);
  let agent = agents.get(name);
  if (agent === undefined) {
    agent = new ProvenAgent(server);
    agents.set(name, agent);
    const oldest = agents.keys().next().value;
    // What it still has open goes on; idle connections are closed by the server.
    if (agents.size > kept && oldest !== undefined) agents.delete(oldest);
  }
  return agent;
}

/**
 * Connects to a local server, wherever the request says that it goes, and hands a connection over only once the server
 * has proved itself on this very one. So there is no moment in which another program that took its port could be sent
 * a key: a connection has one peer for good.
 */
class ProvenAgent extends Agent {
  readonly #server: ServerProof;

  constructor(server: ServerProof) {
    super({ keepAlive: true });
    this.#server = server;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { hostname, port } = new URL(this.#server.url);
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80), noDelay: true });
    void proven(socket, this.#server).then(
      () => callback?.(null, socket),
      (error: Error) => {
        socket.destroy();
        callback?.(error, socket);
      },
    );
  }
}

/** @throws UnprovenServerError, UnreachableError, or what the connection failed with */
async function proven(socket: Socket, server: ServerProof): Promise<void> {
  const challenge = newChallenge();
  const { host } = new URL(server.url);
  const silence = setTimeout(() => {
    socket.destroy(new UnreachableError(`${host} did not answer within ${patience / 1000} s.`));
  }, patience);
  try {
    const answer = await ask(socket, host, `/health?challenge=${challenge}`);
    if (!healthAnswer.check(answer) || !isProven(server, challenge, answer.proof)) throw unproven(host);
  } finally {
    clearTimeout(silence);
  }
}

/** Asks on a connection that goes on afterwards. @returns the JSON of the answer; undefined for anything else */
function ask(socket: Socket, host: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // The class, not `http.request`, which VS Code replaces by one that knows proxies.
    const request = new ClientRequest({
      createConnection: () => socket,
      path,
      headers: { Host: host, Connection: 'keep-alive' },
    });
    let text = '';
    request.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code?.startsWith('HPE_') ? unproven(host, error) : error),
    );
    request.once('response', (response: IncomingMessage) => {
      const { statusCode } = response;
      if (statusCode === 429 || statusCode === 503) {
        reject(new UnreachableError(`${host} cannot answer right now (status ${statusCode}).`));
        return;
      }
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.length > longestAnswer) reject(unproven(host));
      });
      response.once('error', reject);
    });
    // Only now has the request let go of the connection.
    request.once('close', () => resolve(socket.destroyed ? undefined : parsed(text)));
    request.end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever says this is not the server.
    return undefined;
  }
}

function unproven(host: string, cause?: unknown): UnprovenServerError {
  return new UnprovenServerError(
    `Something else answers at ${host}, where the local server was, and no key was sent. Use Start Local Server.`,
    { cause },
  );
}
