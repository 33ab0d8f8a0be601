import assert from 'node:assert/strict';
import type { TextStorage } from '../../src/watch/textStorage.ts';
import { eventually } from '../support/eventually.ts';
import { nested } from '../support/nested.ts';
import { type PartOneServer, partOne } from '../support/partOneServer.ts';
import { jobId, labelOf, partOneStage, rowsOf } from '../support/partOneStage.ts';
import { startServer } from '../support/server.ts';
import { createJob, post, sample } from '../support/serverClient.ts';
import { type Watched, watch } from '../support/watching.ts';

/** Every row that is held is in an epoch and answers a sample, and the others are counted. */
async function holds({ session }: Watched, held: number, unreadable: number): Promise<void> {
  const { store } = session;
  const rows = () => store.size === held && session.unreadable.rows === unreadable && session.caughtUp;
  await eventually(
    `${held} rows and ${unreadable} unreadable; there are ${store.size} and ${session.unreadable.rows}`,
    () => rows() || undefined,
    30_000,
  );
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  assert.equal(sum(store.epochs().map(({ prediction_count }) => prediction_count)), held);
  assert.equal(sum(store.samples().map(({ answers }) => answers)), held);
  assert.equal(store.page(null, 0, 10_000).length, held);
  assert.equal(session.onServer, held + unreadable);
  assert.equal(session.problem, null);
}

/** Rows that no value of ours can be, and some that are just within bounds. */
describe('rows of thousands of levels', () => {
  const stage = partOneStage();
  const deepRow = (server: PartOneServer, epoch: number, levels: number) => ({
    epoch,
    sample_index: 1000 + levels,
    extra: server.raw.value(nested(levels, 'mixed')),
  });

  it('are counted in a snapshot, and the other rows of their pages are shown', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, [
      ...rowsOf(1, 25),
      ...[99, 100, 101, 5000, 9990].map((levels) => deepRow(server, 1, levels)),
      ...rowsOf(2, 25),
    ]);
    const watched = stage.watch(server);
    await holds(watched, 51, 4);
    assert.equal(labelOf(watched), 'Live');
    assert.equal(watched.session.unreadable.total, 4);
  });

  it('are counted when they come live, and again when the stream comes back', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, rowsOf(1, 10));
    const watched = stage.watch(server, { pollInterval: 60_000 });
    await watched.catchesUp();
    server.store.insert(jobId, [deepRow(server, 2, 5000)]);
    server.store.insert(jobId, rowsOf(2, 1));
    await holds(watched, 11, 1);
    assert.deepEqual(
      watched.session.store.epochs().map(({ epoch }) => epoch),
      [2, 1],
    );
    for (const socket of server.sockets) socket.destroy();
    await eventually('another stream', () => server.streams().length > 1 || undefined);
    server.store.insert(jobId, rowsOf(3, 2));
    await holds(watched, 13, 1);
  });

  it('are counted one by one where a text is too deep to be parsed at all', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, [...rowsOf(1, 40), deepRow(server, 1, 1_000_000), ...rowsOf(2, 40)]);
    const watched = stage.watch(server);
    await holds(watched, 80, 1);
    server.store.insert(jobId, [deepRow(server, 3, 1_000_001), ...rowsOf(3, 1)]);
    await holds(watched, 81, 2);
  }).timeout(60_000);

  it('do not get as far as the local server, whose deepest rows are held', async () => {
    const server = await startServer();
    stage.endsWith(() => server.stop());
    const job = await createJob(server);
    const deep = (levels: number) => sample({ sample_index: levels, extra: JSON.parse(nested(levels)) as unknown });
    await post(server, job, [deep(98), deep(99)]);
    const watched = watch(server, job.id);
    stage.endsWith(() => watched.session.dispose());
    await holds(watched, 2, 0);
    assert.equal((await post(server, job, [deep(100)])).status, 400);
    assert.equal((await post(server, job, [sample(), deep(99)])).status, 200);
    await holds(watched, 4, 0);
    const extras = watched.session.store.page(null, 0, 10).map((row) => JSON.stringify(Reflect.get(row, 'extra')));
    assert.deepEqual(extras, [nested(99), nested(99), nested(98), undefined]);
  });
});

describe('a row that the store cannot take', () => {
  const stage = partOneStage();

  it('is counted, in a snapshot or live, and costs no other', async () => {
    const server = await stage.serve(partOne());
    const long = { prediction: 'x'.repeat(100_000) };
    server.store.insert(jobId, rowsOf(1, 3, long));
    let failures = 1;
    const texts: TextStorage = {
      limit: () => {
        failures -= 1;
        if (failures >= 0) throw new RangeError('no memory');
        return 1_000_000;
      },
      file: () => '/nowhere/texts',
      tell: () => {},
    };
    const watched = watch(server, jobId, { heartbeat: 60_000, pollInterval: 60_000 }, texts);
    stage.endsWith(() => watched.session.dispose());
    await holds(watched, 2, 1);
    failures = 1;
    server.store.insert(jobId, rowsOf(2, 2, long));
    await holds(watched, 3, 2);
    assert.ok(watched.log.some((line) => /could not be kept.*no memory/.test(line)));
    assert.equal(labelOf(watched), 'Live');
  });
});

describe('pages too large to be read', () => {
  const stage = partOneStage();
  /** This process is the server too, and silent while it writes a page. */
  const patient = { heartbeat: 60_000, pollInterval: 60_000 };

  it('are asked for in smaller ones, until all rows are held', async () => {
    const server = await stage.serve(partOne());
    const long = server.raw.value(JSON.stringify('x'.repeat(2_000_000)));
    server.store.insert(jobId, rowsOf(1, 40, { prediction: long }));
    const watched = stage.watch(server);
    await eventually(
      'all rows',
      () => (watched.session.store.size === 40 && watched.session.caughtUp) || undefined,
      60_000,
    );
    assert.equal(watched.session.unreadable.total, 0);
    assert.equal(watched.session.store.page(1, 39, 1)[0]?.prediction.length, 2_000_000);
  }).timeout(90_000);

  it('cost no other row where one row is too large by itself', async () => {
    const server = await stage.serve(partOne());
    const huge = server.raw.value(JSON.stringify('x'.repeat(70_000_000)));
    server.store.insert(jobId, [...rowsOf(1, 5), { epoch: 1, sample_index: 2, prediction: huge }, ...rowsOf(2, 5)]);
    const watched = stage.watch(server, patient);
    const { session } = watched;
    await eventually('the others', () => (session.store.size === 10 && session.caughtUp) || undefined, 60_000);
    assert.equal(session.unreadable.rows, 1);
    assert.equal(session.onServer, 11);
    assert.equal(labelOf(watched), 'Live');
  }).timeout(90_000);
});
