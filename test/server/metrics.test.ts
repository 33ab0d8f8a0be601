import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { eventually } from '../support/eventually.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, openStream, post, postText, request, sample } from '../support/serverClient.ts';

describe('GET /metrics', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });

  after(() => server.stop());

  async function figure(name: string): Promise<number> {
    const { text } = await request(server, '/metrics', { headers: {} });
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    assert.ok(line !== undefined, `${name} in ${text}`);
    return Number(line.split(' ')[1]);
  }

  it('is text as Prometheus reads it, and needs no key on this machine', async () => {
    const answer = await request(server, '/metrics', { headers: {} });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const lines = answer.text.trimEnd().split('\n');
    for (const line of lines) {
      assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{code="\d{3}"\})? \d+(\.\d+)?)$/);
    }
    const typed = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
    assert.deepEqual(typed, [...new Set(typed)]);
  });

  it('counts the open streams', async () => {
    const streams = () => figure('training_predictions_streams');
    const job = await createJob(server);
    assert.equal(await streams(), 0);
    const open = [await openStream(server, job.id), await openStream(server, job.id)];
    assert.equal(await streams(), 2);
    for (const stream of open) stream.close();
    await eventually('no stream is counted', async () => ((await streams()) === 0 ? true : undefined));
  });

  it('counts predictions stored, events sent, replays and answers', async () => {
    const job = await createJob(server);
    const names = ['predictions_stored', 'events_sent', 'replays', 'errors', 'stream_cuts'] as const;
    const figures = () => Promise.all(names.map((name) => figure(`training_predictions_${name}_total`)));
    const before = await figures();
    const refusedBefore = await figure('training_predictions_responses_total{code="400"}').catch(() => 0);
    const live = await openStream(server, job.id);
    await post(server, job, [sample(), sample(), sample()]);
    await postText(server, job.token, 'nonsense');
    const late = await openStream(server, job.id, { lastEventId: '1' });
    await live.until(({ predictions }) => predictions.length === 3);
    await late.until(({ predictions }) => predictions.length === 2);
    const after = await figures();
    live.close();
    late.close();
    assert.deepEqual(
      after.map((value, index) => value - (before[index] ?? 0)),
      [3, 5, 1, 0, 0],
    );
    assert.equal(await figure('training_predictions_responses_total{code="400"}'), refusedBefore + 1);
  });

  it('is told to this machine alone', async () => {
    const address = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    // A machine without a network has nobody else to tell.
    if (address === undefined) return;
    const open = await startServer({ args: ['--host', '0.0.0.0'] });
    const outside = { url: open.url.replace('127.0.0.1', address), apiKey: open.apiKey };
    assert.equal((await request(outside, '/health')).status, 200);
    const { status, json } = await request(outside, '/metrics');
    assert.deepEqual([status, Object.keys(json)], [403, ['error']]);
    assert.equal((await request(open, '/metrics')).status, 200);
    await open.stop();
  });
});
