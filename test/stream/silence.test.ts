import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { measureLiveSilence } from '../support/liveSilence.ts';
import {
  beats,
  endsAtOnce,
  inTurn,
  neverAnswers,
  says,
  sendsHeadOnly,
  stalls,
  subscriptionError,
  trickles,
} from '../support/misbehaviours.ts';
import { EventWriter, partOne } from '../support/partOneServer.ts';
import { holdsAll, jobId, labelOf, partOneStage, rowsOf, shows } from '../support/partOneStage.ts';
import type { Watched } from '../support/watching.ts';

const heartbeat = 200;
const patient = { heartbeat: 60_000, pollInterval: 60_000 };

describe('a stream that falls silent', () => {
  const stage = partOneStage();

  /** Samples the badge while a server says nothing; some ms are the machine's own. */
  async function staysTrue(watched: Watched, beat: number, until: () => boolean): Promise<void> {
    const silence = measureLiveSilence(watched.session);
    stage.endsWith(silence.stop);
    await eventually('enough silent connections', () => until() || undefined, 15_000);
    assert.ok(silence.longest > 0);
    const limit = 2.5 * beat + silence.lateness + 30;
    assert.ok(silence.longest <= limit, `Live for ${silence.longest} ms without a byte, with ${limit} ms allowed`);
  }

  it('is never Live for longer than 2.5 heartbeats without a byte', async () => {
    const server = await stage.serve(stalls);
    const watched = stage.watch(server, { heartbeat, maxAttempts: 100 });
    await staysTrue(watched, heartbeat, () => server.streams().length >= 4);
    assert.ok(watched.states.includes('waiting'));
  });

  it('is held to the heartbeat that the server promises', async () => {
    const server = await stage.serve((visit) => new EventWriter(visit).begin({ heartbeat_seconds: heartbeat / 1000 }));
    const watched = stage.watch(server, { heartbeat: 15_000 });
    await staysTrue(watched, heartbeat, () => server.streams().length >= 2);
  });

  for (const [what, behaviour] of [
    ['answer', neverAnswers],
    ['byte after a good status', sendsHeadOnly],
  ] as const) {
    it(`is given up before it ever was Live when no ${what} comes, and REST is read instead`, async () => {
      const server = await stage.serve(behaviour);
      server.store.insert(jobId, rowsOf(1, 5));
      const watched = stage.watch(server, { heartbeat: 100, maxAttempts: 2 });
      await shows(watched, 'Polling');
      await holdsAll(watched, server);
      assert.ok(!watched.states.includes('live'), watched.states.join());
      assert.deepEqual(watched.states.slice(0, 3), ['connecting', 'waiting', 'connecting']);
    });
  }

  it('is found out also when the clock is set back meanwhile', async () => {
    const server = await stage.serve(stalls);
    const watched = stage.watch(server, { heartbeat: 1000 });
    await watched.reaches('live');
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
    stage.endsWith(() => {
      Date.now = now;
    });
    await shows(watched, 'Reconnecting', 10_000);
  });

  it('has its readings begun anew once it is back, when one hangs on a dead connection', async function () {
    this.timeout(40_000);
    const server = await stage.serve(inTurn(partOne({ ms: [5500, 5500] }), partOne()));
    server.store.insert(jobId, rowsOf(1, 3));
    let readings = 0;
    server.rest = () => {
      readings += 1;
      return readings === 1;
    };
    const watched = stage.watch(server, patient);
    await holdsAll(watched, server);
  });

  it('stays Live while single bytes come, though no event becomes whole in 2.5 heartbeats', async () => {
    const server = await stage.serve(trickles(10));
    server.store.insert(jobId, rowsOf(1, 1));
    const watched = stage.watch(server, { heartbeat });
    await watched.reaches('live');
    await sleep(2000);
    assert.deepEqual(watched.states, ['connecting', 'live']);
    assert.equal(server.streams().length, 1);
  });

  it('delivers all that trickles in byte by byte', async () => {
    const server = await stage.serve(trickles());
    server.store.insert(jobId, rowsOf(1, 8));
    // Whatever is held came over the stream.
    server.rest = (_request, response) => Boolean(response.writeHead(503).end());
    const watched = stage.watch(server, { heartbeat: 5000 });
    await holdsAll(watched, server);
    assert.equal(watched.session.unreadable.total, 0);
    const texts = watched.session.store.page(null, 0, 10).map(({ prediction }) => prediction);
    assert.deepEqual(new Set(texts), new Set(['Answer of epoch 1 — ü€😀']));
  });

  for (const [what, behaviour] of [
    ['falls silent', says(() => subscriptionError, 'silence')],
    ['goes on beating', beats(subscriptionError)],
  ] as const) {
    it(`is opened afresh, and read meanwhile, when the server's own subscription fails and it ${what}`, async () => {
      const server = await stage.serve(inTurn(behaviour, partOne()));
      server.store.insert(jobId, rowsOf(1, 3));
      const watched = stage.watch(server, patient);
      await eventually('a second connection', () => server.streams().length === 2 || undefined);
      await shows(watched, 'Live');
      await watched.catchesUp();
      server.store.insert(jobId, rowsOf(2, 3));
      await holdsAll(watched, server);
      assert.equal(watched.log.filter((line) => /waiting .*no longer tell of new predictions/.test(line)).length, 1);
    });
  }

  it('is compared with the server at every poll interval while heartbeats come and predictions do not', async () => {
    const server = await stage.serve(beats(''));
    const watched = stage.watch(server);
    await watched.catchesUp();
    server.store.insert(jobId, rowsOf(1, 3));
    await holdsAll(watched, server);
    assert.equal(labelOf(watched), 'Live');
    assert.equal(server.streams().length, 1);
  });

  it('misses nothing that was stored between “connected” and the server’s own subscription', async () => {
    const server = await stage.serve(partOne({ subscribes: 400 }));
    const watched = stage.watch(server);
    await watched.catchesUp();
    server.store.insert(jobId, rowsOf(1, 3));
    await holdsAll(watched, server);
    assert.equal(server.streams().length, 1);
  });

  it('counts as a failure when it ended at once, so that polling takes over', async () => {
    const server = await stage.serve(endsAtOnce);
    server.store.insert(jobId, rowsOf(1, 3));
    const watched = stage.watch(server);
    await shows(watched, 'Polling');
    assert.equal(server.streams().length, 3);
    server.store.insert(jobId, rowsOf(2, 3));
    await holdsAll(watched, server);
    server.behaviour = partOne();
    watched.session.dispatch({ type: 'focus' });
    await shows(watched, 'Live');
  });
});
