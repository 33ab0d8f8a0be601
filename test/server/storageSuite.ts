import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  bytesOf,
  type JobRecord,
  keptBatchKeys,
  type NewMetric,
  type NewPrediction,
  type PredictionsRead,
  type Storage,
} from '../../src/server/storage.ts';
import { eventually } from '../support/eventually.ts';

/** An engine under test. Each test starts on empty storage. */
export interface EngineUnderTest {
  /** Opens storage, the same one after a `close`. */
  open(): Promise<Storage>;
  /** Removes all that was stored. */
  reset(): Promise<void>;
}

const stored = { kind: 'stored' };
const gone = { kind: 'gone' };
const unchanged = { status: undefined, fields: '{}' };

/** What holds for every engine. */
export function storageSuite(name: string, engine: EngineUnderTest): void {
  describe(`storage in ${name}`, () => {
    let storage: Storage;

    beforeEach(async () => {
      await engine.reset();
      storage = await engine.open();
    });
    afterEach(() => storage.close());

    async function newJob(id: string = randomUUID(), user = 'ann'): Promise<JobRecord> {
      const job = await storage.saveJob(user, id, unchanged);
      assert.ok(job);
      return job;
    }

    async function fresh(job: JobRecord): Promise<JobRecord> {
      const found = await storage.job(job.id);
      assert.ok(found);
      return found;
    }

    async function read(job: JobRecord, options: Partial<PredictionsRead> = {}) {
      const rows = [];
      const all = { order: 'asc', after: 0, upTo: Number.MAX_SAFE_INTEGER, ...options } as const;
      for await (const chunk of storage.predictions(job, all)) {
        assert.ok(chunk.length > 0);
        rows.push(...chunk);
      }
      return rows;
    }

    const seqs = async (job: JobRecord, options: Partial<PredictionsRead> = {}) =>
      (await read(job, options)).map((row) => row.seq);

    describe('jobs', () => {
      it('are created once and then updated, given fields only', async () => {
        const created = await storage.saveJob('ann', 'a', { status: 'queued', fields: '{"loss":1,"model_name":"m"}' });
        const updated = await storage.saveJob('ann', 'a', { status: undefined, fields: '{"loss":0.50}' });
        assert.ok(created && updated);
        assert.equal(updated.status, 'queued');
        assert.equal(updated.fields, '{"loss":0.50,"model_name":"m"}');
        assert.equal(updated.incarnation, created.incarnation);
        assert.equal(updated.createdAt, created.createdAt);
        assert.deepEqual(await storage.job('a'), updated);
      });

      it('run unless told otherwise', async () => assert.equal((await newJob()).status, 'running'));

      it('of another user are neither changed nor deleted', async () => {
        const job = await newJob('a', 'ann');
        assert.equal(await storage.saveJob('bob', 'a', { status: 'failed', fields: '{}' }), undefined);
        assert.equal(await storage.deleteJob('bob', 'a'), false);
        assert.deepEqual(await storage.job('a'), job);
      });

      it('are listed per user, newest first, by status and page, with the total', async () => {
        for (const id of ['1', '2', '3', '4']) await newJob(id);
        await newJob('other', 'bob');
        await storage.saveJob('ann', '2', { status: 'failed', fields: '{}' });
        const listed = await storage.jobs('ann', { limit: 2, offset: 1 });
        assert.deepEqual([listed.jobs.map((job) => job.id), listed.total], [['3', '2'], 4]);
        const failed = await storage.jobs('ann', { status: 'failed', limit: 50, offset: 0 });
        assert.deepEqual([failed.jobs.map((job) => job.id), failed.total], [['2'], 1]);
      });

      for (const id of ['a/b c%2F', 'ünï😀', "'; DROP TABLE jobs; --", 'nul\0nul', 'lone \ud800 surrogate', '"']) {
        it(`keep the id ${JSON.stringify(id)}`, async () => {
          const job = await newJob(id, id);
          assert.equal(job.id, id);
          assert.equal(job.userId, id);
          assert.deepEqual(await storage.job(id), job);
          assert.equal((await storage.jobs(id, { limit: 1, offset: 0 })).total, 1);
        });
      }
    });

    describe('predictions', () => {
      it('get sequence numbers from 1 without holes, in the order of the batch', async () => {
        const job = await newJob();
        const batch = [row(), row(), row()];
        assert.deepEqual(await storage.addPredictions(job, batch), stored);
        assert.deepEqual(await storage.addPredictions(job, [row()]), stored);
        const rows = await read(job);
        assert.deepEqual(
          rows.map(({ seq }) => seq),
          [1, 2, 3, 4],
        );
        assert.deepEqual(
          rows.slice(0, 3).map(({ id }) => id),
          batch.map(({ id }) => id),
        );
        const { lastSeq, predictionCount } = await fresh(job);
        assert.deepEqual([lastSeq, predictionCount], [4, 4]);
      });

      it('come back text for text, with escaped NULs and lone surrogates', async () => {
        const job = await newJob();
        const content = '{"prediction":"\\u0000 \\ud800 <b> \u2028 é😀","big":18446744073709551615,"one":1.0}';
        const sent = row({ content });
        await storage.addPredictions(job, [sent]);
        const { id, createdAt, epoch } = sent;
        assert.deepEqual(await read(job), [{ seq: 1, id, createdAt, epoch, sampleIndex: 0, content }]);
      });

      it('are read by epoch and sample, by sequence, and backwards', async () => {
        const job = await newJob();
        const places = [
          [2, 1],
          [1, 1],
          [2, 0],
          [1, 1],
        ] as const;
        await storage.addPredictions(
          job,
          places.map(([epoch, sampleIndex]) => row({ epoch, sampleIndex })),
        );
        assert.deepEqual(await seqs(job, { order: 'sample' }), [2, 4, 3, 1]);
        assert.deepEqual(await seqs(job, { order: 'asc' }), [1, 2, 3, 4]);
        assert.deepEqual(await seqs(job, { order: 'desc' }), [4, 3, 2, 1]);
        assert.deepEqual(await seqs(job, { order: 'desc', epoch: 2 }), [3, 1]);
        assert.deepEqual(await seqs(job, { order: 'sample', epoch: 1, offset: 1 }), [4]);
      });

      it('are read between two sequence numbers', async () => {
        const job = await newJob();
        await storage.addPredictions(job, [row(), row(), row(), row()]);
        for (const order of ['asc', 'sample'] as const) {
          assert.deepEqual(await seqs(job, { order, after: 1, upTo: 3 }), [2, 3]);
        }
        assert.deepEqual(await seqs(job, { order: 'desc', after: 1, upTo: 3 }), [3, 2]);
      });

      for (const order of ['asc', 'desc', 'sample'] as const) {
        it(`are read over many chunks without a seam, order ${order}`, async () => {
          const job = await newJob();
          const rows = Array.from({ length: 1300 }, (_, index) => row({ epoch: index % 3, sampleIndex: index % 7 }));
          await storage.addPredictions(job, rows);
          const all = await seqs(job, { order });
          assert.deepEqual([all.length, new Set(all).size], [1300, 1300]);
          assert.deepEqual(await seqs(job, { order, offset: 200, limit: 700 }), all.slice(200, 900));
        });
      }

      it('are read in chunks of bounded size', async () => {
        const job = await newJob();
        const content = `{"prediction":"${'x'.repeat(600_000)}"}`;
        await storage.addPredictions(job, [row({ content }), row({ content }), row({ content })]);
        const sizes = [];
        const all = { order: 'asc', after: 0, upTo: 9 } as const;
        for await (const chunk of storage.predictions(job, all)) sizes.push(chunk.length);
        assert.deepEqual(sizes, [2, 1]);
      });

      it('are stored while others are read', async () => {
        const job = await newJob();
        await storage.addPredictions(
          job,
          Array.from({ length: 600 }, () => row()),
        );
        let count = 0;
        for await (const chunk of storage.predictions(job, { order: 'asc', after: 0, upTo: 600 })) {
          count += chunk.length;
          assert.deepEqual(await storage.addPredictions(job, [row()]), stored);
        }
        assert.equal(count, 600);
      });

      it('are stored whole or not at all', async () => {
        const job = await newJob();
        const unstorable = { ...row(), content: undefined as unknown as string };
        await assert.rejects(storage.addPredictions(job, [row(), unstorable]));
        assert.deepEqual(await read(job), []);
        assert.deepEqual(await storage.epochs(job), []);
        assert.equal((await fresh(job)).lastSeq, 0);
      });

      it('of two jobs do not meet', async () => {
        const [one, two] = [await newJob(), await newJob()];
        await storage.addPredictions(one, [row({ epoch: 1 })]);
        await storage.addPredictions(two, [row({ epoch: 2 }), row({ epoch: 2 })]);
        assert.deepEqual(await seqs(one), [1]);
        assert.deepEqual(await seqs(two), [1, 2]);
        assert.deepEqual(
          (await storage.epochs(one)).map((epoch) => epoch.epoch),
          [1],
        );
      });
    });

    describe('epochs', () => {
      it('are counted and added up over batches, null left out', async () => {
        const job = await newJob();
        await storage.addPredictions(job, [
          row({ epoch: 1, step: 5, charErrorRate: 0.5, exactMatch: 0, validationPass: true }),
          row({ epoch: 0, step: 1 }),
          row({ epoch: 1, step: 4, validationPass: false }),
        ]);
        await storage.addPredictions(job, [row({ epoch: 1, step: 3, charErrorRate: 0.25, exactMatch: 1 })]);
        const [first, second] = await storage.epochs(job);
        assert.deepEqual([first?.epoch, first?.firstSeq, first?.predictionCount, first?.latestStep], [0, 2, 1, 1]);
        assert.deepEqual([first?.minCharErrorRate, first?.maxCharErrorRate], [null, null]);
        assert.deepEqual(second, {
          epoch: 1,
          firstSeq: 1,
          predictionCount: 3,
          latestStep: 5,
          exactMatch: { sum: 1, count: 2 },
          charErrorRate: { sum: 0.75, count: 2 },
          minCharErrorRate: 0.25,
          maxCharErrorRate: 0.5,
          lengthRatio: { sum: 0, count: 0 },
          wordOverlap: { sum: 0, count: 0 },
          validation: { sum: 1, count: 2 },
        });
      });
    });

    describe('a deleted job', () => {
      it('is gone with its predictions and takes no more', async () => {
        const job = await newJob();
        await storage.addPredictions(job, [row()]);
        assert.equal(await storage.deleteJob('ann', job.id), true);
        assert.equal(await storage.job(job.id), undefined);
        assert.deepEqual(await read(job), []);
        assert.deepEqual(await storage.epochs(job), []);
        assert.deepEqual(await storage.addPredictions(job, [row()]), gone);
        assert.equal(await storage.deleteJob('ann', job.id), false);
      });

      it('made again is another life, whose sequence goes on', async () => {
        const first = await newJob('a');
        await storage.addPredictions(first, [row(), row()]);
        await storage.deleteJob('ann', 'a');
        const second = await newJob('a');
        assert.notEqual(second.incarnation, first.incarnation);
        assert.deepEqual([second.lastSeq, second.predictionCount], [2, 0]);
        assert.deepEqual(await storage.addPredictions(first, [row()]), gone);
        assert.deepEqual(await storage.addPredictions(second, [row()]), stored);
        assert.deepEqual(await seqs(second), [3]);
        assert.equal((await fresh(second)).predictionCount, 1);
        await storage.deleteJob('ann', 'a');
        assert.equal((await newJob('a')).lastSeq, 3);
      });
    });

    describe('metrics', () => {
      const contents = async (job: JobRecord, after?: number) => {
        const all = [];
        for await (const chunk of storage.metrics(job, after)) {
          assert.ok(chunk.length > 0);
          all.push(...chunk);
        }
        return all;
      };

      it('come back text for text by step, equal steps as they came', async () => {
        const job = await newJob();
        const texts = ['{"step":2,"x":1}', '{"step":1}', '{"step":2,"big":18446744073709551615,"s":"\\ud800"}'];
        assert.deepEqual(await storage.addMetrics(job, texts.slice(0, 2).map(metric)), stored);
        assert.deepEqual(await storage.addMetrics(job, texts.slice(2).map(metric)), stored);
        assert.deepEqual(await contents(job), [texts[1], texts[0], texts[2]]);
      });

      it('are read over many chunks without a seam', async () => {
        const job = await newJob();
        const texts = Array.from({ length: 1300 }, (_, index) => `{"step":${Math.floor(index / 3)},"index":${index}}`);
        await storage.addMetrics(job, texts.map(metric));
        assert.deepEqual(await contents(job), texts);
      });

      it('are read from behind a step on', async () => {
        const job = await newJob();
        const texts = ['{"step":0}', '{"step":1}', '{"step":1,"x":1}', '{"step":2}'];
        await storage.addMetrics(job, texts.map(metric));
        assert.deepEqual(await contents(job, 0), texts.slice(1));
        assert.deepEqual(await contents(job, 1), texts.slice(3));
        assert.deepEqual(await contents(job, 2), []);
      });

      it('take the job with them: each figure is the newest that is given', async () => {
        const job = await newJob();
        await storage.saveJob('ann', job.id, { status: 'queued', fields: '{"loss":9,"model_name":"m"}' });
        await storage.addMetrics(job, [
          metric('{"step":20,"epoch":0.5,"eval_loss":0.40}'),
          metric('{"step":10,"epoch":0.25,"train_loss":0.50,"learning_rate":1e-4}'),
        ]);
        await storage.addMetrics(job, [metric('{"step":20,"eval_loss":null,"loss":0.3}')]);
        const { status, fields } = await fresh(job);
        assert.equal(status, 'running');
        assert.deepEqual(fields.slice(1, -1).split(',').sort(), [
          '"current_epoch":0.5',
          '"current_step":20',
          '"eval_loss":0.40',
          '"learning_rate":1e-4',
          '"loss":0.3',
          '"model_name":"m"',
        ]);
      });

      it('that come late leave the job where it is', async () => {
        const job = await newJob();
        await storage.addMetrics(job, [metric('{"step":20,"train_loss":0.1}')]);
        const { fields } = await fresh(job);
        await storage.addMetrics(job, [metric('{"step":19,"train_loss":0.9,"eval_loss":0.9}')]);
        assert.equal((await fresh(job)).fields, fields);
      });

      it('do not wake a job that ended', async () => {
        const job = await newJob();
        await storage.saveJob('ann', job.id, { status: 'failed', fields: '{}' });
        await storage.addMetrics(job, [metric('{"step":1}')]);
        assert.equal((await fresh(job)).status, 'failed');
      });

      it('are stored whole or not at all, and go with their job', async () => {
        const job = await newJob();
        const unstorable = { step: 2, content: undefined as unknown as string };
        await assert.rejects(storage.addMetrics(job, [metric('{"step":1}'), unstorable]));
        assert.deepEqual(await contents(job), []);
        assert.equal((await fresh(job)).fields, job.fields);
        await storage.addMetrics(job, [metric('{"step":1}')]);
        await storage.deleteJob('ann', job.id);
        assert.deepEqual(await contents(job), []);
        assert.deepEqual(await storage.addMetrics(job, [metric('{"step":1}')]), gone);
        assert.deepEqual(await contents(await newJob(job.id)), []);
      });
    });

    describe('a batch with a key', () => {
      const key = (name: string, digest = 'd') => ({ key: name, digest });

      it('is stored once; again, it is answered as the first time', async () => {
        const job = await newJob();
        assert.deepEqual(await storage.addPredictions(job, [row(), row()], key('k')), stored);
        const repeated = { kind: 'repeated', digest: 'd', count: 2 };
        assert.deepEqual(await storage.addPredictions(job, [row(), row()], key('k', 'other')), repeated);
        assert.deepEqual(await storage.addMetrics(job, [metric('{"step":1}')], key('k')), repeated);
        assert.deepEqual(await seqs(job), [1, 2]);
        const { lastSeq, predictionCount } = await fresh(job);
        assert.deepEqual([lastSeq, predictionCount, (await storage.epochs(job))[0]?.predictionCount], [2, 2, 2]);
      });

      it('is stored once also when it is sent many times at once', async () => {
        const job = await newJob();
        const sent = Array.from({ length: 8 }, () => storage.addPredictions(job, [row()], key('k')));
        const kinds = (await Promise.all(sent)).map(({ kind }) => kind).sort();
        assert.deepEqual(kinds, [...Array.from({ length: 7 }, () => 'repeated'), 'stored']);
        assert.deepEqual(await seqs(job), [1]);
      });

      it('is stored when the one before it was not', async () => {
        const job = await newJob();
        const unstorable = { ...row(), content: undefined as unknown as string };
        await assert.rejects(storage.addPredictions(job, [unstorable], key('k')));
        assert.deepEqual(await storage.addPredictions(job, [row()], key('k')), stored);
      });

      it('shares its key with batches of other jobs, and of other lives', async () => {
        const [one, two] = [await newJob(), await newJob()];
        assert.deepEqual(await storage.addPredictions(one, [row()], key('k')), stored);
        assert.deepEqual(await storage.addPredictions(two, [row()], key('k')), stored);
        await storage.deleteJob('ann', one.id);
        assert.deepEqual(await storage.addPredictions(one, [row()], key('k')), gone);
        assert.deepEqual(await storage.addPredictions(await newJob(one.id), [row()], key('k')), stored);
      });

      it(`is known among the last ${keptBatchKeys} of its job`, async function () {
        this.timeout(60_000);
        const job = await newJob();
        const add = (name: string) => storage.addMetrics(job, [metric('{"step":1}')], key(name));
        for (let index = 0; index <= keptBatchKeys; index += 1) await add(`${index}`);
        assert.equal((await add('1')).kind, 'repeated');
        assert.equal((await add(`${keptBatchKeys}`)).kind, 'repeated');
        assert.equal((await add('0')).kind, 'stored');
      });
    });

    describe('an import', () => {
      async function* batches(...all: NewPrediction[][]) {
        for (const batch of all) {
          await new Promise(setImmediate);
          yield batch;
        }
      }
      const completed = () => ({ status: 'completed', fields: '{"model_name":"m"}' }) as const;

      it('makes a job of all its rows, which keep their ids and times', async () => {
        const rows = [row({ epoch: 1, createdAt: '2020-01-01T00:00:00+02:00' }), row({ epoch: 2 }), row({ epoch: 2 })];
        const job = await storage.importJob('ann', 'a', batches(rows.slice(0, 2), rows.slice(2)), completed);
        assert.ok(job);
        assert.deepEqual(await storage.job('a'), job);
        assert.deepEqual([job.id, job.userId, job.status, job.fields], ['a', 'ann', 'completed', '{"model_name":"m"}']);
        assert.deepEqual([job.lastSeq, job.predictionCount, job.bytes], [3, 3, bytesOf(rows)]);
        assert.deepEqual(
          (await read(job)).map(({ seq, id, createdAt }) => [seq, id, createdAt]),
          rows.map(({ id, createdAt }, index) => [index + 1, id, createdAt]),
        );
        assert.deepEqual(
          (await storage.epochs(job)).map(({ epoch, predictionCount }) => [epoch, predictionCount]),
          [
            [1, 1],
            [2, 2],
          ],
        );
      });

      it('is not seen before it is whole, and holds up no other writer', async () => {
        const other = await newJob('other');
        const told: (number | undefined)[] = [];
        storage.onChange((changed) => told.push(changed));
        async function* rows() {
          for (let count = 0; count < 3; count += 1) {
            yield [row()];
            assert.equal(await storage.job('a'), undefined);
            assert.equal((await storage.jobs('ann', { limit: 9, offset: 0 })).total, 1);
            assert.equal((await storage.jobSizes()).length, 1);
            assert.deepEqual(await storage.addPredictions(other, [row()]), stored);
          }
        }
        const job = await storage.importJob('ann', 'a', rows(), completed);
        assert.deepEqual([job?.predictionCount, (await fresh(other)).predictionCount], [3, 3]);
        await eventually('the job is told of', () => told.includes(job?.number) || undefined);
      });

      it('that fails leaves nothing', async () => {
        async function* rows() {
          yield [row(), row()];
          throw new Error('line 3');
        }
        await assert.rejects(storage.importJob('ann', 'a', rows(), completed), /line 3/);
        assert.equal(await storage.job('a'), undefined);
        assert.deepEqual(await storage.jobSizes(), []);
        const job = await newJob('a');
        assert.deepEqual([job.lastSeq, await read(job), await storage.epochs(job)], [0, [], []]);
      });

      it('leaves a job alone that is there already, whosever', async () => {
        const job = await newJob('a', 'bob');
        await storage.addPredictions(job, [row()]);
        assert.equal(await storage.importJob('ann', 'a', batches([row()]), completed), undefined);
        assert.equal((await fresh(job)).predictionCount, 1);
      });

      it('goes on with the sequence of a deleted job', async () => {
        const first = await newJob('a');
        await storage.addPredictions(first, [row(), row()]);
        await storage.deleteJob('ann', 'a');
        const job = await storage.importJob('ann', 'a', batches([row()]), completed);
        assert.ok(job);
        assert.deepEqual([await seqs(job), job.predictionCount], [[3], 1]);
        assert.deepEqual(await storage.addPredictions(job, [row()]), stored);
        assert.deepEqual(await seqs(job), [3, 4]);
        await storage.deleteJob('ann', 'a');
        assert.equal((await newJob('a')).lastSeq, 4);
      });
    });

    describe('the sizes of jobs', () => {
      it('are those of all users, the longest silent first, and grow with every batch', async () => {
        const [one, two] = [await newJob('one', 'ann'), await newJob('two', 'bob')];
        assert.deepEqual(
          (await storage.jobSizes()).map(({ id, bytes }) => [id, bytes]),
          [
            ['one', 0],
            ['two', 0],
          ],
        );
        const [rows, metrics] = [[row(), row({ content: '{"prompt":"ü"}' })], [metric('{"step":1}')]];
        await clockMoves();
        await storage.addPredictions(one, rows);
        await storage.addMetrics(one, metrics);
        const { incarnation, aliveAt } = await fresh(one);
        const bytes = bytesOf(rows) + bytesOf(metrics);
        const [first, second] = await storage.jobSizes();
        assert.equal(first?.id, two.id);
        assert.deepEqual(second, { id: 'one', userId: 'ann', incarnation, status: 'running', bytes, aliveAt });
      });

      it('tell the last sign of life: a change, predictions or metrics', async () => {
        const job = await newJob();
        let { aliveAt } = job;
        assert.equal(new Date(aliveAt).toISOString(), aliveAt);
        for (const live of [
          () => storage.saveJob('ann', job.id, unchanged),
          () => storage.addPredictions(job, [row()]),
          () => storage.addMetrics(job, [metric('{"step":1}')]),
        ]) {
          await clockMoves();
          await live();
          const next = (await fresh(job)).aliveAt;
          assert.ok(next > aliveAt);
          aliveAt = next;
        }
      });

      it('name a job that is only deleted as it was', async () => {
        const job = await newJob();
        await clockMoves();
        await storage.addPredictions(job, [row()]);
        assert.equal(await storage.deleteJob('ann', job.id, job), false);
        assert.equal(await storage.deleteJob('ann', job.id, await fresh(job)), true);
      });
    });

    it('tells of every change after it is made, and not of what failed', async () => {
      const told: (number | undefined)[] = [];
      const stop = storage.onChange((changed) => told.push(changed));
      const job = await newJob('a');
      await storage.addPredictions(job, [row()]);
      await storage.saveJob('bob', 'a', unchanged);
      await storage.deleteJob('ann', 'b');
      await storage.deleteJob('ann', 'a');
      await storage.addPredictions(job, [row()]);
      assert.deepEqual(told, [job.number, job.number, job.number]);
      stop();
      await newJob('c');
      assert.equal(told.length, 3);
    });

    it('holds everything after it was closed and opened again', async () => {
      const job = await newJob();
      await storage.addPredictions(job, [row(), row()]);
      const [before, rows, epochs] = [await storage.job(job.id), await read(job), await storage.epochs(job)];
      await storage.close();
      storage = await engine.open();
      assert.deepEqual([await storage.job(job.id), await read(job), await storage.epochs(job)], [before, rows, epochs]);
    });
  });
}

/** Waits until the next time is another. */
async function clockMoves(): Promise<void> {
  const now = Date.now();
  while (Date.now() === now) await new Promise(setImmediate);
}

function metric(content: string): NewMetric {
  return { step: JSON.parse(content).step, content };
}

export function row(fields: Partial<NewPrediction> = {}): NewPrediction {
  return {
    id: randomUUID(),
    createdAt: '2026-01-01T00:00:00.000Z',
    epoch: 1,
    step: 1,
    sampleIndex: 0,
    content: '{"prompt":"p"}',
    exactMatch: null,
    charErrorRate: null,
    lengthRatio: null,
    wordOverlap: null,
    validationPass: null,
    ...fields,
  };
}
