import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PredictionsPage } from '../../src/wire/responses.ts';
import { CatchUpRun, readerOf } from '../support/catchUpRun.ts';
import { partOne } from '../support/partOneServer.ts';
import { holdsAll, jobId, partOneStage } from '../support/partOneStage.ts';
import { PartOneStore, type RowFields, type Ties } from '../support/partOneStore.ts';
import { randomOf } from '../support/random.ts';

/** Answers to so many samples at so many steps of one epoch, four completions each. */
function epochOf(samples: number, steps: number, completions = 4, epoch = 0): RowFields[] {
  return Array.from({ length: steps * samples * completions }, (_, index) => ({
    epoch,
    step: Math.floor(index / (samples * completions)) * 10,
    sample_index: Math.floor(index / completions) % samples,
    completion_index: index % completions,
  }));
}

function storeOf(rows: RowFields[], ties: Ties = 'shuffled', seed = 1): PartOneStore {
  const store = new PartOneStore(randomOf(seed));
  store.ties = ties;
  store.create(jobId);
  store.insert(jobId, rows);
  return store;
}

const orders = [
  ['shuffled', 'in another order at each read'],
  ['byBounds', 'in an order that the page decides'],
  ['steady', 'in the same order at each read'],
] as const satisfies [Ties, string][];

describe('an epoch that a server sorts by sample alone', () => {
  const stage = partOneStage();

  it('comes in as few pages as hold it, whatever the order of its ties', async () => {
    const server = await stage.serve(partOne());
    server.store.insert(jobId, epochOf(100, 25));
    const watched = stage.watch(server, { heartbeat: 60_000, pollInterval: 60_000 });
    await watched.catchesUp();
    await holdsAll(watched, server);
    const asked = server.seen.filter(({ path }) => !path.endsWith('/stream'));
    const pages = asked.filter(({ path }) => path.endsWith(jobId));
    assert.deepEqual(
      pages.map(({ query }) => [query.get('epoch'), query.get('limit'), query.get('offset')].join()),
      Array.from({ length: 10 }, (_, page) => `0,1000,${page * 1000}`),
    );
    assert.deepEqual(
      asked.filter((seen) => !pages.includes(seen)).map(({ path }) => path.split('/').at(-1)),
      ['epochs', 'checkpoints', 'epochs'],
    );
  });

  /** Rows that one sample has, and how many pages hold ten of them where each group comes whole. */
  const fitting = [
    [100, 1],
    [300, 4],
    [400, 5],
    [600, 10],
    [1000, 10],
  ] as const;
  for (const [ties, order] of orders) {
    for (const [size, pages] of fitting) {
      it(`is read once where a sample has ${size} rows, ${order}`, async () => {
        const store = storeOf(epochOf(10, size / 4), ties);
        const reading = new CatchUpRun(readerOf(store, jobId));
        assert.equal(await reading.prove(), 'equal');
        assert.deepEqual(reading.ids, store.ids(jobId));
        assert.equal(reading.asked.length, pages);
        assert.ok(reading.sent <= 10 * size + 1000, `${reading.sent} rows came`);
        assert.equal(reading.comparisons, 2);
      });
    }
  }

  it('is read once where a sample has more rows than a page, in the same order at each read', async () => {
    const store = storeOf(epochOf(4, 625), 'steady');
    const reading = new CatchUpRun(readerOf(store, jobId));
    assert.equal(await reading.prove(), 'equal');
    assert.equal(reading.asked.length, 10);
    assert.equal(reading.comparisons, 2);
  });

  for (const [ties, order] of orders.slice(0, 2)) {
    for (const [size, times] of [
      [1004, 4],
      [2500, 15],
    ] as const) {
      it(`is read at most ${times} times where a sample has ${size} rows, ${order}`, async () => {
        for (let seed = 1; seed <= 3; seed += 1) {
          const store = storeOf(epochOf(2, size / 4), ties, seed);
          const reading = new CatchUpRun(readerOf(store, jobId));
          assert.equal(await reading.prove(), 'equal');
          assert.deepEqual(reading.ids, store.ids(jobId));
          assert.ok(reading.sent <= times * 2 * size, `seed ${seed}: ${reading.sent / size / 2} times`);
        }
      });
    }
  }

  it('is not read where a few of its rows are missing: they are looked for', async () => {
    const rows = epochOf(100, 25);
    // The first sample, one among the others, the last one, and one that is new.
    for (const lost of [[0], [57], [99], [100]]) {
      const store = storeOf(rows);
      const reading = new CatchUpRun(readerOf(store, jobId));
      assert.equal(await reading.prove(), 'equal');
      const [asked, sent] = [reading.asked.length, reading.sent];
      store.insert(
        jobId,
        lost.map((sample_index) => ({ epoch: 0, step: 1000, sample_index })),
      );
      assert.equal(await reading.prove(), 'equal');
      assert.deepEqual(reading.ids, store.ids(jobId));
      assert.ok(reading.asked.length - asked <= 9, `${reading.asked.length - asked} requests for ${lost}`);
      assert.ok(reading.sent - sent <= 1010, `${reading.sent - sent} rows for ${lost}`);
    }
  });

  it('is read to its end while more rows arrive than are missing', async () => {
    const store = storeOf(epochOf(100, 25));
    const counted = store.ids(jobId);
    const missing: number[] = [];
    const reading = new CatchUpRun({
      ...readerOf(store, jobId),
      epochs: async () => {
        const held = new Set(reading.ids);
        missing.push(counted.filter((id) => !held.has(id)).length);
        return store.epochs(jobId);
      },
      page: async (query) => {
        const page = store.page(jobId, query);
        // In the first round the stream brings a step of the training in the time of a page.
        if (missing.length === 2) reading.rows.take(store.insert(jobId, epochOf(100, 1)), 0);
        return page;
      },
    });
    reading.rows.take(store.page(jobId, { limit: 1000, offset: 0 }).predictions, 0);
    await reading.prove();
    // Before the first round it is compared twice.
    assert.deepEqual(missing.slice(0, 3), [9000, 9000, 0]);
  });

  it('is not read where the stream brings in a moment what is missing', async () => {
    const store = storeOf(epochOf(100, 10));
    let coming = store.page(jobId, { limit: 4000, offset: 0 }).predictions;
    const run = new CatchUpRun({
      ...readerOf(store, jobId),
      epochs: async () => {
        const counts = store.epochs(jobId);
        if (run.comparisons > 2) setImmediate(() => run.rows.take(coming.splice(0), 0));
        return counts;
      },
    });
    assert.equal(await run.prove(), 'equal');
    run.pagesAsked();
    coming = store.insert(jobId, epochOf(100, 1));
    assert.equal(await run.prove(), 'equal');
    assert.deepEqual(run.pagesAsked(), []);
  });

  it('is held whole in the end, however many rows its samples have, whatever comes or is lost meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(...orders), async (seed, [ties]) => {
        const random = randomOf(seed);
        const store = storeOf([], ties, seed);
        const add = (epoch: number, sample_index: number, rows: number) =>
          store.insert(
            jobId,
            Array.from({ length: rows }, () => ({ epoch, sample_index })),
          );
        for (let sample = 0; sample < 6; sample += 1) {
          const most = random.chance(0.2) ? 1500 : 500;
          add(random.between(0, 1), random.between(0, 5), random.between(1, most));
        }
        // The server, or a network that cuts large answers, may give fewer rows than are asked for.
        const most = random.chance(0.3) ? random.between(50, 900) : 1000;
        let arrivals = random.between(0, 30);
        const happen = () => {
          arrivals -= 1;
          if (arrivals < 0) return;
          const rows = add(random.between(0, 2), random.between(0, 7), random.between(1, 60));
          if (random.chance(0.6)) run.rows.take(rows, null);
        };
        const run = new CatchUpRun({
          ...readerOf(store, jobId),
          page: async (query) => {
            happen();
            const page = store.page(jobId, { ...query, limit: Math.min(query.limit, most) });
            happen();
            return page;
          },
        });
        let outcome = await run.prove();
        for (let proof = 0; proof < 5 && outcome !== 'equal'; proof += 1) outcome = await run.prove();
        assert.equal(outcome, 'equal');
        assert.deepEqual(run.ids, store.ids(jobId));
      }),
      { numRuns: 10 },
    );
  });

  it('is asked for in pages of other bounds after each round in vain', async () => {
    const store = storeOf(epochOf(100, 25));
    const [hidden] = store.ids(jobId);
    const withoutOne = ({ predictions, ...page }: PredictionsPage) => ({
      ...page,
      predictions: predictions.filter((row) => (row as { id: string }).id !== hidden),
    });
    const reading = new CatchUpRun({
      ...readerOf(store, jobId),
      page: async (query) => withoutOne(store.page(jobId, query)),
    });
    assert.equal(await reading.prove(), 'different');
    const bounds = reading.asked.map(({ epoch, limit, offset }) => [epoch, limit, offset].join());
    const first = reading.asked.filter(({ offset }) => offset === 0).map(({ limit }) => limit);
    assert.equal(new Set(first).size, first.length, bounds.join(' '));
    assert.ok(reading.asked.length <= 6 * 12, `${reading.asked.length} pages`);
  });
});

describe('many small epochs that a server sorts by epoch and sample', () => {
  it('come once each from the end, though their ties lie across the bounds of pages', async () => {
    const rows = Array.from({ length: 40 }, (_, epoch) => epochOf(7, 1, 43, epoch)).flat();
    for (const [ties] of orders) {
      const store = storeOf(rows, ties);
      const reading = new CatchUpRun(readerOf(store, jobId));
      assert.equal(await reading.prove(), 'equal');
      assert.deepEqual(reading.ids, store.ids(jobId));
      assert.equal(reading.comparisons, 2);
      assert.equal(reading.asked.length, 14);
    }
  });
});
