import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { createParser } from 'eventsource-parser';
import { startServer, type TestServer } from '../support/server.ts';
import {
  createJob,
  type Fields,
  openStream,
  post,
  predictionsPath,
  readPredictions,
  request,
  sample,
  saveJob,
  type TestJob,
  type TestStream,
} from '../support/serverClient.ts';

describe('the event stream', () => {
  let server: TestServer;
  let job: TestJob;
  let streams: TestStream[] = [];

  before(async () => {
    server = await startServer({ args: ['--heartbeat-seconds', '0.3'] });
  });
  after(() => server.stop());
  beforeEach(async () => {
    job = await createJob(server);
  });
  afterEach(() => {
    for (const stream of streams) stream.close();
    streams = [];
  });

  async function open(options: { lastEventId?: string; query?: string } = {}, id = job.id): Promise<TestStream> {
    const stream = await openStream(server, id, options);
    streams.push(stream);
    return stream;
  }

  const seqsOf = (stream: TestStream) => stream.named('prediction').map((event) => Number(event.id));
  const samples = (count: number, fields: Fields = {}) =>
    Array.from({ length: count }, (_, index) => sample({ sample_index: index, ...fields }));
  const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const got = (count: number) => (stream: TestStream) => stream.predictions.length >= count;
  const remove = () =>
    request(server, `/api/training/local/jobs/${job.id}`, {
      method: 'DELETE',
      headers: { 'X-API-Key': server.apiKey },
    });

  it('has the headers of an event stream', async () => {
    const { headers } = (await open()).response;
    assert.equal(headers.get('content-type'), 'text/event-stream');
    assert.equal(headers.get('cache-control'), 'no-cache, no-transform');
    assert.equal(headers.get('x-accel-buffering'), 'no');
  });

  it('begins with connected, which tells the job, the heartbeat and the life of the job', async () => {
    const [connected] = (await open()).events;
    const { timestamp, incarnation, ...rest } = connected?.data ?? {};
    assert.equal(connected?.event, 'connected');
    assert.deepEqual(rest, { jobId: job.id, heartbeat_seconds: 0.3 });
    assert.equal(new Date(String(timestamp)).toISOString(), timestamp);
    const [again] = (await open()).events;
    assert.equal(again?.data['incarnation'], incarnation);
  });

  it('sends each prediction with its number, the running count and what a read tells of it', async () => {
    await post(server, job, samples(2));
    const stream = await open();
    await post(server, job, samples(3));
    await stream.until(got(3));
    const events = stream.named('prediction');
    assert.deepEqual(seqsOf(stream), [3, 4, 5]);
    assert.deepEqual(
      events.map((event) => event.data['total_count']),
      [3, 4, 5],
    );
    assert.deepEqual(stream.predictions, await readPredictions(server, job.id, '?after=2'));
    for (const { data } of events) assert.equal(new Date(String(data['timestamp'])).toISOString(), data['timestamp']);
  });

  it('carries texts as they are', async () => {
    const stream = await open();
    const text = 'a\0\ud800\r\n\n\rdata: x\n\n<b>\u2028';
    await post(server, job, [sample({ prediction: text })]);
    assert.equal((await stream.until(got(1))).predictions[0]?.['prediction'], text);
  });

  it('carries a prediction of 5 MB, and what follows it', async () => {
    const [one, two] = [await open(), await open({ query: '?epoch=1' })];
    const text = 'x'.repeat(5_000_000);
    await post(server, job, [sample({ prediction: text }), sample()]);
    for (const stream of [one, two]) {
      await stream.until(got(2));
      assert.ok(stream.predictions[0]?.['prediction'] === text);
      assert.deepEqual(seqsOf(stream), [1, 2]);
    }
  });

  it('sends heartbeats to all, events or not', async () => {
    const [one, two] = [await open(), await open({ query: '?epoch=7' })];
    for (const stream of [one, two]) {
      await stream.until(({ named }) => named.call(stream, 'heartbeat').length >= 2);
      assert.deepEqual(Object.keys(stream.named('heartbeat')[0]?.data ?? {}), ['timestamp']);
    }
  });

  it('tells a client that joins amid events without a pause what it missed, and goes on', async () => {
    const first = await open();
    let posting = true;
    const posted = (async () => {
      while (posting) await post(server, job, samples(1));
    })();
    await first.until(got(10));
    const joined = await open({ lastEventId: '0' });
    await joined.until(got(30));
    posting = false;
    await posted;
    assert.deepEqual(seqsOf(joined).slice(0, 30), upTo(30));
  });

  it('sends only the epoch that was asked for', async () => {
    const stream = await open({ query: '?epoch=2' });
    await post(
      server,
      job,
      [1, 2, 3, 2].map((epoch) => sample({ epoch })),
    );
    await stream.until(got(2));
    await post(server, job, [sample({ epoch: 2 })]);
    await stream.until(got(3));
    assert.deepEqual(seqsOf(stream), [2, 4, 5]);
    const replayed = await open({ query: '?epoch=2', lastEventId: '2' });
    await replayed.until(got(2));
    assert.deepEqual(seqsOf(replayed), [4, 5]);
  });

  describe('a client that returns', () => {
    beforeEach(() => post(server, job, samples(600)));

    it('gets everything after the last id that it names, then what is new', async () => {
      const stream = await open({ lastEventId: '100' });
      await stream.until(got(500));
      await post(server, job, samples(1));
      await stream.until(got(501));
      assert.deepEqual(seqsOf(stream), upTo(601, 101));
    });

    it('gets only what is new when it has all', async () => {
      const stream = await open({ lastEventId: '600' });
      await post(server, job, samples(1));
      await stream.until(got(1));
      assert.deepEqual(seqsOf(stream), [601]);
    });

    for (const id of ['0', '601', '999999999999', 'abc', '-1', '1.5', '99999999999999999999999']) {
      it(`gets all from the start when it names ${id}`, async () => {
        const stream = await open({ lastEventId: id });
        await stream.until(got(600));
        assert.deepEqual(seqsOf(stream), upTo(600));
        assert.equal(stream.named('prediction').at(-1)?.data['total_count'], 600);
      });
    }
  });

  it('has no gap and no repeat where replay ends and live begins, while scripts post', async () => {
    // More than a socket takes at once, so that posts come in the middle of a replay.
    await post(server, job, samples(1000, { prediction: 'x'.repeat(2000) }));
    const batches = 60;
    let posting = true;
    const posted = (async () => {
      for (let batch = 0; batch < batches; batch += 1) await post(server, job, samples(1 + (batch % 9)));
      posting = false;
    })();
    const readers: { stream: TestStream; after: number }[] = [];
    while (posting) {
      const after =
        readers.length % 3 === 0 ? 0 : Math.max(0, ...readers.map(({ stream }) => seqsOf(stream).at(-1) ?? 0));
      readers.push({ stream: await open({ lastEventId: `${after}` }), after });
    }
    await posted;
    const total = Number((await request(server, predictionsPath(job.id, '?limit=1'))).json['total_count']);
    assert.ok(readers.length > 5, `${readers.length} readers`);
    for (const { stream, after } of readers) {
      await stream.until(() => seqsOf(stream).at(-1) === total || after === total);
      assert.deepEqual(seqsOf(stream), upTo(total, after + 1));
    }
  });

  describe('epoch_complete', () => {
    const order = (stream: TestStream) =>
      stream.events.flatMap(({ event, data }) => {
        if (event === 'prediction') return [(data['prediction'] as Fields)['epoch']];
        return event === 'epoch_complete' ? [data] : [];
      });
    const complete = (epoch: number, count: number, step: number) => ({
      epoch,
      prediction_count: count,
      latest_step: step,
    });

    it('stands before the first prediction of a later epoch, live and replayed', async () => {
      const live = await open();
      await post(server, job, [sample({ epoch: 0, step: 4 }), sample({ epoch: 0, step: 3 })]);
      await post(server, job, [sample({ epoch: 1, step: 7 }), sample({ epoch: 3, step: 9 })]);
      const replayed = await open({ lastEventId: '0' });
      const late = await open({ lastEventId: '3' });
      const expected = [0, 0, complete(0, 2, 4), 1, complete(1, 1, 7), 3];
      for (const stream of [live, replayed]) assert.deepEqual(order(await stream.until(got(4))), expected);
      assert.deepEqual(order(await late.until(got(1))), [complete(1, 1, 7), 3]);
    });

    it('is not said again when a row of an earlier epoch comes late', async () => {
      const stream = await open();
      await post(server, job, [sample({ epoch: 1 }), sample({ epoch: 2 })]);
      await post(server, job, [sample({ epoch: 1 }), sample({ epoch: 2 })]);
      await stream.until(got(4));
      assert.equal(stream.named('epoch_complete').length, 1);
    });

    it('closes the last epoch when the job ends, before the job event', async () => {
      const stream = await open();
      await post(server, job, [sample({ epoch: 5, step: 8 })]);
      await saveJob(server, { job_id: job.id, status: 'completed' });
      await stream.until((open) => open.named('job').length > 0);
      assert.deepEqual(stream.named('epoch_complete')[0]?.data, complete(5, 1, 8));
      const names = stream.events.map(({ event }) => event).filter((event) => event !== 'heartbeat');
      assert.deepEqual(names, ['connected', 'prediction', 'epoch_complete', 'job']);
    });
  });

  it('sends the job when its status, progress or losses change, and not when nothing does', async () => {
    const stream = await open();
    await saveJob(server, { job_id: job.id, loss: 0.5, progress: 10 });
    await stream.until((open) => open.named('job').length === 1);
    await saveJob(server, { job_id: job.id, loss: 0.5, config: { a: 1 } });
    await saveJob(server, { job_id: job.id, status: 'failed', error_message: 'out of memory' });
    await stream.until((open) => open.named('job').length === 2);
    const [first, second] = stream.named('job').map(({ data }) => data);
    assert.deepEqual([first?.['id'], first?.['loss'], first?.['progress']], [job.id, 0.5, 10]);
    assert.deepEqual(
      [second?.['status'], second?.['loss'], second?.['error_message']],
      ['failed', 0.5, 'out of memory'],
    );
    const listed = (await request(server, '/api/training/local/jobs?limit=1')).json['jobs'];
    assert.deepEqual([second], listed);
  });

  describe('of a job that is deleted', () => {
    it('ends cleanly', async () => {
      const stream = await open();
      await remove();
      assert.equal(await stream.ended, true);
      await assert.rejects(open(), /404/);
    });

    it('and made again has a new life and numbers that go on', async () => {
      await post(server, job, samples(3));
      const before = await open();
      await remove();
      await before.ended;
      const again = await createJob(server, { job_id: job.id });
      const stream = await open({ lastEventId: '2' });
      assert.notEqual(stream.events[0]?.data['incarnation'], before.events[0]?.data['incarnation']);
      await post(server, again, samples(2));
      await stream.until(got(2));
      assert.deepEqual(seqsOf(stream), [4, 5]);
      assert.deepEqual(
        stream.named('prediction').map(({ data }) => data['total_count']),
        [1, 2],
      );
    });
  });

  it('cuts a client that does not read; no other is harmed', async () => {
    const reader = await open();
    const { hostname, port } = new URL(server.url);
    const socket = net.connect(Number(port), hostname).pause();
    let received = 0;
    const path = predictionsPath(job.id, '/stream');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${server.apiKey}\r\n\r\n`);
    const text = 'x'.repeat(500_000);
    for (let batch = 0; batch < 10; batch += 1) await post(server, job, samples(4, { prediction: text }));
    await reader.until(got(40));
    assert.deepEqual(seqsOf(reader), upTo(40));
    // Two heartbeats without a byte taken, and a third so that no clock is cut fine.
    const heartbeats = reader.named('heartbeat').length;
    await reader.until((open) => open.named('heartbeat').length >= heartbeats + 3);
    socket.on('data', (bytes) => {
      received += bytes.length;
    });
    socket.on('error', () => {});
    socket.resume();
    await once(socket, 'close');
    assert.ok(received < 40 * text.length, `${received} bytes`);
  });

  it('gives a slow reader all, at its own pace', async () => {
    const patient = await startServer();
    const slowJob = await createJob(patient);
    const response = await fetch(patient.url + predictionsPath(slowJob.id, '/stream'), {
      headers: { 'X-API-Key': patient.apiKey },
    });
    const large = samples(10, { prediction: 'x'.repeat(100_000) });
    for (let batch = 0; batch < 10; batch += 1) await post(patient, slowJob, large);
    const seqs: number[] = [];
    const parser = createParser({
      onEvent: ({ event, id }) => {
        if (event === 'prediction') seqs.push(Number(id));
      },
    });
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      if (seqs.length >= 100) break;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.deepEqual(seqs, upTo(100));
    await patient.stop();
  });
});
