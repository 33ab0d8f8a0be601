import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { JobListing } from '../../src/watch/jobListing.ts';
import { eventually } from '../support/eventually.ts';
import { listen } from '../support/listen.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, request, sample, saveJob } from '../support/serverClient.ts';

const route = '/api/training/local/jobs/stream';
const policy = { liveUpdates: true, maxAttempts: 5, pollInterval: 3_600_000, heartbeat: 15_000 };
const remove = (server: TestServer, id: string) =>
  request(server, `/api/training/local/jobs/${id}`, { method: 'DELETE' });

describe('the stream of the list of jobs', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer({ args: ['--heartbeat-seconds', '1'] });
  });
  after(() => server?.stop());

  /** Events of the stream as they come, heartbeats not among them. */
  async function read(signal: AbortSignal): Promise<{ event: string; data: Record<string, unknown> }[]> {
    const events: { event: string; data: Record<string, unknown> }[] = [];
    const response = await fetch(server.url + route, { headers: { 'X-API-Key': server.apiKey }, signal });
    assert.equal(response.status, 200);
    const parser = createParser({
      onEvent: ({ event = '', data }) => {
        if (event !== 'heartbeat') events.push({ event, data: JSON.parse(data) as Record<string, unknown> });
      },
    });
    const decoder = new TextDecoder();
    const follow = async () => {
      for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    };
    follow().catch(() => undefined);
    await eventually('the stream began', () => events.length > 0 || undefined);
    assert.equal(events.shift()?.event, 'connected');
    return events;
  }

  it('tells of jobs that begin, change, end and go, and of predictions nothing', async () => {
    const aborted = new AbortController();
    const events = await read(aborted.signal);
    const next = async () => {
      await eventually('an event came', () => events.length > 0 || undefined);
      const { event, data } = events.shift() ?? { event: '', data: {} };
      return [event, data['id'], data['status']];
    };
    const job = await createJob(server, { model_name: 'm', status: 'running' });
    assert.deepEqual(await next(), ['job', job.id, 'running']);
    for (let step = 1; step <= 5; step += 1) await post(server, job, [sample({ step })]);
    await sleep(600);
    assert.deepEqual(events, []);
    await saveJob(server, { job_id: job.id, status: 'completed' });
    assert.deepEqual(await next(), ['job', job.id, 'completed']);
    await remove(server, job.id);
    assert.deepEqual(await next(), ['job_deleted', job.id, undefined]);
    const again = await createJob(server, { job_id: job.id });
    assert.deepEqual(await next(), ['job', again.id, 'running']);
    aborted.abort();
    await remove(server, again.id);
  });

  it('asks for the key, in plain text, and is among the streams that a user may have open', async () => {
    const refused = await fetch(server.url + route);
    assert.deepEqual([refused.status, await refused.text()], [401, 'Unauthorized']);
    const small = await startServer({ args: ['--max-streams', '1'] });
    try {
      const aborted = new AbortController();
      const headers = { 'X-API-Key': small.apiKey };
      assert.equal((await fetch(small.url + route, { headers, signal: aborted.signal })).status, 200);
      const more = await fetch(small.url + route, { headers });
      assert.deepEqual([more.status, more.headers.get('Retry-After')], [429, '5']);
      aborted.abort();
    } finally {
      await small.stop();
    }
  });
});

describe('the listing of a server that tells of its jobs', () => {
  let server: TestServer;
  let listing: JobListing;
  let isWanted: boolean;

  beforeEach(async () => {
    server = await startServer();
    isWanted = true;
    const endpoint = async () => ({ address: parseServerAddress(server.url), key: server.apiKey });
    listing = new JobListing({ endpoint, isWanted: () => isWanted, interval: () => 3_600_000, policy: () => policy });
  });
  afterEach(async () => {
    listing.dispose();
    await server.stop();
  });

  const within2s = (what: string, condition: () => boolean) => eventually(what, () => condition() || undefined, 2000);

  it('has new, renamed, ended and deleted jobs within two seconds, without being read again', async () => {
    const early = await createJob(server, { model_name: 'early' });
    listing.keepFresh();
    await within2s('the early job', () => listing.get(early.id) !== undefined);
    await sleep(500);
    const { id } = await createJob(server, { model_name: 'm', status: 'running' });
    await within2s('the new job', () => listing.jobs[0]?.id === id);
    await saveJob(server, { job_id: id, model_name: 'renamed' });
    await within2s(
      'its new name',
      () => listing.get(id)?.model_name === 'renamed' && listing.carriers('renamed') === 1,
    );
    await saveJob(server, { job_id: id, status: 'failed', error_message: 'no memory' });
    await within2s('its end', () => listing.get(id)?.error_message === 'no memory');
    await remove(server, early.id);
    await within2s('that the other is gone', () => listing.get(early.id) === undefined);
  });

  it('holds many jobs that change at once', async () => {
    listing.keepFresh();
    await within2s('the list', () => listing.isRead);
    await sleep(500);
    const ids = Array.from({ length: 300 }, (_, at) => `job-${at}`);
    for (const job_id of ids) await saveJob(server, { job_id, status: 'running' });
    await eventually('all are there', () => listing.jobs.length === ids.length || undefined, 10_000);
    for (const job_id of ids) await saveJob(server, { job_id, status: 'completed' });
    const isOver = () => listing.jobs.every(({ status }) => status === 'completed');
    await eventually('all ended', () => isOver() || undefined, 10_000);
  });

  it('closes the stream when nobody wants it, and misses nothing when somebody does again', async () => {
    listing.keepFresh();
    await within2s('the list', () => listing.isRead);
    await sleep(500);
    isWanted = false;
    listing.settle();
    const { id } = await createJob(server);
    await sleep(500);
    assert.equal(listing.get(id), undefined);
    isWanted = true;
    listing.keepFresh();
    await within2s('the job', () => listing.get(id) !== undefined);
  });
});

describe('the listing of a server that does not tell of its jobs', () => {
  it('is read again and again, and the server is asked for a stream once', async () => {
    const asked: string[] = [];
    const server = await listen((question, response) => {
      asked.push(question.url ?? '');
      response.setHeader('Content-Type', 'application/json');
      const isList = (question.url ?? '').includes('/jobs');
      if (!isList) response.statusCode = 404;
      response.end(JSON.stringify(isList ? { jobs: [], total: 0 } : { error: 'Not found' }));
    });
    const listing = new JobListing({
      endpoint: async () => ({ address: parseServerAddress(server.url), key: 'k' }),
      isWanted: () => true,
      interval: () => 100,
      policy: () => policy,
    });
    try {
      listing.keepFresh();
      await eventually('it was read several times', () =>
        asked.filter((url) => url.includes('local/jobs?')).length >= 4 ? true : undefined,
      );
      assert.equal(asked.filter((url) => url === '/health').length, 1);
      assert.ok(!asked.includes(route));
    } finally {
      listing.dispose();
      await server.close();
    }
  });
});
