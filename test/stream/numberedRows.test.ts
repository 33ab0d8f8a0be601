import assert from 'node:assert/strict';
import type { PageQuery } from '../../src/watch/pageReader.ts';
import type { JobReader } from '../../src/watch/reading/jobReading.ts';
import type { CheckpointCounts } from '../../src/wire/checkpoints.ts';
import type { EpochSummary } from '../../src/wire/responses.ts';
import { CatchUpRun } from '../support/catchUpRun.ts';
import { aPrediction } from '../support/predictions.ts';

interface Row {
  id: string;
  epoch: number;
  step: number;
  sample_index: number;
  seq?: number;
}

/** A server that pages by sequence number, or by checkpoint, or both. */
class NumberingServer implements JobReader {
  readonly rows: Row[] = [];
  #last: number;
  readonly #numbers: boolean;
  readonly #tellsCheckpoints: boolean;

  constructor({ numbers = true, checkpoints = true, after = 0 } = {}) {
    this.#numbers = numbers;
    this.#tellsCheckpoints = checkpoints;
    this.#last = after;
  }

  /** Answers to so many samples at a step. */
  insert(epoch: number, step: number, samples: number): Row[] {
    const rows = Array.from({ length: samples }, (_, sample_index) => {
      this.#last += 1;
      const id = `${this.#last}`;
      return { ...aPrediction({ id, epoch, step, sample_index }), ...(this.#numbers && { seq: this.#last }) };
    });
    this.rows.push(...rows);
    return rows;
  }

  async epochs(): Promise<EpochSummary[]> {
    return this.#counts(({ epoch }) => `${epoch}`).map(([{ epoch }, prediction_count]) => ({
      epoch,
      prediction_count,
    }));
  }

  async checkpoints(): Promise<CheckpointCounts[] | null> {
    if (!this.#tellsCheckpoints) return null;
    const counts = this.#counts(({ epoch, step }) => `${epoch} ${step}`);
    return counts.map(([{ epoch, step }, count]) => ({
      epoch,
      step,
      prediction_count: count,
      sample_count: count,
      superseded_count: 0,
    }));
  }

  async page({ epoch, step, after, limit, offset = 0 }: PageQuery) {
    const asked = this.rows.filter(
      (row) =>
        (epoch ?? row.epoch) === row.epoch &&
        (step ?? row.step) === row.step &&
        (after === undefined || !this.#numbers || Number(row.seq) > after),
    );
    if (after === undefined || !this.#numbers)
      asked.sort((a, b) => a.epoch - b.epoch || a.sample_index - b.sample_index);
    return { predictions: asked.slice(offset, offset + Math.min(limit, 1000)), total_count: this.rows.length };
  }

  #counts(key: (row: Row) => string): [Row, number][] {
    const counts = new Map<string, [Row, number]>();
    for (const row of this.rows) counts.set(key(row), [row, (counts.get(key(row))?.[1] ?? 0) + 1]);
    return [...counts.values()].sort(([a], [b]) => a.epoch - b.epoch || a.step - b.step);
  }
}

/** Proves it equal to the server. */
async function prove(run: CatchUpRun, server: NumberingServer): Promise<void> {
  assert.equal(await run.prove(), 'equal');
  assert.deepEqual(run.ids, server.rows.map(({ id }) => id).sort());
}

describe('a job whose rows are numbered', () => {
  it('shows the newest checkpoint first, and has every row sent once', async () => {
    const server = new NumberingServer();
    for (let step = 1; step <= 30; step += 1) server.insert(0, step, 100);
    const run = new CatchUpRun(server);
    await prove(run, server);
    assert.deepEqual(run.pagesAsked(), [
      'epoch 0, step 30, limit 1000, offset 0',
      'after 0, limit 1000',
      'after 1000, limit 1000',
      'after 2000, limit 900',
    ]);
    assert.equal(run.sent, 3000);
  });

  it('is asked for what is missing alone: the newest rows, and those that a stream left out', async () => {
    const server = new NumberingServer();
    const run = new CatchUpRun(server);
    for (let step = 1; step <= 20; step += 1) run.rows.take(server.insert(0, step, 100), 0);
    server.insert(0, 21, 100);
    await prove(run, server);
    assert.deepEqual(run.pagesAsked(), ['after 2000, limit 1000']);
    const [before, lost, after] = [server.insert(0, 22, 3), server.insert(0, 23, 5), server.insert(0, 24, 3)];
    run.rows.take([...after, ...before], 0);
    run.sent = 0;
    await prove(run, server);
    assert.deepEqual(run.pagesAsked(), ['after 2111, limit 1000', 'after 2103, limit 5']);
    assert.equal(run.sent, lost.length);
  });

  it('is read where its numbers begin behind those of a former life', async () => {
    const server = new NumberingServer({ after: 5000 });
    for (let step = 1; step <= 12; step += 1) server.insert(0, step, 100);
    const run = new CatchUpRun(server);
    await prove(run, server);
    const lost = server.insert(0, 13, 10);
    await prove(run, server);
    assert.equal(lost.length, 10);
    assert.deepEqual(run.pagesAsked().slice(-1), ['after 6200, limit 1000']);
  });

  it('is read by checkpoint where its server does not number rows after all', async () => {
    // Rows have a field of the name, and the server knows nothing of `after`.
    const server = new NumberingServer({ numbers: false });
    for (let step = 1; step <= 15; step += 1) server.insert(0, step, 100);
    for (const [index, row] of server.rows.entries()) row.seq = 1500 - index;
    const run = new CatchUpRun(server);
    await prove(run, server);
    assert.ok(run.asked.length <= 17, `${run.asked.length} pages`);
  });
});

describe('a job whose server tells of checkpoints and numbers no rows', () => {
  it('is read by checkpoint, the newest first, and later by those alone that have more', async () => {
    const server = new NumberingServer({ numbers: false });
    for (const step of [1, 2, 3]) server.insert(0, step, 400);
    const run = new CatchUpRun(server);
    await prove(run, server);
    const steps = [3, 2, 1].map((step) => `epoch 0, step ${step}, limit 1000, offset 0`);
    assert.deepEqual(run.pagesAsked(), steps);
    server.insert(0, 2, 1);
    await prove(run, server);
    assert.deepEqual(run.pagesAsked(), steps.slice(1, 2));
  });

  it('is read by epoch where a page holds that', async () => {
    const server = new NumberingServer({ numbers: false });
    for (const step of [1, 2, 3]) server.insert(0, step, 100);
    const run = new CatchUpRun(server);
    await prove(run, server);
    assert.deepEqual(run.pagesAsked(), ['epoch 0, limit 1000, offset 0']);
  });
});
