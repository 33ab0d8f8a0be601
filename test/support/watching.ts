/** Watch sessions of tests: real sockets, a policy that a test can wait for. */
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import type { Policy } from '../../src/stream/connectionState.ts';
import type { TextStorage } from '../../src/watch/textStorage.ts';
import { WatchSession } from '../../src/watch/watchSession.ts';
import { eventually } from './eventually.ts';
import { readPredictions } from './serverClient.ts';

export interface Watched {
  readonly session: WatchSession;
  /** Settings and key, free to change. */
  readonly settings: Policy & { key: string; url: string };
  /** What the watch wrote to the log. */
  readonly log: string[];
  /** Every name that the connection's state had, in order. */
  readonly states: string[];
  /** Waits until the connection has a state. */
  reaches(state: string): Promise<void>;
  /** Waits until the watch says that it holds all. */
  catchesUp(): Promise<void>;
}

/** Watches a job of a server from now on. Dispose of the session in the end. */
export function watch(
  server: { url: string; apiKey: string },
  jobId: string,
  policy: Partial<Policy> = {},
  texts?: TextStorage,
): Watched {
  const settings = {
    liveUpdates: true,
    maxAttempts: 5,
    pollInterval: 500,
    heartbeat: 15_000,
    key: server.apiKey,
    url: server.url,
    ...policy,
  };
  const log: string[] = [];
  const states: string[] = [];
  const session = new WatchSession({
    jobId,
    endpoint: async () => ({ address: parseServerAddress(settings.url), key: settings.key }),
    policy: () => settings,
    log: { info: (line) => log.push(line), warn: (line) => log.push(line) },
    jobChanged: () => {},
    texts,
  });
  session.onDidChange(() => {
    const { name } = session.connection;
    if (states.at(-1) !== name) states.push(name);
  });
  session.start(true);
  const state = (name: string): Promise<unknown> =>
    eventually(`${name}; it is ${states.join(', ')}`, () => session.connection.name === name || undefined, 30_000);
  return {
    session,
    settings,
    log,
    states,
    reaches: async (name) => void (await state(name)),
    catchesUp: async () =>
      void (await eventually('caught up', () => (session.caughtUp && !session.loading) || undefined, 30_000)),
  };
}

/** The ids that a session holds, sorted. */
export function heldIds({ session }: Watched): string[] {
  return session.store
    .page(null, 0, Number.MAX_SAFE_INTEGER)
    .map(({ id }) => id)
    .sort();
}

/** The ids that a server has of a job, sorted; read page by page. */
export async function storedIds(server: { url: string; apiKey: string }, jobId: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await readPredictions(server, jobId, `?limit=1000&offset=${ids.length}`);
    if (page.length === 0) return ids.sort();
    ids.push(...page.map(({ id }) => String(id)));
  }
}
