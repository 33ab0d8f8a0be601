import assert from 'node:assert/strict';
import fc from 'fast-check';
import { catchUp, type Outcome } from '../../src/watch/catchUp.ts';
import { HeldSequences } from '../../src/watch/reading/heldSequences.ts';
import { PartOneStore, type StoredRow } from '../support/partOneStore.ts';
import { randomOf } from '../support/random.ts';

const job = 'job';
const pauses = [0, 0, 0, 0];
const never = new AbortController().signal;

/** What happens on the server while the client reads. */
type Step =
  | { kind: 'insert'; epoch: number; sample: number; rows: number; seen: boolean }
  /** The job is deleted and made again. */
  | { kind: 'remake' }
  /** Nothing. */
  | { kind: 'rest' };

const insert = fc.record({
  kind: fc.constant('insert' as const),
  epoch: fc.nat(3),
  sample: fc.nat(2),
  rows: fc.integer({ min: 1, max: 4 }),
  seen: fc.boolean(),
});
const rest = fc.constant({ kind: 'rest' as const });
const remake = fc.constant({ kind: 'remake' as const });

/** A store that is read in pages of three while steps happen before and after each answer is made. */
class Model {
  readonly store: PartOneStore;
  readonly held = new Map<string, number>();
  readonly samples = new Map<string, number>();
  /** What the server had when it last counted. */
  counted: string[] = [];
  readonly #steps: Step[];

  constructor(seed: number, steps: Step[]) {
    this.store = new PartOneStore(randomOf(seed));
    this.store.create(job);
    this.#steps = [...steps];
  }

  get isQuiet(): boolean {
    return this.#steps.length === 0;
  }

  happen(step = this.#steps.shift()): void {
    if (step?.kind === 'remake') this.store.create(job);
    if (step?.kind !== 'insert') return;
    const rows = Array.from({ length: step.rows }, () => ({ epoch: step.epoch, sample_index: step.sample }));
    const stored = this.store.insert(job, rows);
    // The stream delivers it, or it is lost.
    if (step.seen) this.take(stored);
  }

  take(rows: unknown[]): void {
    for (const row of rows as StoredRow[]) {
      this.held.set(row.id, row.epoch);
      this.samples.set(row.id, row.sample_index);
    }
  }

  bySample(epoch: number): Map<number, number> {
    const counts = new Map<number, number>();
    for (const [id, of] of this.held) {
      const sample = this.samples.get(id) ?? 0;
      if (of === epoch) counts.set(sample, (counts.get(sample) ?? 0) + 1);
    }
    return counts;
  }

  prove(): Promise<Outcome> {
    return catchUp(
      {
        epochs: async () => {
          this.happen();
          const answer = this.store.epochs(job);
          this.counted = this.store.ids(job);
          this.happen();
          return answer;
        },
        page: async (query) => {
          this.happen();
          const answer = this.store.page(job, { ...query, limit: 3 });
          this.happen();
          return answer;
        },
        checkpoints: async () => null,
      },
      {
        counts: () => {
          const counts = new Map<number, number>();
          for (const epoch of this.held.values()) counts.set(epoch, (counts.get(epoch) ?? 0) + 1);
          return counts;
        },
        bySample: (epoch) => this.bySample(epoch),
        count: () => this.held.size,
        sequences: new HeldSequences(),
        take: (rows) => this.take(rows),
        learned: () => {},
      },
      never,
      pauses,
    );
  }
}

describe('the catch-up', () => {
  it('never says that all is held while a row of the counted ones is missing, whatever the stream brings meanwhile', async () => {
    const scenario = [fc.nat(), fc.array(fc.oneof(insert, rest), { maxLength: 60 })] as const;
    await fc.assert(
      fc.asyncProperty(...scenario, async (seed, steps) => {
        const model = new Model(seed, steps);
        for (let proof = 0; proof < 40; proof += 1) {
          const outcome = await model.prove();
          assert.notEqual(outcome, 'replaced');
          if (outcome !== 'equal') continue;
          assert.deepEqual(
            model.counted.filter((id) => !model.held.has(id)),
            [],
          );
          if (model.isQuiet) return;
        }
        assert.fail('no proof came out once the server was quiet');
      }),
      { numRuns: 300 },
    );
  });

  it('holds exactly what the server holds in the end, also over other lives of the job', async () => {
    const scenario = [fc.nat(), fc.array(fc.oneof(insert, insert, rest, remake), { maxLength: 40 })] as const;
    await fc.assert(
      fc.asyncProperty(...scenario, async (seed, steps) => {
        const model = new Model(seed, steps);
        let createdAt = model.store.jobs()[0]?.['created_at'];
        for (let proof = 0; proof < 40; proof += 1) {
          const wasQuiet = model.isQuiet;
          const outcome = await model.prove();
          // A listing is read now and then; it tells of another life what counts cannot.
          const listed = model.store.jobs()[0]?.['created_at'];
          if (outcome === 'replaced' || listed !== createdAt) model.held.clear();
          else if (outcome === 'equal' && wasQuiet) break;
          createdAt = listed;
        }
        assert.deepEqual([...model.held.keys()].sort(), model.store.ids(job));
      }),
      { numRuns: 300 },
    );
  });

  it('tells another life of a job by counts that have become smaller, of the job or of one epoch', async () => {
    for (const remade of [[{ epoch: 1 }], [{ epoch: 2 }, { epoch: 2 }, { epoch: 2 }]]) {
      const model = new Model(1, []);
      model.happen({ kind: 'insert', epoch: 1, sample: 0, rows: 2, seen: true });
      model.store.create(job);
      model.store.insert(
        job,
        remade.map(({ epoch }) => ({ epoch, sample_index: 0 })),
      );
      assert.equal(await model.prove(), 'replaced');
    }
  });

  for (const hasSequence of [false, true]) {
    it(`reads many small epochs in full pages after the newest, ${hasSequence ? 'by sequence' : 'from the end'}`, async () => {
      const epochs = Array.from({ length: 300 }, (_, epoch) => ({ epoch, prediction_count: 10 }));
      const stored = epochs.flatMap(({ epoch }) =>
        Array.from({ length: 10 }, (_, index) => ({ id: `${epoch} ${index}`, epoch, seq: epoch * 10 + index + 1 })),
      );
      const sent = stored.map(({ seq, ...row }) => (hasSequence ? { ...row, seq } : row));
      const held = new Map<number, Set<string>>();
      const sequences = new HeldSequences();
      const asked: string[] = [];
      const outcome = await catchUp(
        {
          epochs: async () => epochs,
          page: async ({ epoch, after, limit, offset = 0 }) => {
            asked.push(`${epoch ?? (after === undefined ? `at ${offset}` : `after ${after}`)}`);
            const rows = epoch === undefined ? sent : sent.filter((row) => row.epoch === epoch);
            const start = after ?? offset;
            return { predictions: rows.slice(start, start + limit), total_count: sent.length };
          },
          checkpoints: async () => null,
        },
        {
          counts: () => new Map([...held].map(([epoch, ids]) => [epoch, ids.size])),
          bySample: () => new Map(),
          count: () => [...held.values()].reduce((sum, ids) => sum + ids.size, 0),
          sequences,
          take: (rows) => {
            for (const row of rows as { epoch: number; id: string }[]) {
              const { epoch, id } = row;
              held.set(epoch, (held.get(epoch) ?? new Set()).add(id));
              sequences.addOf(row);
            }
          },
          learned: () => {},
        },
        never,
        pauses,
      );
      assert.equal(outcome, 'equal');
      const pages = hasSequence ? ['after 0', 'after 1000', 'after 2000'] : ['at 2000', 'at 1000', 'at 0'];
      assert.deepEqual(asked, ['299', ...pages]);
    });
  }

  it('takes a page in turns, so that the request for the next one leaves meanwhile, and nothing more once it is told to stop', async () => {
    const rows = Array.from({ length: 2010 }, (_, index) => ({ id: `${index}`, epoch: index, seq: index + 1 }));
    const stop = new AbortController();
    let taken = 0;
    const takenAtLeaving: number[] = [];
    const sequences = new HeldSequences();
    const proof = catchUp(
      {
        epochs: async () => rows.map(({ epoch }) => ({ epoch, prediction_count: 1 })),
        page: async ({ epoch, after = 0, limit }) => {
          // As a request does that leaves in a later turn than the one it was made in.
          await new Promise((resolve) => setImmediate(resolve));
          if (epoch === undefined) takenAtLeaving.push(taken);
          const found = epoch === undefined ? rows.slice(after, after + limit) : rows.slice(epoch, epoch + 1);
          return { predictions: found, total_count: rows.length };
        },
        checkpoints: async () => null,
      },
      {
        counts: () => new Map(),
        bySample: () => new Map(),
        count: () => taken,
        sequences,
        take: (some) => {
          taken += some.length;
          for (const row of some) sequences.addOf(row);
          if (taken > 1500) stop.abort(new Error('told to stop'));
        },
        learned: () => {},
      },
      stop.signal,
      pauses,
    );
    await assert.rejects(proof, { name: 'AbortError' });
    assert.deepEqual(takenAtLeaving, [1, 101, 1101]);
    assert.equal(taken, 1501);
  });
});
