import assert from 'node:assert/strict';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, openStream, post, request, sample, saveJob, type TestStream } from '../support/serverClient.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

/** On each of two processes. */
const streamsEach = 100;
const batchesPerWriter = 75;
const batchSize = 4;

/** A reader that moves to another server when its own is gone, and goes on where it was. */
class Reader {
  readonly seqs: number[] = [];
  readonly ids: string[] = [];
  stream: TestStream | undefined;

  async open(server: TestServer, jobId: string): Promise<void> {
    const last = this.seqs.at(-1);
    this.stream = await openStream(server, jobId, { lastEventId: `${last ?? 0}` });
  }

  /** Takes over what the stream told so far, which is then done with. */
  keep(): void {
    for (const event of this.stream?.named('prediction') ?? []) {
      this.seqs.push(Number(event.id));
      this.ids.push(String((event.data['prediction'] as { id: unknown }).id));
    }
    this.stream?.close();
    this.stream = undefined;
  }
}

describe('two server processes on one PostgreSQL database', function () {
  this.timeout(120_000);
  let servers: TestServer[] = [];
  let env: Record<string, string>;

  beforeEach(async () => {
    env = { TRAINING_PREDICTIONS_DATABASE_URL: await (await sharedPostgres()).createDatabase() };
    servers = await Promise.all([startServer({ env }), startServer({ env })]);
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
  });

  const pair = (): [TestServer, TestServer] => {
    const [one, two] = servers;
    assert.ok(one && two);
    return [one, two];
  };

  it('take each other’s job tokens and keys’ jobs', async () => {
    const [one, two] = pair();
    const job = await createJob(one);
    assert.equal((await post(two, job, [sample()])).status, 200);
    const again = await saveJob(two, { job_id: job.id });
    assert.equal(again.json['job_token'], job.token);
    assert.equal((await request(two, '/health')).json['engine'], 'postgresql');
  });

  it('tell each other’s streams of predictions, changes and the end of a job', async () => {
    const [one, two] = pair();
    const job = await createJob(one);
    const stream = await openStream(two, job.id);
    await post(one, job, [sample()]);
    await stream.until(({ predictions }) => predictions.length === 1);
    await saveJob(one, { job_id: job.id, status: 'completed' });
    await stream.until((open) => open.named('job').length > 0 && open.named('epoch_complete').length > 0);
    await request(one, `/api/training/local/jobs/${job.id}`, {
      method: 'DELETE',
      headers: { 'X-API-Key': one.apiKey },
    });
    assert.equal(await stream.ended, true);
  });

  it(`give each of ${2 * streamsEach} streams every event once and in order, also when one of them is killed`, async () => {
    const [one, two] = pair();
    const job = await createJob(one);
    const readers = Array.from({ length: 2 * streamsEach }, () => new Reader());
    await Promise.all(readers.map((reader, index) => reader.open(index % 2 === 0 ? one : two, job.id)));

    // A writer whose server is killed cannot know whether its batch was stored: it sends it again, with its key.
    let killed = false;
    const write = async (writer: number) => {
      for (let batch = 0; batch < batchesPerWriter; batch += 1) {
        const body = JSON.stringify({
          job_id: job.id,
          predictions: Array.from({ length: batchSize }, (_, index) => sample({ step: batch, sample_index: index })),
        });
        const send = (server: TestServer) =>
          request(server, '/api/training/local/predictions', {
            method: 'POST',
            headers: { Authorization: `Bearer ${job.token}`, 'Idempotency-Key': `${writer}-${batch}` },
            body,
          });
        const mine = writer % 2 === 0 && !killed ? one : two;
        const answer = await send(mine).catch(() => send(two));
        assert.equal(answer.status, 200, answer.text);
      }
    };
    const total = 4 * batchesPerWriter * batchSize;
    const writers = Promise.all([0, 1, 2, 3].map(write));

    const witness = readers[0]?.stream;
    await witness?.until(({ predictions }) => predictions.length >= 100, 60_000);
    killed = true;
    await one.kill('SIGKILL');
    const moved = readers.filter((_, index) => index % 2 === 0);
    await Promise.all(moved.map((reader) => reader.stream?.ended));
    for (const reader of moved) reader.keep();
    assert.ok(moved.some(({ seqs }) => seqs.length > 0 && seqs.length < total));
    await Promise.all(moved.map((reader) => reader.open(two, job.id)));
    await writers;

    const expected = Array.from({ length: total }, (_, index) => index + 1);
    await Promise.all(
      readers.map((reader) =>
        reader.stream?.until(({ predictions }) => reader.seqs.length + predictions.length >= total, 60_000),
      ),
    );
    for (const reader of readers) {
      reader.keep();
      assert.deepEqual(reader.seqs, expected);
      assert.equal(new Set(reader.ids).size, total);
    }
  });
});

describe('a server whose PostgreSQL goes away', function () {
  this.timeout(120_000);

  it('answers 503 with Retry-After, ends its streams, and goes on by itself when it is back', async () => {
    const postgres = await sharedPostgres();
    const env = { TRAINING_PREDICTIONS_DATABASE_URL: await postgres.createDatabase() };
    const server = await startServer({ env });
    const job = await createJob(server);
    await post(server, job, [sample()]);
    const stream = await openStream(server, job.id, { lastEventId: '0' });
    await stream.until(({ predictions }) => predictions.length === 1);
    await postgres.down();
    assert.equal(await stream.ended, true);
    for (const answer of [
      await request(server, '/api/training/jobs'),
      await request(server, `/api/training/predictions/${job.id}/stream`),
      await post(server, job, [sample()]),
    ]) {
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
    }
    assert.equal((await request(server, '/health')).status, 200);
    await postgres.up();
    assert.equal((await post(server, job, [sample()])).status, 200);
    const next = await openStream(server, job.id, { lastEventId: '1' });
    await next.until(({ predictions }) => predictions.length === 1);
    await post(server, job, [sample()]);
    await next.until(({ predictions }) => predictions.length === 2);
    assert.deepEqual(
      next.named('prediction').map(({ id }) => id),
      ['2', '3'],
    );
    assert.ok(!server.output.stderr.includes('secret-password'));
    assert.equal(await server.stop(), 0);
  });
});
