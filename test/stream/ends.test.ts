import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { cutsInCharacter, cutsInLine, endsDirty, inTurn } from '../support/misbehaviours.ts';
import { type Behaviour, partOne } from '../support/partOneServer.ts';
import { holdsAll, jobId, labelOf, partOneStage, rowsOf, shows } from '../support/partOneStage.ts';

describe('a stream that ends', () => {
  const stage = partOneStage();

  it('is opened again after every clean end, and nothing that came meanwhile is missing', async () => {
    const server = await stage.serve(partOne({ events: [1, 2] }));
    const watched = stage.watch(server);
    await watched.catchesUp();
    // A stream ends by its events, and there are as many as it takes for the third to be opened.
    for (let epoch = 0; epoch < 6 || server.streams().length < 3; epoch += 1) {
      server.store.insert(jobId, rowsOf(epoch, 2));
      await sleep(300);
    }
    await holdsAll(watched, server);
    assert.ok(watched.states.includes('waiting'));
  });

  it('is not Live from the moment of a clean end', async () => {
    const server = await stage.serve(partOne({ events: [1, 1] }));
    const watched = stage.watch(server, { heartbeat: 60_000 });
    await watched.catchesUp();
    const { session } = watched;
    // Seen at the moment itself: the next connection may be there a few milliseconds later.
    const ends: [label: string | null, caughtUp: boolean, problem: string][] = [];
    session.onDidChange(() => {
      if (session.connection.name === 'waiting') {
        ends.push([labelOf(watched), session.caughtUp, session.problem?.message ?? '']);
      }
    });
    server.store.insert(jobId, rowsOf(0, 1));
    await eventually('the end', () => ends[0]);
    assert.deepEqual(ends[0]?.slice(0, 2), ['Reconnecting', false]);
    assert.match(ends.at(-1)?.[2] ?? '', /closed the connection/);
  });

  it('leads to polling when its socket is destroyed time and again', async () => {
    const server = await stage.serve(endsDirty);
    server.store.insert(jobId, rowsOf(1, 3));
    const watched = stage.watch(server);
    await shows(watched, 'Polling');
    await holdsAll(watched, server);
    assert.equal(server.streams().length, 3);
  });

  for (const [where, cut] of [
    ['in a line', cutsInLine],
    ['in a character', cutsInCharacter],
  ] as const satisfies [string, Behaviour][]) {
    it(`loses nothing and garbles nothing when it is cut ${where}`, async () => {
      const server = await stage.serve(inTurn(cut, partOne()));
      server.store.insert(jobId, rowsOf(1, 4));
      const watched = stage.watch(server);
      await eventually('a second connection', () => server.streams().length === 2 || undefined);
      await holdsAll(watched, server);
      assert.equal(watched.session.unreadable.total, 0);
      const texts = watched.session.store.page(null, 0, 10).map(({ prediction }) => prediction);
      assert.deepEqual(new Set(texts), new Set(['Answer of epoch 1 — ü€😀']));
    });
  }

  it('lets a snapshot come to its end though it takes longer than any connection lives', async () => {
    const server = await stage.serve(partOne({ ms: [100, 200] }));
    for (let epoch = 0; epoch < 2; epoch += 1) server.store.insert(jobId, rowsOf(epoch, 5000));
    const { store } = server;
    // Five pages of an epoch take longer than a connection and the wait after it.
    server.rest = (request, response) => {
      const url = new URL(request.url ?? '', server.url);
      if (!url.searchParams.has('offset')) return false;
      const query = { epoch: Number(url.searchParams.get('epoch')), offset: Number(url.searchParams.get('offset')) };
      setTimeout(() => response.end(JSON.stringify(store.page(jobId, { ...query, limit: 1000 }))), 300);
      return true;
    };
    const watched = stage.watch(server, { maxAttempts: 100, pollInterval: 60_000 });
    await holdsAll(watched, server);
    assert.ok(server.streams().length >= 3);
  });
});
