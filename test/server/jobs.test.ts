import assert from 'node:assert/strict';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  type Fields,
  openStream,
  post,
  predictionsPath,
  request,
  sample,
  saveJob,
} from '../support/serverClient.ts';

describe('the job routes', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  afterEach(async () => {
    for (const id of ids(await list('?limit=100'))) await remove(String(id));
  });

  const list = async (query = '') => (await request(server, `/api/training/local/jobs${query}`)).json;
  const ids = (listing: Fields) => (listing['jobs'] as Fields[]).map((job) => job['id']);

  const remove = (id: string) =>
    request(server, `/api/training/local/jobs/${encodeURIComponent(id)}`, {
      method: 'DELETE',
      headers: { 'X-API-Key': server.apiKey },
    });

  describe('POST /api/training/local/jobs', () => {
    it('creates a job and hands out its token', async () => {
      const { status, json } = await saveJob(server, { job_id: 'a', model_name: 'm' });
      assert.equal(status, 200);
      const { job_token: token, ...rest } = json;
      assert.deepEqual(rest, { success: true, persisted: true, job_id: 'a', user_id: 'local', edition: 2 });
      assert.match(String(token), /^job_[\w-]{43}$/);
    });

    it('updates the given fields only, and the token stays', async () => {
      const created = await saveJob(server, { job_id: 'a', model_name: 'm', status: 'queued', loss: 2 });
      const updated = await saveJob(server, { job_id: 'a', loss: 1.5, status: 'running' });
      assert.deepEqual(updated.json, created.json);
      const [job] = (await list())['jobs'] as Fields[];
      assert.deepEqual([job?.['model_name'], job?.['loss'], job?.['status']], ['m', 1.5, 'running']);
    });

    for (const [body, error] of [
      ['', /body is missing/],
      ['{"job_id":', /not valid JSON/],
      ['{}', /^job_id: required$/],
      ['[]', /expected object/],
      ['null', /expected object/],
      ['{"job_id":7}', /^job_id: expected string$/],
      ['{"job_id":""}', /^job_id: /],
      ['{"job_id":".."}', /^job_id: /],
      ['{"job_id":"\\ud800"}', /^job_id: /],
      [`{"job_id":"${'x'.repeat(1025)}"}`, /^job_id: /],
      ['{"job_id":"a","status":"done"}', /^status: expected one of .*"running"/],
      ['{"job_id":"a","loss":"low"}', /^loss: expected number or null$/],
    ] as const) {
      it(`refuses ${body.slice(0, 40) || 'no body'} with a reason, and stores nothing`, async () => {
        const answer = await request(server, '/api/training/local/jobs', {
          method: 'POST',
          headers: { 'X-API-Key': server.apiKey },
          body,
        });
        assert.equal(answer.status, 400);
        assert.deepEqual(Object.keys(answer.json), ['error']);
        assert.match(String(answer.json['error']), error);
        assert.equal((await list())['total'], 0);
      });
    }

    it('reads JSON under any content type, as curl -d sends it', async () => {
      for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=utf-8']) {
        const answer = await request(server, '/api/training/local/jobs', {
          method: 'POST',
          headers: { 'X-API-Key': server.apiKey, 'Content-Type': type },
          body: '{"job_id":"a"}',
        });
        assert.equal(answer.status, 200, type);
      }
    });
  });

  describe('GET /api/training/local/jobs', () => {
    it('tells every field of the contract, null where nothing was given', async () => {
      await saveJob(server, { job_id: 'a' });
      const { jobs, ...page } = await list();
      assert.deepEqual(page, { total: 1, limit: 50, offset: 0 });
      const [job] = jobs as Fields[];
      const { id, status, created_at: createdAt, ...rest } = job ?? {};
      assert.deepEqual([id, status], ['a', 'running']);
      assert.equal(new Date(String(createdAt)).toISOString(), createdAt);
      const names = `model_name dataset_path progress current_step current_epoch total_steps total_epochs loss eval_loss
        best_eval_loss started_at completed_at error_message`.split(/\s+/);
      assert.deepEqual(rest, Object.fromEntries(names.map((name) => [name, null])));
    });

    it('gives back what was sent', async () => {
      const sent = {
        model_name: 'm',
        dataset_path: 'd',
        status: 'failed',
        progress: 50.5,
        current_step: 5,
        current_epoch: 1,
      };
      const more = { total_steps: 10, total_epochs: 2, loss: 0.1, eval_loss: 0.2, best_eval_loss: 0.15 };
      const texts = { started_at: '2026-01-01T00:00:00Z', completed_at: '2026-01-02T00:00:00Z', error_message: '<b>' };
      await saveJob(server, { job_id: 'a', ...sent, ...more, ...texts });
      const [job] = (await list())['jobs'] as Fields[];
      const { id, created_at: _, ...rest } = job ?? {};
      assert.deepEqual([id, rest], ['a', { ...sent, ...more, ...texts }]);
    });

    it('pages newest first and filters by status', async () => {
      for (const id of ['1', '2', '3'])
        await createJob(server, { job_id: id, status: id === '2' ? 'failed' : 'running' });
      assert.deepEqual(ids(await list()), ['3', '2', '1']);
      assert.deepEqual(ids(await list('?limit=1&offset=1')), ['2']);
      assert.deepEqual(ids(await list('?status=running')), ['3', '1']);
      const page = await list('?limit=1000&status=running');
      assert.deepEqual([page['limit'], page['total']], [100, 2]);
    });

    for (const [query, error] of [
      ['?limit=x', 'limit: expected integer'],
      ['?limit=-1', 'limit: '],
      ['?offset=1.5', 'offset: expected integer'],
      ['?status=done', 'status: expected one of'],
      ['?limit=1&limit=2', 'limit: expected integer'],
    ] as const) {
      it(`refuses ${query} by name`, async () => {
        const answer = await request(server, `/api/training/local/jobs${query}`);
        assert.equal(answer.status, 400);
        assert.ok(String(answer.json['error']).startsWith(error), answer.text);
      });
    }
  });

  it('GET /api/training/jobs tells at most the 50 newest in short', async () => {
    for (let index = 0; index < 52; index += 1) await createJob(server, { job_id: `${index}`, model_name: 'm' });
    const { json } = await request(server, '/api/training/jobs');
    assert.deepEqual([json['success'], json['count']], [true, 50]);
    const [first] = json['jobs'] as Fields[];
    assert.deepEqual(Object.keys(first ?? {}), [
      'id',
      'model_name',
      'status',
      'started_at',
      'completed_at',
      'created_at',
    ]);
    assert.equal(first?.['id'], '51');
  });

  for (const id of [
    'a/b',
    'with space',
    'a%2Fb',
    'ünï😀',
    '?x=1#y',
    "'; DROP TABLE jobs; --",
    '%',
    '\n',
    '\0',
    'epochs',
    'a/../b',
    '...',
    '%2e%2e',
    '日'.repeat(1024),
  ]) {
    it(`takes ${JSON.stringify(id.slice(0, 30))} for the id of a job everywhere`, async () => {
      const job = await createJob(server, { job_id: id });
      assert.equal((await post(server, job, [sample()])).status, 200);
      assert.equal((await request(server, predictionsPath(id))).json['job_id'], id);
      assert.equal((await request(server, predictionsPath(id, '/epochs'))).json['job_id'], id);
      const stream = await openStream(server, id);
      assert.equal(stream.events[0]?.data['jobId'], id);
      stream.close();
      assert.deepEqual(ids(await list()), [id]);
    });
  }

  describe('DELETE /api/training/local/jobs/{id}', () => {
    it('removes a job with its predictions; its token is worth nothing to the next of its name', async () => {
      const job = await createJob(server);
      await post(server, job, [sample()]);
      assert.equal((await remove(job.id)).status, 200);
      assert.equal((await request(server, predictionsPath(job.id))).status, 404);
      assert.equal((await post(server, job, [sample()])).status, 404);
      const next = await createJob(server, { job_id: job.id });
      assert.notEqual(next.token, job.token);
      assert.equal((await post(server, job, [sample()])).status, 401);
      assert.equal((await request(server, predictionsPath(job.id))).json['total_count'], 0);
    });

    it('answers 404 for a job that is not there', async () => {
      assert.equal((await remove('nothing')).status, 404);
    });
  });
});

describe('a job that had ended and is active again', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  it('is answered with a warning where it holds predictions, and with none where nothing would be mixed', async () => {
    const job = await createJob(server, { status: 'running' });
    const save = async (status: string) => (await saveJob(server, { job_id: job.id, status })).json['warning'];
    assert.equal(await save('completed'), undefined);
    assert.equal(await save('running'), undefined);
    await post(server, job, [sample(), sample({ step: 20 })]);
    assert.equal(await save('running'), undefined);
    assert.equal(await save('failed'), undefined);
    assert.match(String(await save('running')), /^This job had ended \(failed\) with 2 predictions: /);
  });
});
