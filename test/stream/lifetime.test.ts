import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { answers, endsAtOnce, inTurn, neverAnswers, stalls } from '../support/misbehaviours.ts';
import { type Behaviour, partOne } from '../support/partOneServer.ts';
import { jobId, labelOf, partOneStage, rowsOf, shows } from '../support/partOneStage.ts';
import type { Watched } from '../support/watching.ts';

/** Timers, sockets and the like of this process, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

describe('a watch that ends', () => {
  const stage = partOneStage();

  const situations: [string, Behaviour, (watched: Watched) => Promise<unknown>][] = [
    ['is live', partOne(), (watched) => shows(watched, 'Live')],
    ['is connecting', neverAnswers, (watched) => shows(watched, 'Connecting')],
    ['waits', answers(503, { 'Retry-After': '60' }), (watched) => shows(watched, 'Reconnecting')],
    ['polls', endsAtOnce, (watched) => shows(watched, 'Polling')],
    ['hangs on a silent stream', stalls, (watched) => shows(watched, 'Live')],
    ['is refused', answers(401), (watched) => shows(watched, 'Sign in')],
    ['has lost its job', answers(404), (watched) => shows(watched, 'Deleted')],
  ];
  for (const [what, behaviour, reached] of situations) {
    it(`leaves no socket, timer or message behind while it ${what}`, async () => {
      const server = await stage.serve(behaviour);
      server.store.insert(jobId, rowsOf(1, 3));
      const before = resources();
      const watched = stage.watch(server, { heartbeat: 60_000, maxAttempts: 2, pollInterval: 60_000 });
      let told = 0;
      watched.session.onDidChange(() => {
        told += 1;
      });
      await reached(watched);
      watched.session.dispose();
      told = 0;
      // What was sent before still reaches the server.
      await eventually('nothing more reaches the server', async () => {
        const before = server.seen.length;
        await sleep(200);
        return server.seen.length === before || undefined;
      });
      const { length } = server.seen;
      server.store.insert(jobId, rowsOf(2, 3));
      // The connection looks at the clock every 2 s: a timer that was left behind would still be there.
      const timers = () => resources()['Timeout'] === before['Timeout'] || undefined;
      await eventually('no timer', timers, 1000);
      const isOver = () => server.sockets.size === 0 || undefined;
      // REST's own connections are kept open for a few seconds by Node's fetch, unused.
      await eventually(`no socket; ${server.sockets.size} are open`, isOver, 15_000);
      const after = () => JSON.stringify(resources()) === JSON.stringify(before) || undefined;
      await eventually(`${JSON.stringify(before)} again, not ${JSON.stringify(resources())}`, after);
      assert.equal(server.seen.length, length, 'nothing is asked any more');
      assert.equal(told, 0);
      assert.equal(watched.session.connection.name, 'idle');
    });
  }

  it('takes nothing of a chunk after the event in which it was ended', async () => {
    const server = await stage.serve(partOne());
    const watched = stage.watch(server);
    await watched.catchesUp();
    const { store } = watched.session;
    const arrivals = store.arrivals;
    watched.session.onDidChange((change) => {
      if (change === 'rows') watched.session.dispose();
    });
    server.store.insert(jobId, rowsOf(1, 20));
    await eventually('a row', () => store.arrivals > arrivals || undefined);
    await sleep(100);
    assert.equal(store.arrivals, arrivals + 1);
    assert.equal(store.size, 0);
  });

  it('stops a reading in its middle', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, rowsOf(1, 3));
    server.rest = (request) => request.url?.includes('epoch=') ?? false;
    const watched = stage.watch(server);
    await eventually(
      'a page that is asked for',
      () => server.seen.some(({ path }) => path.endsWith(jobId)) || undefined,
    );
    assert.ok(watched.session.loading);
    watched.session.dispose();
    assert.ok(!watched.session.loading);
    await eventually('no socket', () => server.sockets.size === 0 || undefined, 15_000);
  });

  it('has one open response at a time, whatever is asked of it', async () => {
    let open = 0;
    let most = 0;
    const server = await stage.serve((visit) => {
      open += 1;
      most = Math.max(most, open);
      visit.response.once('close', () => {
        open -= 1;
      });
      return partOne()(visit);
    });
    const watched = stage.watch(server);
    await shows(watched, 'Live');
    for (const type of ['reconnect', 'reconnect', 'pause', 'resume', 'focus', 'reconnect'] as const) {
      watched.session.dispatch({ type });
      await eventually('the old one is closed', () => open <= 1 || undefined);
    }
    await eventually('one', () => (labelOf(watched) === 'Live' && open === 1) || undefined);
    assert.ok(most <= 2, 'the server may see the new one before the end of the old');
  });

  it('opens no more than twelve streams a minute for a user who pauses and resumes', async () => {
    const server = await stage.serve(inTurn(partOne()));
    const watched = stage.watch(server);
    for (let press = 0; press < 30; press += 1) {
      await shows(watched, press < 12 ? 'Live' : 'Reconnecting');
      watched.session.dispatch({ type: 'pause' });
      watched.session.dispatch({ type: 'resume' });
    }
    assert.equal(server.streams().length, 12);
  });
});
