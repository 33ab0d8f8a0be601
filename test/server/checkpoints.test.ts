import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Prediction } from '../../src/wire/prediction.ts';
import { plainCheckpoints, plainNames, plainTrends } from '../support/plainModel.ts';
import { randomRows } from '../support/randomRows.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  type Answer,
  createJob,
  type Fields,
  openStream,
  post,
  predictionsPath,
  readPredictions,
  request,
  type StreamEvent,
  sample,
  saveJob,
  type TestJob,
} from '../support/serverClient.ts';

describe('checkpoints', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });

  const get = (rest: string): Promise<Answer> => request(server, predictionsPath(job.id, rest));
  const at = (epoch: number, step: number, fields: Fields = {}) => sample({ epoch, step, ...fields });

  describe('GET …/checkpoints', () => {
    it('is empty for a job without predictions, and 404 for none', async () => {
      assert.deepEqual((await get('/checkpoints')).json, { job_id: job.id, checkpoints: [] });
      assert.equal((await request(server, predictionsPath('nothing', '/checkpoints'))).status, 404);
    });

    it('counts rows and samples of each pair of epoch and step, ascending', async () => {
      await post(server, job, [at(1, 5), at(0, 20), at(0, 9), at(0, 20), at(0, 20, { sample_index: 3 })]);
      assert.deepEqual((await get('/checkpoints')).json['checkpoints'], [
        { epoch: 0, step: 9, prediction_count: 1, sample_count: 1, superseded_count: 0 },
        { epoch: 0, step: 20, prediction_count: 3, sample_count: 2, superseded_count: 0 },
        { epoch: 1, step: 5, prediction_count: 1, sample_count: 1, superseded_count: 0 },
      ]);
    });
  });

  describe('GET …/trends?by=checkpoint', () => {
    const trends = async (query = ''): Promise<Fields[]> =>
      (await get(`/trends?by=checkpoint${query}`)).json['trends'] as Fields[];
    const names = async (query = '') => Object.keys((await trends(query))[0]?.['scores'] as Fields);

    it('has each sample count by the mean of its completions', async () => {
      const scores = (reward: number, sample_index = 0) => at(0, 10, { sample_index, scores: { reward } });
      await post(server, job, [scores(0), scores(1), scores(0.5), scores(1, 1), at(0, 10, { sample_index: 2 })]);
      assert.deepEqual(await trends('&scores=reward'), [
        {
          epoch: 0,
          step: 10,
          sample_count: 3,
          prediction_count: 5,
          scores: { reward: { mean: 0.75, min: 0.5, max: 1, p10: 0.55, p90: 0.95, count: 2 } },
        },
      ]);
    });

    it('tells new rows at once', async () => {
      for (const reward of [1, 0, 0.5]) {
        await post(server, job, [at(0, 10, { scores: { reward } }), at(0, reward * 100, { scores: { reward } })]);
        const told = (await trends()).map(({ prediction_count: count }) => Number(count));
        const { json } = await get('?limit=1');
        assert.equal(
          told.reduce((sum, count) => sum + count, 0),
          json['total_count'],
        );
      }
    });

    it('tells the first sixteen scores unless it is asked for others, whatever they are called', async () => {
      const scores = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`s${n + 10}`, n]));
      const row = JSON.parse(JSON.stringify({ ...scores, zero: 0 }).replace('zero', '__proto__')) as Fields;
      await post(server, job, [at(0, 1, { scores: row, char_error_rate: 0.5 })]);
      const first = Array.from({ length: 14 }, (_, n) => `s${n + 10}`);
      assert.deepEqual(await names(), ['char_error_rate', '__proto__', ...first]);
      assert.deepEqual(await names('&scores=s39,__proto__,none'), ['__proto__', 's39']);
    });

    it('adds up sixty-four scores of the team’s own, the first by name, whichever came first', async () => {
      const row = (first: number) => {
        const scores = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`s${n + first}`, n]));
        return at(0, 1, { scores });
      };
      await post(server, job, [row(140), row(120), row(100)]);
      const asked = Array.from({ length: 100 }, (_, n) => `s${n + 100}`);
      assert.deepEqual(await names(`&scores=${asked.join()}`), asked.slice(0, 64));
      const { scores } = (await trends('&scores=s150,s110'))[0] as { scores: Record<string, Fields> };
      assert.deepEqual([scores['s110']?.['mean'], scores['s150']?.['mean']], [10, (10 + 30 + 50) / 3]);
    });

    for (const query of ['by=epoch', 'by=checkpoint&scores=', 'by=checkpoint&scores=a&scores=b']) {
      it(`refuses ${query} by name`, async () => {
        const answer = await get(`/trends?${query}`);
        assert.equal(answer.status, 400);
        assert.match(String(answer.json['error']), /^(by|scores): /);
      });
    }
  });

  describe('a page of one', () => {
    it('has its rows by sample, and the counts of the whole job', async () => {
      await post(server, job, [at(0, 10, { sample_index: 1 }), at(0, 20), at(0, 10), at(1, 10), at(0, 10)]);
      const seqs = async (query: string) => (await readPredictions(server, job.id, query)).map(({ seq }) => seq);
      assert.deepEqual(await seqs('?epoch=0&step=10'), [3, 5, 1]);
      assert.deepEqual(await seqs('?epoch=0&step=10&order=desc'), [5, 3, 1]);
      assert.deepEqual(await seqs('?epoch=0&step=10&after=1'), [3, 5]);
      assert.deepEqual(await seqs('?epoch=0&step=10&limit=1&offset=1'), [5]);
      assert.deepEqual(await seqs('?epoch=1&step=20'), []);
      assert.equal((await get('?epoch=0&step=10&limit=1')).json['total_count'], 5);
    });

    it('is refused without its epoch', async () => {
      const answer = await get('?step=10');
      assert.deepEqual([answer.status, answer.json], [400, { error: 'step: expected with an epoch' }]);
    });
  });

  describe('checkpoint_complete', () => {
    const told = (events: readonly StreamEvent[]) =>
      events.filter(({ event }) => event === 'checkpoint_complete').map(({ data, id }) => [data, id]);
    const complete = (epoch: number, step: number, count: number) => [
      { epoch, step, prediction_count: count },
      undefined,
    ];

    it('is told once of each checkpoint, to who was there and to who comes back', async () => {
      const live = await openStream(server, job.id);
      const rows = [at(0, 1), at(0, 1), at(0, 2), at(0, 1), at(1, 3), at(1, 4)];
      for (const [index, row] of rows.entries()) {
        await post(server, job, [row]);
        await live.until(({ predictions }) => predictions.length > index);
      }
      await saveJob(server, { job_id: job.id, status: 'completed' });
      await live.until((stream) => stream.named('job').length > 0);
      const back = await openStream(server, job.id, { lastEventId: '0' });
      await back.until(({ predictions }) => predictions.length === rows.length);
      live.close();
      back.close();
      // What is counted is what is there when it is told.
      assert.deepEqual(told(live.events), [complete(0, 1, 2), complete(0, 2, 1), complete(1, 3, 1), complete(1, 4, 1)]);
      assert.deepEqual(told(back.events), [complete(0, 1, 3), complete(0, 2, 1), complete(1, 3, 1)]);
      const order = back.events.map(({ event, id }) => id ?? event).filter((name) => name !== 'heartbeat');
      assert.deepEqual(order.slice(0, 6), ['connected', '1', '2', 'checkpoint_complete', '3', '4']);
    });

    it('is told of no job whose epochs have one step each', async () => {
      const live = await openStream(server, job.id);
      for (const epoch of [0, 1, 2]) await post(server, job, [at(epoch, 10 * epoch)]);
      await saveJob(server, { job_id: job.id, status: 'completed' });
      await live.until((stream) => stream.named('job').length > 0 && stream.predictions.length === 3);
      live.close();
      assert.deepEqual(told(live.events), []);
      assert.equal(live.named('epoch_complete').length, 3);
    });
  });

  it('are those of a plain recomputation, whatever rows come in whatever batches', async function () {
    this.timeout(120_000);
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(randomRows, sizes, async (rows, batches) => {
        const fitting = rows.filter(isFitting);
        job = await createJob(server);
        let asked = 0;
        for (let start = 0; start < fitting.length; ) {
          const size = batches[asked % batches.length] ?? 1;
          const batch = fitting.slice(start, start + size).map((row) => ({ ...row, job_id: job.id }));
          const answer = await post(server, job, batch);
          assert.equal(answer.status, 200, answer.text);
          start += size;
          asked += 1;
          if (asked % 2 === 0) await get('/checkpoints');
        }
        const stored = (await readPredictions(server, job.id, '?limit=1000')) as unknown as Prediction[];
        const expected = plainCheckpoints(stored, plainNames(stored));
        const told = (await get(`/trends?by=checkpoint&scores=${plainNames(stored).join()},none`)).json;
        const points = expected.filter(({ sample_count: samples }) => samples > 0);
        assert.deepEqual(rounded(told['trends']), rounded(points.map(({ checkpoint: _, ...point }) => point)));
        assert.deepEqual(
          (await get('/checkpoints')).json['checkpoints'],
          expected.map(({ checkpoint }) => checkpoint),
        );
        assert.deepEqual(rounded((await get('/trends')).json['trends']), rounded(plainTrends(stored)));
      }),
      { numRuns: 40 },
    );
  });
});

/** What the server takes: fields of the second edition have their shapes. */
function isFitting({ scores, completion_index: completion, restart }: Prediction): boolean {
  return isObject(scores) && completion !== 'x' && restart !== -1;
}

function isObject(scores: unknown): boolean {
  return (
    scores === null ||
    (typeof scores === 'object' &&
      Object.values(scores ?? {}).every((x) => typeof x !== 'string') &&
      !Array.isArray(scores))
  );
}

/** What lies within 1e-9 is equal. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner) => (typeof inner === 'number' ? Math.round(inner * 1e9) / 1e9 : inner)),
  );
}
