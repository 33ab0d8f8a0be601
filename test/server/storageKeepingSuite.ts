import assert from 'node:assert/strict';
import {
  bytesOf,
  type JobRecord,
  keptBatchKeys,
  type NewMetric,
  type NewPrediction,
} from '../../src/server/storage/storage.ts';
import { eventually } from '../support/eventually.ts';
import { type EngineUnderTest, row, StorageStage, unchanged } from '../support/storageStage.ts';

const stored = (count: number) => ({ kind: 'stored', stored: count, known: null });
const gone = { kind: 'gone' };

/** What holds in every engine for what is kept beside predictions: metrics, batch keys, imports, sizes. */
export function storageKeepingSuite(name: string, engine: EngineUnderTest): void {
  describe(`storage in ${name}: beside predictions`, () => {
    const stage = new StorageStage(engine);
    const { newJob, fresh, read, seqs } = stage;

    describe('metrics', () => {
      const contents = async (job: JobRecord, after?: number) => {
        const all = [];
        for await (const chunk of stage.storage.metrics(job, after)) {
          assert.ok(chunk.length > 0);
          all.push(...chunk);
        }
        return all;
      };

      it('come back text for text by step, equal steps as they came', async () => {
        const job = await newJob();
        const texts = ['{"step":2,"x":1}', '{"step":1}', '{"step":2,"big":18446744073709551615,"s":"\\ud800"}'];
        assert.deepEqual(await stage.storage.addMetrics(job, texts.slice(0, 2).map(metric)), stored(2));
        assert.deepEqual(await stage.storage.addMetrics(job, texts.slice(2).map(metric)), stored(texts.length - 2));
        assert.deepEqual(await contents(job), [texts[1], texts[0], texts[2]]);
      });

      it('are read over many chunks without a seam', async () => {
        const job = await newJob();
        const texts = Array.from({ length: 1300 }, (_, index) => `{"step":${Math.floor(index / 3)},"index":${index}}`);
        await stage.storage.addMetrics(job, texts.map(metric));
        assert.deepEqual(await contents(job), texts);
      });

      it('are read from behind a step on', async () => {
        const job = await newJob();
        const texts = ['{"step":0}', '{"step":1}', '{"step":1,"x":1}', '{"step":2}'];
        await stage.storage.addMetrics(job, texts.map(metric));
        assert.deepEqual(await contents(job, 0), texts.slice(1));
        assert.deepEqual(await contents(job, 1), texts.slice(3));
        assert.deepEqual(await contents(job, 2), []);
      });

      it('take the job with them: each figure is the newest that is given', async () => {
        const job = await newJob();
        await stage.storage.saveJob('ann', job.id, { status: 'queued', fields: '{"loss":9,"model_name":"m"}' });
        await stage.storage.addMetrics(job, [
          metric('{"step":20,"epoch":0.5,"eval_loss":0.40}'),
          metric('{"step":10,"epoch":0.25,"train_loss":0.50,"learning_rate":1e-4}'),
        ]);
        await stage.storage.addMetrics(job, [metric('{"step":20,"eval_loss":null,"loss":0.3}')]);
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
        await stage.storage.addMetrics(job, [metric('{"step":20,"train_loss":0.1}')]);
        const { fields } = await fresh(job);
        await stage.storage.addMetrics(job, [metric('{"step":19,"train_loss":0.9,"eval_loss":0.9}')]);
        assert.equal((await fresh(job)).fields, fields);
      });

      it('do not wake a job that ended', async () => {
        const job = await newJob();
        await stage.storage.saveJob('ann', job.id, { status: 'failed', fields: '{}' });
        await stage.storage.addMetrics(job, [metric('{"step":1}')]);
        assert.equal((await fresh(job)).status, 'failed');
      });

      it('are stored whole or not at all, and go with their job', async () => {
        const job = await newJob();
        const unstorable = { step: 2, content: undefined as unknown as string };
        await assert.rejects(stage.storage.addMetrics(job, [metric('{"step":1}'), unstorable]));
        assert.deepEqual(await contents(job), []);
        assert.equal((await fresh(job)).fields, job.fields);
        await stage.storage.addMetrics(job, [metric('{"step":1}')]);
        await stage.storage.deleteJob('ann', job.id);
        assert.deepEqual(await contents(job), []);
        assert.deepEqual(await stage.storage.addMetrics(job, [metric('{"step":1}')]), gone);
        assert.deepEqual(await contents(await newJob(job.id)), []);
      });
    });

    describe('a batch with a key', () => {
      const key = (name: string, digest = 'd') => ({ key: name, digest });

      it('is stored once; again, it is answered as the first time', async () => {
        const job = await newJob();
        assert.deepEqual(await stage.storage.addPredictions(job, [row(), row()], key('k')), stored(2));
        const repeated = { kind: 'repeated', digest: 'd', count: 2, known: null };
        assert.deepEqual(await stage.storage.addPredictions(job, [row(), row()], key('k', 'other')), repeated);
        assert.deepEqual(await stage.storage.addMetrics(job, [metric('{"step":1}')], key('k')), repeated);
        assert.deepEqual(await seqs(job), [1, 2]);
        const { lastSeq, predictionCount } = await fresh(job);
        assert.deepEqual([lastSeq, predictionCount, (await stage.storage.epochs(job))[0]?.predictionCount], [2, 2, 2]);
      });

      it('is stored once also when it is sent many times at once', async () => {
        const job = await newJob();
        const sent = Array.from({ length: 8 }, () => stage.storage.addPredictions(job, [row()], key('k')));
        const kinds = (await Promise.all(sent)).map(({ kind }) => kind).sort();
        assert.deepEqual(kinds, [...Array.from({ length: 7 }, () => 'repeated'), 'stored']);
        assert.deepEqual(await seqs(job), [1]);
      });

      it('is stored when the one before it was not', async () => {
        const job = await newJob();
        const unstorable = { ...row(), content: undefined as unknown as string };
        await assert.rejects(stage.storage.addPredictions(job, [unstorable], key('k')));
        assert.deepEqual(await stage.storage.addPredictions(job, [row()], key('k')), stored(1));
      });

      it('shares its key with batches of other jobs, and of other lives', async () => {
        const [one, two] = [await newJob(), await newJob()];
        assert.deepEqual(await stage.storage.addPredictions(one, [row()], key('k')), stored(1));
        assert.deepEqual(await stage.storage.addPredictions(two, [row()], key('k')), stored(1));
        await stage.storage.deleteJob('ann', one.id);
        assert.deepEqual(await stage.storage.addPredictions(one, [row()], key('k')), gone);
        assert.deepEqual(await stage.storage.addPredictions(await newJob(one.id), [row()], key('k')), stored(1));
      });

      it(`is known among the last ${keptBatchKeys} of its job`, async function () {
        this.timeout(60_000);
        const job = await newJob();
        const add = (name: string) => stage.storage.addMetrics(job, [metric('{"step":1}')], key(name));
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
        const job = await stage.storage.importJob('ann', 'a', batches(rows.slice(0, 2), rows.slice(2)), completed);
        assert.ok(job);
        assert.deepEqual(await stage.storage.job('a'), job);
        assert.deepEqual([job.id, job.userId, job.status, job.fields], ['a', 'ann', 'completed', '{"model_name":"m"}']);
        assert.deepEqual([job.lastSeq, job.predictionCount, job.bytes], [3, 3, bytesOf(rows)]);
        assert.deepEqual(
          (await read(job)).map(({ seq, id, createdAt }) => [seq, id, createdAt]),
          rows.map(({ id, createdAt }, index) => [index + 1, id, createdAt]),
        );
        assert.deepEqual(
          (await stage.storage.epochs(job)).map(({ epoch, predictionCount }) => [epoch, predictionCount]),
          [
            [1, 1],
            [2, 2],
          ],
        );
      });

      it('is not seen before it is whole, and holds up no other writer', async () => {
        const other = await newJob('other');
        const told: (number | undefined)[] = [];
        stage.storage.onChange((changed) => told.push(changed));
        async function* rows() {
          for (let count = 0; count < 3; count += 1) {
            yield [row()];
            assert.equal(await stage.storage.job('a'), undefined);
            assert.equal((await stage.storage.jobs('ann', { limit: 9, offset: 0 })).total, 1);
            assert.equal((await stage.storage.jobSizes()).length, 1);
            assert.deepEqual(await stage.storage.addPredictions(other, [row()]), stored(1));
          }
        }
        const job = await stage.storage.importJob('ann', 'a', rows(), completed);
        assert.deepEqual([job?.predictionCount, (await fresh(other)).predictionCount], [3, 3]);
        await eventually('the job is told of', () => told.includes(job?.number) || undefined);
      });

      it('that fails leaves nothing', async () => {
        async function* rows() {
          yield [row(), row()];
          throw new Error('line 3');
        }
        await assert.rejects(stage.storage.importJob('ann', 'a', rows(), completed), /line 3/);
        assert.equal(await stage.storage.job('a'), undefined);
        assert.deepEqual(await stage.storage.jobSizes(), []);
        const job = await newJob('a');
        assert.deepEqual([job.lastSeq, await read(job), await stage.storage.epochs(job)], [0, [], []]);
      });

      it('leaves a job alone that is there already, whosever', async () => {
        const job = await newJob('a', 'bob');
        await stage.storage.addPredictions(job, [row()]);
        assert.equal(await stage.storage.importJob('ann', 'a', batches([row()]), completed), undefined);
        assert.equal((await fresh(job)).predictionCount, 1);
      });

      it('goes on with the sequence of a deleted job', async () => {
        const first = await newJob('a');
        await stage.storage.addPredictions(first, [row(), row()]);
        await stage.storage.deleteJob('ann', 'a');
        const job = await stage.storage.importJob('ann', 'a', batches([row()]), completed);
        assert.ok(job);
        assert.deepEqual([await seqs(job), job.predictionCount], [[3], 1]);
        assert.deepEqual(await stage.storage.addPredictions(job, [row()]), stored(1));
        assert.deepEqual(await seqs(job), [3, 4]);
        await stage.storage.deleteJob('ann', 'a');
        assert.equal((await newJob('a')).lastSeq, 4);
      });
    });

    describe('the sizes of jobs', () => {
      it('are those of all users, the longest silent first, and grow with every batch', async () => {
        const [one, two] = [await newJob('one', 'ann'), await newJob('two', 'bob')];
        assert.deepEqual(
          (await stage.storage.jobSizes()).map(({ id, bytes }) => [id, bytes]),
          [
            ['one', 0],
            ['two', 0],
          ],
        );
        const [rows, metrics] = [[row(), row({ content: '{"prompt":"ü"}' })], [metric('{"step":1}')]];
        await clockMoves();
        await stage.storage.addPredictions(one, rows);
        await stage.storage.addMetrics(one, metrics);
        const { incarnation, aliveAt } = await fresh(one);
        const bytes = bytesOf(rows) + bytesOf(metrics);
        const [first, second] = await stage.storage.jobSizes();
        assert.equal(first?.id, two.id);
        assert.deepEqual(second, { id: 'one', userId: 'ann', incarnation, status: 'running', bytes, aliveAt });
      });

      it('tell the last sign of life: a change, predictions or metrics', async () => {
        const job = await newJob();
        let { aliveAt } = job;
        assert.equal(new Date(aliveAt).toISOString(), aliveAt);
        for (const live of [
          () => stage.storage.saveJob('ann', job.id, unchanged),
          () => stage.storage.addPredictions(job, [row()]),
          () => stage.storage.addMetrics(job, [metric('{"step":1}')]),
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
        await stage.storage.addPredictions(job, [row()]);
        assert.equal(await stage.storage.deleteJob('ann', job.id, job), false);
        assert.equal(await stage.storage.deleteJob('ann', job.id, await fresh(job)), true);
      });
    });

    it('tells of every change after it is made, and not of what failed', async () => {
      const told: (number | undefined)[] = [];
      const stop = stage.storage.onChange((changed) => told.push(changed));
      const job = await newJob('a');
      await stage.storage.addPredictions(job, [row()]);
      await stage.storage.saveJob('bob', 'a', unchanged);
      await stage.storage.deleteJob('ann', 'b');
      await stage.storage.deleteJob('ann', 'a');
      await stage.storage.addPredictions(job, [row()]);
      assert.deepEqual(told, [job.number, job.number, job.number]);
      stop();
      await newJob('c');
      assert.equal(told.length, 3);
    });

    it('holds everything after it was closed and opened again', async () => {
      const job = await newJob();
      await stage.storage.addPredictions(job, [row(), row()]);
      const [before, rows, epochs] = [
        await stage.storage.job(job.id),
        await read(job),
        await stage.storage.epochs(job),
      ];
      await stage.reopen();
      assert.deepEqual(
        [await stage.storage.job(job.id), await read(job), await stage.storage.epochs(job)],
        [before, rows, epochs],
      );
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
