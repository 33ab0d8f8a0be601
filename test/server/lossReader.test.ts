import assert from 'node:assert/strict';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { LossReader } from '../../src/watch/lossReader.ts';
import { eventually } from '../support/eventually.ts';
import { partOne, startPartOneServer } from '../support/partOneServer.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, type Fields, request, type TestJob } from '../support/serverClient.ts';

describe('the losses of a watched job', () => {
  let server: TestServer;
  let job: TestJob;
  let life = 0;
  const readers: LossReader[] = [];
  const warnings: string[] = [];

  before(async () => {
    server = await startServer();
  });
  after(() => server?.stop());
  beforeEach(async () => {
    job = await createJob(server);
    life = 0;
    warnings.length = 0;
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.dispose();
  });

  function readerOf(target: { url: string; apiKey: string }, jobId: string): LossReader {
    const reader = new LossReader({
      jobId,
      endpoint: async () => ({ address: parseServerAddress(target.url), key: target.apiKey }),
      life: () => life,
      log: { warn: (line) => warnings.push(line) },
    });
    readers.push(reader);
    return reader;
  }

  const log = async (...metrics: Fields[]): Promise<void> => {
    const { status, text } = await request(server, '/api/training/local/metrics', {
      method: 'POST',
      headers: { Authorization: `Bearer ${job.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ job_id: job.id, metrics }),
    });
    assert.equal(status, 200, text);
  };
  const steps = ({ curves }: LossReader) => curves.line('train').map(([step]) => step);
  const holds = (reader: LossReader, ...expected: number[]) =>
    eventually(`steps ${expected.join()}; there are ${steps(reader).join()}`, () =>
      steps(reader).join() === expected.join() ? true : undefined,
    );

  it('are read when somebody asks, and the new ones when somebody asks again', async () => {
    await log({ step: 10, train_loss: 2 }, { step: 20, train_loss: 1 });
    const reader = readerOf(server, job.id);
    reader.request('new');
    await holds(reader, 10, 20);
    await log({ step: 20, eval_loss: 1.5 }, { step: 30, train_loss: 0.5 });
    reader.request('new');
    await holds(reader, 10, 20, 30);
    assert.deepEqual(reader.curves.line('eval'), [[20, 1.5]]);
  });

  it('are asked for by step, of a server that can answer that', async () => {
    await log({ step: 10, train_loss: 2 }, { step: 20, train_loss: 1 }, { step: 30, train_loss: 1 });
    const path = `/api/training/local/${job.id}/metrics`;
    const { json } = await request(server, `${path}?after=10`);
    assert.deepEqual(
      (json['metrics'] as Fields[]).map(({ step }) => step),
      [20, 30],
    );
    assert.equal((await request(server, `${path}?after=x`)).status, 400);
  });

  it('are read whole after a gap, steps from before the last one included', async () => {
    await log({ step: 20, train_loss: 1 });
    const reader = readerOf(server, job.id);
    reader.request('all');
    await holds(reader, 20);
    await log({ step: 10, train_loss: 2 });
    reader.request('all');
    await holds(reader, 10, 20);
  });

  it('of another life of the job replace those of the one before', async () => {
    await log({ step: 20, train_loss: 1 });
    const reader = readerOf(server, job.id);
    reader.request('all');
    await holds(reader, 20);
    await request(server, `/api/training/local/jobs/${job.id}`, { method: 'DELETE' });
    job = await createJob(server, { job_id: job.id });
    await log({ step: 5, train_loss: 3 });
    life += 1;
    reader.request('new');
    await holds(reader, 5);
  });

  it('are not there on a server without metrics, which is asked once and not complained of', async () => {
    const partial = await startPartOneServer({ behaviour: partOne() });
    partial.store.create('job');
    const asked = () => partial.seen.filter(({ path }) => path.endsWith('/metrics')).length;
    const reader = readerOf(partial, 'job');
    reader.request('all');
    await eventually('it was asked', () => (asked() > 0 ? true : undefined));
    reader.request('all');
    const other = readerOf(partial, 'job');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    other.request('all');
    await eventually('the other asked', () => (asked() > 1 ? true : undefined));
    assert.equal(asked(), 2);
    assert.deepEqual([reader.curves.line('train'), warnings], [[], []]);
    await partial.close();
  });
});
