import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { metricBatch } from '../../wire/metric.ts';
import { metricsQuery } from '../../wire/queries.ts';
import { storedType } from '../../wire/responses.ts';
import { metricsType } from '../requests/answers.ts';
import { batchHeaders, checkRows, storeBatch } from '../requests/batch.ts';
import { described } from '../requests/described.ts';
import { parseRows } from '../requests/nonFinite.ts';
import { parseQuery } from '../requests/query.ts';
import { requireJob, requireUser } from '../requests/rights.ts';
import type { Services } from '../requests/services.ts';
import { memberElements } from '../storage/jsonText.ts';
import { metricJson, newMetric } from '../storage/metricJson.ts';
import type { JobRecord, Storage } from '../storage/storage.ts';

/** Losses and other figures by step: stored with the job's token, read with the API key. */
export function trainingMetricsRoutes(app: FastifyInstance, services: Services): void {
  const { storage, auth } = services;

  app.post(
    '/api/training/local/metrics',
    {
      schema: described({
        summary: 'Store losses and other figures of steps, whole or not at all',
        credential: 'job token',
        headers: batchHeaders,
        body: metricBatch,
        answer: storedType,
        errors: [400, 404, 409, 413, 507],
      }),
    },
    (request, reply) =>
      storeBatch(services, request, reply, 'metrics', async ({ job, body, key }) => {
        const { body: batch, notFinite } = parseRows(metricBatch, body, 'metrics');
        const { metrics } = batch;
        const texts = memberElements(body.text, 'metrics');
        checkRows(metrics, texts, 'metrics', job);
        const timestamp = new Date().toISOString();
        const rows = metrics.map(({ step }, index) => ({
          ...newMetric(step, texts[index]?.text ?? '{}', timestamp),
          nonfiniteValues: notFinite.get(index)?.count ?? 0,
        }));
        return { count: rows.length, outcome: await storage.addMetrics(job, rows, key) };
      }),
  );

  const schema = described({
    summary: 'Losses and other figures of a job, by step',
    credential: 'key',
    jobInPath: true,
    query: metricsQuery,
    answer: metricsType,
    errors: [400, 404],
  });
  app.get<{ Params: { jobId: string } }>('/api/training/local/:jobId/metrics', { schema }, async (request, reply) => {
    const { after } = parseQuery(metricsQuery, request.query);
    const job = await requireJob(storage, await requireUser(auth, request), request.params.jobId);
    void reply.type('application/json; charset=utf-8');
    return reply.send(Readable.from(metricsText(storage, job, after)));
  });
}

async function* metricsText(storage: Storage, job: JobRecord, after: number | undefined): AsyncGenerator<string> {
  yield `{"job_id":${JSON.stringify(job.id)},"metrics":[`;
  let separator = '';
  for await (const contents of storage.metrics(job, after)) {
    yield separator + contents.map(metricJson).join(',');
    separator = ',';
  }
  yield ']}';
}
