import assert from 'node:assert/strict';
import type { Policy } from '../../src/stream/connectionState.ts';
import { type ConnectionLabel, summarize } from '../../src/stream/connectionSummary.ts';
import { eventually } from './eventually.ts';
import { type Behaviour, type PartOneOptions, type PartOneServer, startPartOneServer } from './partOneServer.ts';
import type { RowFields } from './partOneStore.ts';
import { heldIds, type Watched, watch } from './watching.ts';

/** The job that every server of a stage has from its start. */
export const jobId = 'job';

/** Servers and watches of one test each, ended after it. Call it in a `describe`. */
export function partOneStage() {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return {
    endsWith: (end: () => unknown) => void ends.push(end),
    async serve(behaviour: Behaviour, options: Omit<PartOneOptions, 'behaviour'> = {}): Promise<PartOneServer> {
      const server = await startPartOneServer({ heartbeat: 100, ...options, behaviour });
      ends.push(() => server.close());
      server.store.create(jobId);
      return server;
    },
    /** With a short heartbeat, and polls that come soon. */
    watch(server: { url: string; apiKey: string }, policy: Partial<Policy> = {}): Watched {
      const watched = watch(server, jobId, { heartbeat: 400, pollInterval: 300, maxAttempts: 3, ...policy });
      ends.push(() => watched.session.dispose());
      return watched;
    },
  };
}

/** So many rows of an epoch. */
export function rowsOf(epoch: number, count: number, fields: Record<string, unknown> = {}): RowFields[] {
  return Array.from({ length: count }, (_, sample_index) => ({ epoch, sample_index, ...fields }));
}

export function labelOf({ session }: Watched): ConnectionLabel {
  return summarize(session.connection, session.problem).label;
}

/** Waits until the badge says so. */
export async function shows(watched: Watched, label: ConnectionLabel, limit = 15_000): Promise<void> {
  const isShown = () => labelOf(watched) === label || undefined;
  await eventually(`the badge says ${label}; states were ${watched.states.join(', ')}`, isShown, limit);
}

/** Waits until as many rows are held as the server has, and compares them. */
export async function holdsAll(watched: Watched, server: PartOneServer, limit = 15_000): Promise<void> {
  const { store } = watched.session;
  const equal = () => (heldIds(watched).join() === server.store.ids(jobId).join() ? true : undefined);
  await eventually(`all rows; ${store.size} of ${server.store.count(jobId)} are held`, equal, limit);
  assert.deepEqual(heldIds(watched), server.store.ids(jobId));
}
