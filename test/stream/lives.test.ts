import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { Watches } from '../../src/watch/watches.ts';
import type { WatchSession } from '../../src/watch/watchSession.ts';
import type { Job } from '../../src/wire/job.ts';
import { eventually } from '../support/eventually.ts';
import { beats } from '../support/misbehaviours.ts';
import { type Behaviour, type PartOneServer, partOne } from '../support/partOneServer.ts';
import { jobId, partOneStage, rowsOf } from '../support/partOneStage.ts';

type Step =
  | { kind: 'insert'; epoch: number; rows: number }
  /** The server ends every response, cleanly or not. */
  | { kind: 'end'; clean: boolean }
  | { kind: 'remake'; rows: number }
  | { kind: 'wait'; ms: number };

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('insert' as const), epoch: fc.nat(3), rows: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), clean: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remake' as const), rows: fc.nat(8) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(120) }) },
  ),
  { minLength: 5, maxLength: 25 },
);

const lifetime = fc.record(
  { events: fc.constant([2, 9] as const), subscribes: fc.nat(80), ms: fc.constant([300, 900] as const) },
  { requiredKeys: [] },
);

describe('a job over its lives', () => {
  const stage = partOneStage();

  /** A window with its listing, which tells when a job was made. */
  function watchWithListing(server: PartOneServer): { watches: Watches; session: WatchSession } {
    const watches = new Watches({
      servers: ['lab'],
      endpoint: async () => ({ address: parseServerAddress(server.url), key: server.apiKey }),
      isPresent: () => true,
      hasKey: () => true,
      policy: () => ({ liveUpdates: true, maxAttempts: 3, pollInterval: 200, heartbeat: 500 }),
      log: { info: () => {}, warn: () => {} },
    });
    const { session } = watches.begin({ server: 'lab', jobId });
    stage.endsWith(() => watches.dispose());
    return { watches, session };
  }

  function idsOf(session: WatchSession): string[] {
    return session.store
      .page(null, 0, Number.MAX_SAFE_INTEGER)
      .map(({ id }) => id)
      .sort();
  }

  /** Waits for equality, as a person would who asks again for a job that is said to be deleted. */
  async function comesToHoldAll(session: WatchSession, server: PartOneServer): Promise<void> {
    await eventually(
      'what the server has',
      () => {
        const { name } = session.connection;
        if (name === 'gone') session.dispatch({ type: 'reconnect' });
        else if (name === 'waiting') session.dispatch({ type: 'focus' });
        return (idsOf(session).join() === server.store.ids(jobId).join() && session.caughtUp) || undefined;
      },
      15_000,
    );
  }

  it('is begun anew when it was deleted and made again, even with as many rows as before', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, rowsOf(1, 4));
    const { watches, session } = watchWithListing(server);
    await comesToHoldAll(session, server);
    await eventually('the listing', () => watches.listing('lab').get(jobId));
    server.store.delete(jobId);
    server.store.create(jobId);
    server.store.insert(jobId, rowsOf(1, 4));
    await comesToHoldAll(session, server);
  });

  it('is begun anew when it was made again, with as many rows, before a listing told of it', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, rowsOf(1, 8));
    const { session } = stage.watch(server, { heartbeat: 60_000 });
    await eventually('the first rows', () => session.caughtUp || undefined);
    server.store.delete(jobId);
    server.store.create(jobId);
    server.store.insert(jobId, rowsOf(1, 8));
    const listed = server.store.jobs()[0] as unknown as Job | undefined;
    assert.ok(listed !== undefined);
    session.setJob(listed);
    await comesToHoldAll(session, server);
  });

  it('is begun anew after it was gone, even with as many rows as before and no listing', async () => {
    const server = await stage.serve(partOne({ events: [1, 1] }));
    server.store.insert(jobId, rowsOf(1, 4));
    const { session } = stage.watch(server);
    await eventually('all rows', () => session.store.size === 4 || undefined);
    server.store.delete(jobId);
    await eventually('gone', () => session.connection.name === 'gone' || undefined);
    server.store.create(jobId);
    server.store.insert(jobId, rowsOf(1, 4));
    session.dispatch({ type: 'reconnect' });
    await comesToHoldAll(session, server);
  });

  it('ends up held exactly as it is stored, in any interleaving of inserts, ends and new lives', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.nat(), lifetime, steps, async (seed, kept, script) => {
        const visits = new Set<{ end(): unknown; destroy(): unknown }>();
        const live = partOne(kept);
        const behaviour: Behaviour = (visit) => {
          visits.add({ end: () => visit.response.end(), destroy: () => visit.response.destroy() });
          return live(visit);
        };
        const server = await stage.serve(behaviour, { seed });
        const { watches, session } = watchWithListing(server);
        let doubled = 0;
        session.onDidChange(() => {
          const ids = idsOf(session);
          doubled = Math.max(doubled, ids.length - new Set(ids).size);
        });
        for (const step of script) await perform(server, visits, step);
        await comesToHoldAll(session, server);
        assert.equal(doubled, 0, 'a row is never held twice, not even for a moment');
        watches.dispose();
        await server.close();
      }),
      { numRuns: 15 },
    );
  });

  async function perform(
    server: PartOneServer,
    visits: Set<{ end(): unknown; destroy(): unknown }>,
    step: Step,
  ): Promise<void> {
    if (step.kind === 'insert') server.store.insert(jobId, rowsOf(step.epoch, step.rows));
    else if (step.kind === 'wait') await sleep(step.ms);
    else if (step.kind === 'remake') {
      server.store.delete(jobId);
      server.store.create(jobId);
      server.store.insert(jobId, rowsOf(1, step.rows));
    } else {
      for (const visit of visits) step.clean ? visit.end() : visit.destroy();
      visits.clear();
    }
  }

  it('is finished when it is said to have ended, with the last rows that no event told of', async () => {
    const server = await stage.serve(beats(''));
    const watched = stage.watch(server, { heartbeat: 60_000, pollInterval: 60_000 });
    await watched.catchesUp();
    server.store.insert(jobId, rowsOf(1, 3));
    watched.session.setJob({ id: jobId, status: 'completed' });
    await watched.reaches('finished');
    assert.deepEqual(idsOf(watched.session), server.store.ids(jobId));
  });

  it('is finished when its listing says so', async () => {
    const server = await stage.serve(partOne());
    const { session } = watchWithListing(server);
    await comesToHoldAll(session, server);
    server.store.setStatus(jobId, 'completed');
    await eventually('finished', () => session.connection.name === 'finished' || undefined);
  });
});
