import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { predictionBatch } from '../../src/wire/sentPrediction.ts';
import { DocumentedAnswers, type OpenApiDocument, type Operation } from '../support/openapi.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, predictionsPath, request, sample, saveJob } from '../support/serverClient.ts';

describe('GET /openapi.json', () => {
  let server: TestServer;
  let document: OpenApiDocument;

  before(async () => {
    server = await startServer();
    const { text } = await request(server, '/openapi.json', { headers: {} });
    document = JSON.parse(text) as OpenApiDocument;
  });
  after(() => server.stop());

  const operations = (): [name: string, operation: Operation][] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
    );

  it('fits the OpenAPI specification', async () => {
    const result = await new Validator().validate(structuredClone(document) as unknown as Record<string, unknown>);
    assert.deepEqual(result, { valid: true });
  });

  it('has all routes of the wire contract', () => {
    const names = operations().map(([name]) => name);
    for (const route of [
      'post /api/training/local/jobs',
      'get /api/training/local/jobs',
      'get /api/training/local/jobs/stream',
      'delete /api/training/local/jobs/{jobId}',
      'post /api/training/local/jobs/{jobId}/import',
      'get /api/training/jobs',
      'post /api/training/local/metrics',
      'get /api/training/local/{jobId}/metrics',
      'post /api/training/local/predictions',
      'get /api/training/predictions/{jobId}',
      'get /api/training/predictions/{jobId}/epochs',
      'get /api/training/predictions/{jobId}/trends',
      'get /api/training/predictions/{jobId}/checkpoints',
      'get /api/training/predictions/{jobId}/stream',
      'get /health',
      'get /metrics',
      'get /openapi.json',
    ]) {
      assert.ok(names.includes(route), route);
    }
  });

  it('says of every registered route what it does, takes, answers and refuses', () => {
    for (const [name, { summary, security, parameters, requestBody, responses }] of operations()) {
      assert.ok(summary, name);
      assert.ok(security, name);
      assert.ok(responses['200']?.content, name);
      for (const status of ['403', '408', '429', '431', '500', '503']) assert.ok(responses[status]?.content, name);
      if (security.length > 0) assert.ok(responses['401'], name);
      if (name.startsWith('post ')) assert.ok(requestBody, name);
      const inPath = (parameters ?? [])
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => parameter.name);
      assert.deepEqual(
        inPath,
        [...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
      );
    }
  });

  it('says of every registered route how an address that is too long is refused', async () => {
    const answers = new DocumentedAnswers(document);
    for (const [name] of operations()) {
      const [method = '', path = ''] = name.split(' ');
      const long = `${path.replaceAll(/\{\w+\}/g, 'a')}?epoch=${'x'.repeat(20_000)}`;
      const { status, headers, text } = await request(server, long, { method: method.toUpperCase() });
      assert.equal(status, 431, name);
      const type = headers.get('content-type')?.split(';')[0] ?? '';
      assert.equal(answers.problem(method.toUpperCase(), path, status, type, JSON.parse(text)), undefined);
    }
  });

  it('is made of the schemas that validate', () => {
    const body = document.paths['/api/training/local/predictions']?.['post']?.requestBody?.content['application/json'];
    assert.deepEqual(body?.schema, JSON.parse(JSON.stringify(predictionBatch.type)));
  });

  it('says of answers what they are', async () => {
    const answers = new DocumentedAnswers(document);
    const job = await createJob(server, { model_name: 'm', loss: 0.5 });
    await post(server, job, [sample({ ground_truth: 'hello' }), sample({ epoch: 2, validation_pass: true })]);
    const save = await saveJob(server, { job_id: job.id, progress: 3 });
    const stored = await post(server, job, [sample({ epoch: 2.5, scores: { reward: 1 }, id: randomUUID() })]);
    const path = '/api/training/predictions/{jobId}';
    const listStream = '/api/training/local/jobs/stream';
    for (const [method, route, answer] of [
      ['POST', '/api/training/local/jobs', save],
      ['POST', '/api/training/local/jobs', await saveJob(server, {})],
      ['GET', '/api/training/local/jobs', await request(server, '/api/training/local/jobs')],
      ['GET', '/api/training/jobs', await request(server, '/api/training/jobs')],
      ['POST', '/api/training/local/predictions', stored],
      ['POST', '/api/training/local/predictions', await post(server, { ...job, token: 'x' }, [sample()])],
      ['GET', path, await request(server, predictionsPath(job.id))],
      ['GET', path, await request(server, predictionsPath(job.id, '?limit=x'))],
      ['GET', `${path}/epochs`, await request(server, predictionsPath(job.id, '/epochs'))],
      ['GET', `${path}/trends`, await request(server, predictionsPath(job.id, '/trends'))],
      ['GET', `${path}/trends`, await request(server, predictionsPath(job.id, '/trends?by=checkpoint'))],
      ['GET', `${path}/trends`, await request(server, predictionsPath(job.id, '/trends?by=x'))],
      ['GET', `${path}/checkpoints`, await request(server, predictionsPath(job.id, '/checkpoints'))],
      ['GET', `${path}/trends`, await request(server, predictionsPath('nothing', '/trends'))],
      ['GET', `${path}/stream`, await request(server, predictionsPath('nothing', '/stream'))],
      ['GET', listStream, await request(server, listStream, { headers: {} })],
      ['GET', '/health', await request(server, '/health')],
      ['GET', '/metrics', await request(server, '/metrics')],
      ['GET', '/openapi.json', await request(server, '/openapi.json')],
    ] as const) {
      const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
      const body = type === 'application/json' ? answer.json : answer.text;
      assert.equal(answers.problem(method, route, answer.status, type, body), undefined);
    }
  });
});
