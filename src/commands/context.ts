import type * as vscode from 'vscode';
import type { Credentials } from '../credentials.ts';
import type { Following } from '../following/following.ts';
import type { LocalServer } from '../localServer/localServer.ts';
import type { RedactingLog } from '../log.ts';
import type { DiffDocuments } from '../panel/differences/diffDocuments.ts';
import type { Panels } from '../panel/panels.ts';
import type { ServerId, Servers } from '../servers.ts';
import type { JobReference, Watch, Watches } from '../watch/watches.ts';
import { isTreeKey, jobArgument, jobArguments } from './commandArguments.ts';

/** What commands work with. */
export interface CommandContext {
  extension: vscode.Uri;
  /** A folder of this extension on this machine, for files that it makes itself. */
  storage: vscode.Uri;
  credentials: Credentials;
  servers: Servers;
  localServer: LocalServer;
  following: Following;
  /** What this extension remembers for all windows. */
  memory: vscode.Memento;
  watches: Watches<ServerId>;
  panels: Panels;
  documents: DiffDocuments;
  /** The jobs that are chosen in the tree. */
  chosenJobs(): readonly JobReference<ServerId>[];
  log: RedactingLog;
}

/** Commands by the last part of their id. */
export type Commands = Record<string, (...args: unknown[]) => unknown>;

export function presentServers(servers: Servers): ServerId[] {
  return (['remote', 'local'] as const).filter((server) => servers.isPresent(server));
}

/** The watch that a command is about; the active one where its caller names none. */
export function watchOf({ watches }: CommandContext, argument: unknown): Watch<ServerId> | undefined {
  const job = jobArgument(argument);
  if (job === null) return watches.active;
  if ('server' in job) return watches.get(job);
  return watches.all.find(({ jobId }) => jobId === job.jobId);
}

/**
 * The jobs that a command of the tree is about; none where its caller names none.
 *
 * @param chosen all that are chosen, where the item is one of them
 */
export function chosenOf(
  context: CommandContext,
  argument: unknown,
  chosen: unknown,
): readonly JobReference<ServerId>[] {
  return isTreeKey(argument) ? context.chosenJobs() : jobArguments(chosen);
}

/** A job id alone may be on either server: the one that lists it, else the first that is there. */
export async function findJob(
  { servers, watches, localServer }: CommandContext,
  argument: unknown,
): Promise<JobReference<ServerId> | undefined> {
  const job = jobArgument(argument);
  if (job === null) return undefined;
  if ('server' in job) return job;
  await localServer.find();
  const present = presentServers(servers);
  await Promise.all(present.map((server) => watches.listing(server).refresh()));
  const server = present.find((id) => watches.listing(id).get(job.jobId) !== undefined) ?? present[0] ?? 'remote';
  return { server, jobId: job.jobId };
}
