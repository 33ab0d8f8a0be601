import assert from 'node:assert/strict';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  type Fields,
  post,
  predictionsPath,
  request,
  sample,
  type TestJob,
} from '../support/serverClient.ts';

describe('a run that was resumed', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });

  const get = async (rest: string, id = job.id): Promise<Fields> =>
    (await request(server, predictionsPath(id, rest))).json;
  const at = (step: number, reward: number, fields: Fields = {}) =>
    sample({ epoch: 0, step, scores: { reward }, char_error_rate: reward, ...fields });
  const send = async (...rows: Fields[]) => assert.equal((await post(server, job, rows)).status, 200);
  /** Of each checkpoint its step, rows, samples and superseded rows. */
  const counts = async (id = job.id) =>
    ((await get('/checkpoints', id))['checkpoints'] as Fields[]).map((checkpoint) =>
      ['step', 'prediction_count', 'sample_count', 'superseded_count'].map((name) => checkpoint[name]),
    );
  /** Of each checkpoint its step, rows and mean. */
  const means = async (id = job.id) =>
    ((await get('/trends?by=checkpoint&scores=reward', id))['trends'] as Fields[]).map(
      ({ step, prediction_count: count, scores }) => [step, count, (scores as { reward: Fields }).reward['mean']],
    );
  const trends = async (id = job.id) =>
    ((await get('/trends', id))['trends'] as Fields[]).map(
      ({ epoch, step, sample_count: count, avg_char_error_rate: rate, min_char_error_rate: min }) => [
        ...[epoch, step, count],
        ...[rate, min],
      ],
    );

  it('leaves rows of earlier starts out that lie after where it went on, and counts them as rows', async () => {
    await send(at(10, 0.25), at(20, 0.5), at(30, 0.75));
    assert.deepEqual(await trends(), [[0, 30, 3, 0.5, 0.25]]);
    await send(at(20, 1, { restart: 1, restart_from: 10 }));
    assert.deepEqual(await counts(), [
      [10, 1, 1, 0],
      [20, 2, 1, 1],
      [30, 1, 0, 1],
    ]);
    assert.deepEqual(await means(), [
      [10, 1, 0.25],
      [20, 2, 1],
    ]);
    assert.deepEqual(await trends(), [[0, 20, 2, 0.625, 0.25]]);
    assert.deepEqual((await get('/epochs'))['epochs'], [{ epoch: 0, prediction_count: 4, latest_step: 30 }]);
    assert.equal((await get('?limit=1'))['total_count'], 4);
  });

  it('without the step where it went on, those from its first checkpoint on', async () => {
    await send(at(10, 0), at(20, 0), at(20, 1, { restart: 1 }));
    assert.deepEqual(await means(), [
      [10, 1, 0],
      [20, 2, 1],
    ]);
  });

  it('moves the boundary with rows that come late, of whatever was told before', async () => {
    await send(at(10, 0), at(20, 0), at(30, 1, { restart: 2 }));
    assert.deepEqual(
      (await means()).map(([step]) => step),
      [10, 20, 30],
    );
    await send(at(30, 1, { restart: 2, restart_from: 10 }));
    assert.deepEqual(
      (await means()).map(([step]) => step),
      [10, 30],
    );
    await send(at(20, 0.5, { restart: 1 }));
    await send(at(5, 0.5, { restart: 1 }));
    assert.deepEqual(await means(), [
      [5, 1, 0.5],
      [30, 2, 1],
    ]);
  });

  it('of several revisions of a checkpoint and source counts the largest', async () => {
    const of = (revision: number | undefined, reward: number, source: string) =>
      at(10, reward, { revision, sample_source: source });
    await send(of(undefined, 0, 'train'), of(2, 1, 'train'), of(1, 0, 'train'), of(0, 0.5, 'val'), at(20, 0.25));
    assert.deepEqual(await counts(), [
      [10, 4, 2, 2],
      [20, 1, 1, 0],
    ]);
    assert.deepEqual(await means(), [
      [10, 4, 0.75],
      [20, 1, 0.25],
    ]);
    assert.deepEqual(await trends(), [[0, 20, 3, 0.5833333333333334, 0.25]]);
  });

  it('is imported as it was sent', async () => {
    const rows = [
      at(20, 1, { restart: 1, restart_from: 10 }),
      at(10, 0),
      at(20, 0),
      at(10, 0.5, { revision: 1 }),
      at(30, 0, { restart: 1 }),
    ];
    const id = `${job.id} imported`;
    const answer = await request(server, `/api/training/local/jobs/${encodeURIComponent(id)}/import`, {
      method: 'POST',
      headers: { 'X-API-Key': server.apiKey, 'Content-Type': 'application/x-ndjson' },
      body: rows.map((row) => JSON.stringify(row)).join('\n'),
    });
    assert.equal(answer.status, 200, answer.text);
    await send(...rows);
    const [counted, told] = [await counts(id), await means(id)];
    assert.deepEqual(counted, [
      [10, 2, 1, 1],
      [20, 2, 1, 1],
      [30, 1, 1, 0],
    ]);
    assert.deepEqual([counted, told, await trends(id)], [await counts(), await means(), await trends()]);
  });

  it('leaves nothing of its starts to the next life of its id', async () => {
    await send(at(10, 0), at(10, 1, { restart: 1 }));
    assert.deepEqual(await counts(), [[10, 2, 1, 1]]);
    const path = `/api/training/local/jobs/${encodeURIComponent(job.id)}`;
    assert.equal((await request(server, path, { method: 'DELETE' })).status, 200);
    job = await createJob(server, { job_id: job.id });
    await send(at(10, 0), at(20, 0.5, { revision: 1 }));
    assert.deepEqual(await counts(), [
      [10, 1, 1, 0],
      [20, 1, 1, 0],
    ]);
  });
});
