import type { ServerId, Servers } from '../servers.ts';
import type { Watches } from '../watch/watches.ts';

export const serverIds: readonly ServerId[] = ['remote', 'local'];

/** What the tools know of the world. */
export interface Known {
  readonly servers: Servers;
  readonly watches: Watches<ServerId>;
}

/** A question about one job. */
export interface Question {
  jobId: string;
  server?: ServerId | undefined;
}

/** The server that watches or lists a job; undefined where none is known to. */
export function listedOn({ watches }: Known, jobId: string): ServerId | undefined {
  return serverIds.find((server) => watches.get({ server, jobId }) ?? watches.job({ server, jobId }));
}

/** A server's name and host, for people and models. */
export function sourceOf({ servers }: Known, server: ServerId): string {
  const host = servers.host(server);
  return host === '' ? servers.label(server) : `${servers.label(server)} (${host})`;
}
