import assert from 'node:assert/strict';
import { chunkRows } from '../../src/server/storage/predictionPages.ts';
import { type EngineUnderTest, row, StorageStage } from '../support/storageStage.ts';

const stored = (count: number) => ({ kind: 'stored', stored: count, known: null });
const gone = { kind: 'gone' };

/** What holds for jobs and predictions in every engine. */
export function storageSuite(name: string, engine: EngineUnderTest): void {
  describe(`storage in ${name}`, () => {
    const stage = new StorageStage(engine);
    const { newJob, fresh, read, seqs } = stage;

    describe('jobs', () => {
      it('are created once and then updated, given fields only', async () => {
        const created = await stage.storage.saveJob('ann', 'a', {
          status: 'queued',
          fields: '{"loss":1,"model_name":"m"}',
        });
        const updated = await stage.storage.saveJob('ann', 'a', { status: undefined, fields: '{"loss":0.50}' });
        assert.ok(created && updated);
        assert.equal(updated.status, 'queued');
        assert.equal(updated.fields, '{"loss":0.50,"model_name":"m"}');
        assert.equal(updated.incarnation, created.incarnation);
        assert.equal(updated.createdAt, created.createdAt);
        assert.deepEqual(await stage.storage.job('a'), updated);
      });

      it('run unless told otherwise', async () => assert.equal((await newJob()).status, 'running'));

      it('of another user are neither changed nor deleted', async () => {
        const job = await newJob('a', 'ann');
        assert.equal(await stage.storage.saveJob('bob', 'a', { status: 'failed', fields: '{}' }), undefined);
        assert.equal(await stage.storage.deleteJob('bob', 'a'), false);
        assert.deepEqual(await stage.storage.job('a'), job);
      });

      it('are listed per user, newest first, by status and page, with the total', async () => {
        for (const id of ['1', '2', '3', '4']) await newJob(id);
        await newJob('other', 'bob');
        await stage.storage.saveJob('ann', '2', { status: 'failed', fields: '{}' });
        const listed = await stage.storage.jobs('ann', { limit: 2, offset: 1 });
        assert.deepEqual([listed.jobs.map((job) => job.id), listed.total], [['3', '2'], 4]);
        const failed = await stage.storage.jobs('ann', { status: 'failed', limit: 50, offset: 0 });
        assert.deepEqual([failed.jobs.map((job) => job.id), failed.total], [['2'], 1]);
      });

      it('keep what fields of their rows are not known, unless their life is over', async () => {
        const job = await newJob('a');
        await stage.storage.keepUnknownFields(job, { ground_thruth: 'ground_truth' });
        await stage.storage.keepUnknownFields(job, { ground_thruth: 'ground_truth', predicton: 'prediction' });
        await stage.storage.keepUnknownFields(job, {});
        const kept = await stage.storage.job('a');
        assert.deepEqual(JSON.parse(kept?.fields ?? '')['unknown_fields'], {
          ground_thruth: 'ground_truth',
          predicton: 'prediction',
        });
        assert.equal(kept?.status, job.status);
        await stage.storage.deleteJob('ann', 'a');
        const next = await newJob('a');
        await stage.storage.keepUnknownFields(job, { exactMatch: 'exact_match' });
        assert.deepEqual(await stage.storage.job('a'), next);
      });

      for (const id of ['a/b c%2F', 'ünï😀', "'; DROP TABLE jobs; --", 'nul\0nul', 'lone \ud800 surrogate', '"']) {
        it(`keep the id ${JSON.stringify(id)}`, async () => {
          const job = await newJob(id, id);
          assert.equal(job.id, id);
          assert.equal(job.userId, id);
          assert.deepEqual(await stage.storage.job(id), job);
          assert.equal((await stage.storage.jobs(id, { limit: 1, offset: 0 })).total, 1);
        });
      }
    });

    describe('predictions', () => {
      it('get sequence numbers from 1 without holes, in the order of the batch', async () => {
        const job = await newJob();
        const batch = [row(), row(), row()];
        assert.deepEqual(await stage.storage.addPredictions(job, batch), stored(3));
        assert.deepEqual(await stage.storage.addPredictions(job, [row()]), stored(1));
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
        await stage.storage.addPredictions(job, [sent]);
        const { id, createdAt, epoch } = sent;
        assert.deepEqual(await read(job), [{ seq: 1, id, createdAt, epoch, step: 1, sampleIndex: 0, content }]);
      });

      it('are read by epoch and sample, by sequence, and backwards', async () => {
        const job = await newJob();
        const places = [
          [2, 1],
          [1, 1],
          [2, 0],
          [1, 1],
        ] as const;
        await stage.storage.addPredictions(
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
        await stage.storage.addPredictions(job, [row(), row(), row(), row()]);
        for (const order of ['asc', 'sample'] as const) {
          assert.deepEqual(await seqs(job, { order, after: 1, upTo: 3 }), [2, 3]);
        }
        assert.deepEqual(await seqs(job, { order: 'desc', after: 1, upTo: 3 }), [3, 2]);
      });

      for (const order of ['asc', 'desc', 'sample'] as const) {
        it(`are read over many chunks without a seam, order ${order}`, async () => {
          const job = await newJob();
          const rows = Array.from({ length: 1300 }, (_, index) => row({ epoch: index % 3, sampleIndex: index % 7 }));
          await stage.storage.addPredictions(job, rows);
          const all = await seqs(job, { order });
          assert.deepEqual([all.length, new Set(all).size], [1300, 1300]);
          assert.deepEqual(await seqs(job, { order, offset: 200, limit: 700 }), all.slice(200, 900));
        });
      }

      it('are read in chunks of bounded size', async () => {
        const job = await newJob();
        const content = `{"prediction":"${'x'.repeat(600_000)}"}`;
        await stage.storage.addPredictions(job, [row({ content }), row({ content }), row({ content })]);
        const sizes = [];
        const all = { order: 'asc', after: 0, upTo: 9 } as const;
        for await (const chunk of stage.storage.predictions(job, all)) sizes.push(chunk.length);
        assert.deepEqual(sizes, [2, 1]);
      });

      it('are read in turns with all else, however fast they are taken', async () => {
        const job = await newJob();
        await stage.storage.addPredictions(
          job,
          Array.from({ length: 10 * chunkRows }, () => row()),
        );
        const { lastSeq } = await fresh(job);
        let turns = 0;
        let seen = 0;
        const other = () => {
          turns += 1;
          immediate = setImmediate(other);
        };
        let immediate = setImmediate(other);
        const chunks: number[] = [];
        try {
          for await (const rows of stage.storage.predictions(job, { order: 'asc', after: 0, upTo: lastSeq })) {
            if (chunks.length > 0) assert.ok(turns > seen, `no turn before chunk ${chunks.length}`);
            seen = turns;
            chunks.push(rows.length);
          }
        } finally {
          clearImmediate(immediate);
        }
        assert.deepEqual(chunks, Array<number>(10).fill(chunkRows));
      });

      it('are stored while others are read', async () => {
        const job = await newJob();
        await stage.storage.addPredictions(
          job,
          Array.from({ length: 600 }, () => row()),
        );
        let count = 0;
        for await (const chunk of stage.storage.predictions(job, { order: 'asc', after: 0, upTo: 600 })) {
          count += chunk.length;
          assert.deepEqual(await stage.storage.addPredictions(job, [row()]), stored(1));
        }
        assert.equal(count, 600);
      });

      it('are stored whole or not at all', async () => {
        const job = await newJob();
        const unstorable = { ...row(), content: undefined as unknown as string };
        await assert.rejects(stage.storage.addPredictions(job, [row(), unstorable]));
        assert.deepEqual(await read(job), []);
        assert.deepEqual(await stage.storage.epochs(job), []);
        assert.equal((await fresh(job)).lastSeq, 0);
      });

      it('of batches that come at once are stored each whole or not at all', async () => {
        const [job, gone] = [await newJob(), await newJob()];
        await stage.storage.deleteJob('ann', gone.id);
        const unstorable = { ...row(), content: undefined as unknown as string };
        const outcomes = await Promise.allSettled([
          stage.storage.addPredictions(job, [row(), row()]),
          stage.storage.addPredictions(job, [row(), unstorable]),
          stage.storage.addPredictions(gone, [row()]),
          stage.storage.addPredictions(job, [row()]),
        ]);
        assert.deepEqual(
          outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.kind : outcome.status)),
          ['stored', 'rejected', 'gone', 'stored'],
        );
        assert.deepEqual(await seqs(job), [1, 2, 3]);
      });

      it('of two jobs do not meet', async () => {
        const [one, two] = [await newJob(), await newJob()];
        await stage.storage.addPredictions(one, [row({ epoch: 1 })]);
        await stage.storage.addPredictions(two, [row({ epoch: 2 }), row({ epoch: 2 })]);
        assert.deepEqual(await seqs(one), [1]);
        assert.deepEqual(await seqs(two), [1, 2]);
        assert.deepEqual(
          (await stage.storage.epochs(one)).map((epoch) => epoch.epoch),
          [1],
        );
      });
    });

    describe('epochs', () => {
      it('are counted and added up over batches, null left out', async () => {
        const job = await newJob();
        await stage.storage.addPredictions(job, [
          row({ epoch: 1, step: 5, charErrorRate: 0.5, exactMatch: 0, validationPass: true }),
          row({ epoch: 0, step: 1 }),
          row({ epoch: 1, step: 4, validationPass: false }),
        ]);
        await stage.storage.addPredictions(job, [row({ epoch: 1, step: 3, charErrorRate: 0.25, exactMatch: 1 })]);
        const [first, second] = await stage.storage.epochs(job);
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

      it('are read from one to another', async () => {
        const job = await newJob();
        await stage.storage.addPredictions(
          job,
          [0, 1, 2, 3, 4].map((epoch) => row({ epoch })),
        );
        const between = async (first: number, last: number) =>
          (await stage.storage.epochs(job, [first, last])).map(({ epoch }) => epoch);
        assert.deepEqual(await between(1, 3), [1, 2, 3]);
        assert.deepEqual(await between(4, 9), [4]);
        assert.deepEqual(await between(5, 9), []);
      });

      it('tell the latest of them at a sequence number', async () => {
        const job = await newJob();
        assert.equal(await stage.storage.latestEpoch(job, 0), null);
        // A late row of an earlier epoch does not end the later one.
        await stage.storage.addPredictions(
          job,
          [1, 3, 2, 3, 5].map((epoch) => row({ epoch })),
        );
        const latest = await Promise.all([0, 1, 2, 3, 4, 5, 9].map((seq) => stage.storage.latestEpoch(job, seq)));
        assert.deepEqual(latest, [null, 1, 3, 3, 3, 5, 5]);
      });
    });

    describe('a deleted job', () => {
      it('is gone with its predictions and takes no more', async () => {
        const job = await newJob();
        await stage.storage.addPredictions(job, [row()]);
        assert.equal(await stage.storage.deleteJob('ann', job.id), true);
        assert.equal(await stage.storage.job(job.id), undefined);
        assert.deepEqual(await read(job), []);
        assert.deepEqual(await stage.storage.epochs(job), []);
        assert.deepEqual(await stage.storage.addPredictions(job, [row()]), gone);
        assert.equal(await stage.storage.deleteJob('ann', job.id), false);
      });

      it('made again is another life, whose sequence goes on', async () => {
        const first = await newJob('a');
        await stage.storage.addPredictions(first, [row(), row()]);
        await stage.storage.deleteJob('ann', 'a');
        const second = await newJob('a');
        assert.notEqual(second.incarnation, first.incarnation);
        assert.deepEqual([second.lastSeq, second.predictionCount], [2, 0]);
        assert.deepEqual(await stage.storage.addPredictions(first, [row()]), gone);
        assert.deepEqual(await stage.storage.addPredictions(second, [row()]), stored(1));
        assert.deepEqual(await seqs(second), [3]);
        assert.equal((await fresh(second)).predictionCount, 1);
        await stage.storage.deleteJob('ann', 'a');
        assert.equal((await newJob('a')).lastSeq, 3);
      });
    });
  });
}
