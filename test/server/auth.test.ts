import assert from 'node:assert/strict';
import http from 'node:http';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  openStream,
  post,
  postText,
  predictionsPath,
  request,
  sample,
  saveJob,
  type TestJob,
} from '../support/serverClient.ts';

describe('who may do what', () => {
  let server: TestServer;
  let job: TestJob;

  before(async () => {
    server = await startServer({ args: ['--log-level', 'trace'] });
    job = await createJob(server);
  });
  after(() => server.stop());

  const readRoutes = () => [
    '/api/training/jobs',
    '/api/training/local/jobs',
    predictionsPath(job.id),
    predictionsPath(job.id, '/epochs'),
    predictionsPath(job.id, '/trends'),
  ];

  it('takes the API key as X-API-Key, X-Workspace-API-Key and bearer', async () => {
    for (const path of readRoutes()) {
      for (const headers of [
        { 'X-API-Key': server.apiKey },
        { 'X-Workspace-API-Key': server.apiKey },
        { Authorization: `Bearer ${server.apiKey}` },
      ]) {
        assert.equal((await request(server, path, { headers })).status, 200);
      }
    }
  });

  it('answers 401 on every route without the right key, unknown jobs too', async () => {
    const wrong = server.apiKey.slice(0, -1);
    for (const path of [...readRoutes(), predictionsPath('nothing')]) {
      for (const headers of [
        {},
        { 'X-API-Key': wrong },
        { 'X-API-Key': `${server.apiKey}x` },
        { 'X-API-Key': '' },
        { Authorization: `Bearer ${job.token}` },
        { Authorization: server.apiKey },
        { Authorization: `Basic ${server.apiKey}` },
      ]) {
        const answer = await request(server, path, { headers });
        assert.deepEqual([answer.status, answer.json], [401, { error: 'Unauthorized' }]);
      }
    }
  });

  it('wants the key for creating and deleting a job, before it reads a body', async () => {
    const created = await request(server, '/api/training/local/jobs', {
      method: 'POST',
      headers: {},
      body: 'not JSON',
    });
    assert.equal(created.status, 401);
    const path = `/api/training/local/jobs/${job.id}`;
    assert.equal((await request(server, path, { method: 'DELETE', headers: {} })).status, 401);
  });

  it('wants the job’s own token for its predictions: no other job’s, no API key, not none', async () => {
    const other = await createJob(server);
    const body = JSON.stringify({ job_id: job.id, predictions: [sample()] });
    for (const token of [other.token, server.apiKey, `${job.token}x`, job.token.slice(0, -1)]) {
      assert.equal((await postText(server, token, body)).status, 401);
    }
    for (const headers of [{}, { 'X-API-Key': server.apiKey }, { Authorization: job.token }]) {
      const answer = await request(server, '/api/training/local/predictions', { method: 'POST', headers, body });
      assert.equal(answer.status, 401);
      assert.match(String(answer.json['error']), /Unauthorized/);
    }
    assert.equal((await request(server, predictionsPath(job.id))).json['total_count'], 0);
  });

  describe('the stream', () => {
    const stream = (jobId: string, headers: Record<string, string>, query = '') =>
      request(server, predictionsPath(jobId, `/stream${query}`), { headers });

    it('answers errors before it starts as plain text', async () => {
      for (const [answer, status, text] of [
        [await stream(job.id, {}), 401, 'Unauthorized'],
        [await stream('nothing', { 'X-API-Key': server.apiKey }), 404, 'Job not found'],
        [await stream(job.id, { 'X-API-Key': server.apiKey }, '?epoch=x'), 400, 'epoch: expected integer'],
      ] as const) {
        assert.deepEqual([answer.status, answer.text], [status, text]);
        assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
      }
    });

    it('takes the key as a bearer token', async () => {
      const response = await fetch(server.url + predictionsPath(job.id, '/stream'), {
        headers: { Authorization: `Bearer ${server.apiKey}` },
      });
      assert.equal(response.status, 200);
      await response.body?.cancel();
    });
  });

  describe('a request under another host name', () => {
    /** `fetch` does not let a caller choose Host. */
    const statusFor = (host: string, path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { host, 'X-API-Key': server.apiKey };
        http
          .get(server.url + path, { headers }, (response) => {
            response.destroy();
            resolve(response.statusCode);
          })
          .on('error', reject);
      });

    it('is refused on every route, as a page that rebinds its name sends it', async () => {
      for (const path of [...readRoutes(), predictionsPath(job.id, '/stream'), '/health', '/nothing']) {
        assert.equal(await statusFor('evil.example:4517', path), 403, path);
      }
    });

    it('is taken when it is a name of loopback', async () => {
      for (const host of ['localhost:1', '127.0.0.1', '[::1]:4517'])
        assert.equal(await statusFor(host, '/health'), 200);
    });
  });

  it('no answer allows another origin to read it', async () => {
    for (const path of [...readRoutes(), '/health']) {
      const headers = { 'X-API-Key': server.apiKey, Origin: 'http://evil.example' };
      const answer = await request(server, path, { headers });
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
    const preflight = await request(server, '/api/training/jobs', {
      method: 'OPTIONS',
      headers: { Origin: 'http://x' },
    });
    assert.equal(preflight.status, 404);
  });

  it('GET /health needs no key and tells nothing but the server itself', async () => {
    const { status, json } = await request(server, '/health', { headers: {} });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json).sort(), ['edition', 'engine', 'instance', 'status', 'version']);
    assert.deepEqual([json['status'], json['engine']], ['ok', 'sqlite']);
  });

  it('unknown routes answer 404 with an error, malformed addresses 400', async () => {
    const unknown = await request(server, '/nothing');
    assert.deepEqual([unknown.status, unknown.json], [404, { error: 'Not found' }]);
    const malformed = await request(server, '/api/training/predictions/%zz');
    assert.deepEqual([malformed.status, Object.keys(malformed.json)], [400, ['error']]);
  });

  it('neither key nor token is ever logged, even when an address holds them', async () => {
    await saveJob(server, { job_id: 'x', status: 'nonsense' });
    await postText(server, job.token, 'not JSON');
    await post(server, job, [sample()]);
    await request(server, `/api/training/jobs?key=${server.apiKey}`);
    await request(server, `/${server.apiKey}/${job.token}`);
    (await openStream(server, job.id)).close();
    await request(server, '/last');
    while (!server.output.stderr.includes('/last')) await new Promise((resolve) => setTimeout(resolve, 10));
    const everything = server.output.stdout + server.output.stderr;
    assert.ok(everything.includes('/api/training/jobs'));
    assert.ok(!everything.includes(server.apiKey.slice(4)) && !everything.includes(job.token.slice(4)));
  });
});
