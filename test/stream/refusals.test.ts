import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { listen } from '../support/listen.ts';
import { answers, answersWithoutEnd, inTurn } from '../support/misbehaviours.ts';
import { type PartOneServer, partOne } from '../support/partOneServer.ts';
import { holdsAll, jobId, labelOf, partOneStage, rowsOf, shows } from '../support/partOneStage.ts';

describe('a stream that is refused', () => {
  const stage = partOneStage();

  async function asksNothingMore(server: PartOneServer): Promise<void> {
    const { length } = server.seen;
    await sleep(1000);
    assert.equal(server.seen.length, length);
  }

  for (const status of [401, 403]) {
    it(`asks for a key and nothing else after a ${status} in mid-life, until the key changes`, async () => {
      const server = await stage.serve(inTurn(partOne({ events: [1, 1] }), answers(status), partOne()));
      const watched = stage.watch(server, { pollInterval: 100 });
      await watched.catchesUp();
      server.store.insert(jobId, rowsOf(0, 2));
      await shows(watched, 'Sign in');
      await asksNothingMore(server);
      assert.match(watched.session.problem?.message ?? '', /refuses the API key/);
      watched.session.dispatch({ type: 'keyChanged', hasKey: true });
      await shows(watched, 'Live');
      await holdsAll(watched, server);
    });
  }

  it('asks for a key soon when the text of a 401 never ends', async () => {
    const server = await stage.serve(answersWithoutEnd(401));
    const watched = stage.watch(server, { heartbeat: 15_000 });
    await shows(watched, 'Sign in', 10_000);
  });

  it('says that the job is deleted after a 404 in mid-life, and asks nothing more', async () => {
    const server = await stage.serve(inTurn(partOne({ events: [1, 1] }), answers(404)));
    const watched = stage.watch(server, { pollInterval: 100 });
    await watched.catchesUp();
    server.store.insert(jobId, rowsOf(0, 1));
    await shows(watched, 'Deleted');
    await asksNothingMore(server);
  });

  it('notices at a poll interval that its job is deleted while the stream goes on beating', async () => {
    const server = await stage.serve(partOne());
    const watched = stage.watch(server);
    await watched.catchesUp();
    server.store.delete(jobId);
    await shows(watched, 'Deleted');
  });

  for (const status of [408, 425, 429, 500, 503]) {
    it(`is tried again after ${status}, then read by polling`, async () => {
      const server = await stage.serve(answers(status));
      server.store.insert(jobId, rowsOf(1, 3));
      const watched = stage.watch(server, { maxAttempts: 2 });
      await shows(watched, 'Polling');
      await holdsAll(watched, server);
      assert.deepEqual(watched.states, ['connecting', 'waiting', 'connecting', 'polling']);
      assert.match(watched.session.problem?.message ?? '', new RegExp(`status ${status}`));
    });
  }

  it('waits as long as Retry-After says in seconds, and as a date', async () => {
    const until = () => new Date(Date.now() + 3000).toUTCString();
    for (const header of [() => '2', until]) {
      const asked = header();
      const server = await stage.serve(inTurn(answers(429, { 'Retry-After': asked }), partOne()));
      const watched = stage.watch(server);
      await shows(watched, 'Live');
      const [first, second] = server.streams();
      assert.ok(first !== undefined && second !== undefined);
      const due = asked === '2' ? first.at + 2000 : Date.parse(asked);
      assert.ok(second.at >= due, `${due - second.at} ms too early for “${asked}”`);
    }
  });

  it('reads REST no sooner than its Retry-After says, however long that is', async () => {
    for (const asked of ['2', '99999999']) {
      // A count of more than is held asks for a reading too, a second later.
      const count = { count: () => ({ delay: 0, count: 99 }) };
      const server = await stage.serve(partOne(count));
      server.rest = (_request, response) => Boolean(response.writeHead(503, { 'Retry-After': asked }).end());
      const overflows: Error[] = [];
      const note = (warning: Error) => overflows.push(warning);
      process.on('warning', note);
      stage.endsWith(() => process.off('warning', note));
      const watched = stage.watch(server);
      await watched.reaches('live');
      await eventually('a first reading', () => server.seen.length === 2 || undefined);
      server.store.insert(jobId, rowsOf(0, 2));
      await sleep(1500);
      assert.deepEqual(overflows, []);
      assert.equal(server.seen.length, 2, 'nothing was asked meanwhile');
      if (asked !== '2') continue;
      server.rest = undefined;
      await watched.catchesUp();
      const readings = server.seen.filter(({ path }) => path.endsWith('/epochs'));
      assert.ok(Number(readings[1]?.at) - Number(readings[0]?.at) >= 1990);
    }
  });

  it('never goes where a redirect points, so the key does not either', async () => {
    let asked = 0;
    const other = await listen((_request, response) => {
      asked += 1;
      response.end();
    });
    stage.endsWith(() => other.close());
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await stage.serve(answers(status, { Location: `${other.url}/stream` }));
      const watched = stage.watch(server, { maxAttempts: 2 });
      await shows(watched, 'Polling');
      assert.match(watched.session.problem?.message ?? '', /redirects elsewhere/);
      assert.ok(!watched.log.join().includes(server.apiKey));
    }
    assert.equal(asked, 0);
  });

  it('takes no page for a stream', async () => {
    const server = await stage.serve(
      answers(200, { 'Content-Type': 'text/html' }, '<html>Sign in to the hotel</html>'),
    );
    server.store.insert(jobId, rowsOf(1, 3));
    const watched = stage.watch(server, { maxAttempts: 2 });
    await shows(watched, 'Polling');
    assert.ok(!watched.states.includes('live'));
    assert.match(watched.session.problem?.message ?? '', /other than an event stream/);
  });

  it('is Offline when polling fails too, and comes back by itself', async () => {
    const server = await stage.serve(answers(503));
    server.rest = (_request, response) => Boolean(response.destroy());
    const watched = stage.watch(server, { maxAttempts: 2 });
    await shows(watched, 'Offline');
    server.rest = undefined;
    server.store.insert(jobId, rowsOf(1, 3));
    await shows(watched, 'Polling');
    await holdsAll(watched, server);
    assert.equal(labelOf(watched), 'Polling');
  });
});
