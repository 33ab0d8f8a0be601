import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresDatabase } from './database.ts';
import { channel, type PostgresListener } from './listener.ts';

/** How long the server's own notification is waited for at the start, in ms. */
const probePatience = 5000;

/**
 * Over a pooler that gives a connection away after each transaction, LISTEN is heard by nobody, or by somebody else.
 * It is known by what it does: two connections that are open at once share one process of the database, one
 * connection moves to another, or a notification does not come.
 *
 * @param probe what is sent on `database`; `heard` resolves when `listener` hears it
 * @throws Error with advice
 */
export async function refusePooler(
  database: PostgresDatabase,
  listener: PostgresListener,
  probe: { readonly payload: string; readonly heard: Promise<void> },
): Promise<void> {
  const before = await listener.backend();
  const [row] = await database.query('SELECT pg_backend_pid() AS pid, pg_notify($1, $2)', [channel, probe.payload]);
  const shared = row?.['pid'] === before || (await listener.backend()) !== before;
  const patience = new AbortController();
  const late = sleep(probePatience, false, { signal: patience.signal }).catch(() => false);
  const holds = !shared && (await Promise.race([probe.heard.then(() => true), late]));
  patience.abort();
  if (holds) return;
  throw new Error(
    'it is behind a connection pooler in transaction mode, over which notifications are lost. ' +
      'Use the direct connection or the session mode: at Supabase port 5432 instead of 6543, ' +
      'with PgBouncer pool_mode = session',
  );
}
