import assert from 'node:assert/strict';
import { nested } from '../support/nested.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Answer, createJob, request, sample, type TestJob } from '../support/serverClient.ts';

/** Levels that what stands in a field may have: the row is the first of its hundred. */
const most = 99;
const refused = (field: string) => ({ error: `${field}: more than 100 levels deep` });

describe('rows of many levels', () => {
  let server: TestServer;
  let job: TestJob;
  let imports = 0;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });

  const send = (path: string, body: string, key = job.token): Promise<Answer> =>
    request(server, path, { method: 'POST', headers: { Authorization: `Bearer ${key}` }, body });
  const row = (fields: object, extra: string): string => `${JSON.stringify(fields).slice(0, -1)},"extra":${extra}}`;
  const plain = JSON.stringify(sample());

  /** Each way in, with what stands in the field of one row of it. */
  const ways: [name: string, field: string, send: (value: string) => Promise<Answer>][] = [
    [
      'a prediction',
      'predictions[3].extra',
      (value) =>
        send(
          '/api/training/local/predictions',
          `{"job_id":${JSON.stringify(job.id)},"predictions":[${plain},${plain},${plain},${row(sample(), value)}]}`,
        ),
    ],
    [
      'a metric',
      'metrics[1].extra',
      (value) =>
        send(
          '/api/training/local/metrics',
          `{"job_id":${JSON.stringify(job.id)},"metrics":[{"step":1},${row({ step: 2 }, value)}]}`,
        ),
    ],
    [
      'a job',
      'extra',
      (value) => send('/api/training/local/jobs', row({ job_id: `${job.id} deep` }, value), server.apiKey),
    ],
    [
      'a line of an import',
      'Line 2: extra',
      (value) => {
        imports += 1;
        const path = `/api/training/local/jobs/deep-import-${imports}/import`;
        return send(path, `${plain}\n${row(sample(), value)}\n`, server.apiKey);
      },
    ],
  ];

  for (const [name, field, sent] of ways) {
    it(`are taken up to a hundred in ${name}, and refused beyond with the field's name`, async () => {
      for (const kind of ['lists', 'mixed'] as const) {
        assert.equal((await sent(nested(most, kind))).status, 200, kind);
        for (const levels of [most + 1, 150, 5000, 20_000, 100_000]) {
          const { status, json } = await sent(nested(levels, kind));
          assert.deepEqual([status, json], [400, refused(field)], `${levels} ${kind}`);
        }
      }
    });
  }

  it('are refused in time and without much memory, closed or not, and nobody has to wait', async () => {
    const memory = async () =>
      Number(/^process_resident_memory_bytes (\d+)/m.exec((await request(server, '/metrics')).text)?.[1]);
    const before = await memory();
    const levels = 15_000_000;
    for (const value of [
      nested(levels),
      nested(levels / 4, 'mixed'),
      '['.repeat(2 * levels),
      '{"a":'.repeat(levels / 3),
    ]) {
      for (const [name, field, sent] of ways) {
        let longest = 0;
        let over = false;
        const watching = (async () => {
          while (!over) {
            const began = performance.now();
            await request(server, '/health');
            longest = Math.max(longest, performance.now() - began);
          }
        })();
        const { status, json } = await sent(value);
        over = true;
        await watching;
        assert.deepEqual([status, json], [400, refused(field)], name);
        assert.ok(longest < 2500, `${name} kept others waiting for ${Math.round(longest)} ms`);
      }
    }
    const grown = ((await memory()) - before) / 1024 / 1024;
    assert.ok(grown < 600, `${Math.round(grown)} MB more`);
  }).timeout(120_000);
});
