import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { eventually } from '../support/eventually.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, request, sample, saveJob, type TestJob } from '../support/serverClient.ts';
import { heldIds, storedIds, type Watched, watch } from '../support/watching.ts';

describe('a watch of a job', () => {
  let server: TestServer;
  const open: Watched[] = [];

  before(async () => {
    server = await startServer({ args: ['--heartbeat-seconds', '1'] });
  });

  afterEach(() => {
    for (const { session } of open.splice(0)) session.dispose();
  });

  after(() => server.stop());

  function watching(
    jobId: string,
    ...policy: Parameters<typeof watch> extends [unknown, unknown, ...infer P] ? P : never
  ) {
    const watched = watch(server, jobId, ...policy);
    open.push(watched);
    return watched;
  }

  async function holdsAll(watched: Watched, jobId: string, on = server): Promise<void> {
    await watched.catchesUp();
    const stored = await storedIds(on, jobId);
    await eventually('all rows', () => watched.session.store.size >= stored.length || undefined);
    assert.deepEqual(heldIds(watched), stored);
  }

  it('holds what the server had before and what comes after, each once', async () => {
    const job = await createJob(server);
    await post(server, job, readSampleRun().slice(0, 120));
    const watched = watching(job.id);
    await watched.reaches('live');
    await watched.catchesUp();
    assert.equal(watched.session.store.size, 120);
    await post(server, job, readSampleRun().slice(120, 200));
    await eventually('200 rows', () => watched.session.store.size === 200 || undefined);
    await holdsAll(watched, job.id);
    assert.equal(watched.session.onServer, 200);
  });

  it('leaves no gap between the snapshot and the stream while predictions pour in', async () => {
    const job = await createJob(server);
    const rows = readSampleRun();
    let posted = 0;
    const pour = async (): Promise<void> => {
      while (posted < rows.length) {
        const batch = rows.slice(posted, posted + 10);
        posted += batch.length;
        await post(server, job, batch);
      }
    };
    const pouring = pour();
    // Windows that open in the middle of it, each with a seam of its own.
    for (const enough of [100, 300, 500, 700, 900, 1100]) {
      await eventually('enough posted', () => posted >= enough || undefined);
      watching(job.id);
    }
    await pouring;
    for (const watched of open) await holdsAll(watched, job.id);
  });

  it('keeps its trends equal to the server’s', async () => {
    const job = await createJob(server);
    await post(server, job, readSampleRun().slice(0, 700));
    const watched = watching(job.id);
    await watched.catchesUp();
    await post(server, job, readSampleRun().slice(700));
    await eventually('1,550 rows', () => watched.session.store.size === 1550 || undefined);
    const { json } = await request(server, `/api/training/predictions/${job.id}/trends`);
    const theirs = json?.['trends'] as Record<string, number | null>[];
    const ours = watched.session.store.trends() as unknown as Record<string, number | null>[];
    assert.equal(ours.length, 31);
    for (const [index, point] of ours.entries()) {
      for (const [name, value] of Object.entries(point)) {
        const other = theirs[index]?.[name];
        if (value === null) assert.equal(other, null, name);
        else assert.ok(Math.abs(value - Number(other)) < 1e-9, `${name} of epoch ${point['epoch']}`);
      }
    }
  });

  it('is finished when its job ends, with everything held, and live again when it runs again', async () => {
    const job = await createJob(server, { status: 'running' });
    const watched = watching(job.id);
    await watched.reaches('live');
    await post(server, job, [sample()]);
    await saveJob(server, { job_id: job.id, status: 'completed' });
    await watched.reaches('finished');
    assert.deepEqual(heldIds(watched), await storedIds(server, job.id));
    watched.session.setJob({ id: job.id, status: 'running' });
    await watched.reaches('live');
  });

  it('is gone when its job is deleted, or never was', async () => {
    const job = await createJob(server);
    const watched = watching(job.id);
    await watched.reaches('live');
    await request(server, `/api/training/local/jobs/${job.id}`, { method: 'DELETE' });
    await watched.reaches('gone');
    const unknown = watching('no such job');
    await unknown.reaches('gone');
    assert.match(unknown.session.problem?.message ?? '', /has no such job/);
  });

  it('starts over when its job was deleted and made again', async () => {
    const job = await createJob(server);
    await post(server, job, [sample(), sample({ sample_index: 1 })]);
    const watched = watching(job.id);
    await watched.catchesUp();
    await request(server, `/api/training/local/jobs/${job.id}`, { method: 'DELETE' });
    const again = await createJob(server, { job_id: job.id });
    await post(server, again, [sample({ epoch: 7 })]);
    // The stream of a deleted job ends; whether 404 or the new job answers next is a matter of timing.
    if (watched.session.connection.name === 'gone') watched.session.dispatch({ type: 'reconnect' });
    await eventually('the new life alone', () => {
      if (watched.session.connection.name === 'gone') watched.session.dispatch({ type: 'reconnect' });
      return watched.session.store.size === 1 || undefined;
    });
    await holdsAll(watched, job.id);
    assert.equal(watched.session.store.page(null, 0, 1)[0]?.epoch, 7);
  });

  it('asks for a key when the server refuses the one it has, and tells no key', async () => {
    const job = await createJob(server);
    const wrong = `wak_${'0'.repeat(28)}`;
    const watched = watch({ url: server.url, apiKey: wrong }, job.id);
    open.push(watched);
    await watched.reaches('signedOut');
    assert.match(watched.session.problem?.message ?? '', /refuses the API key/);
    assert.ok(!JSON.stringify([watched.log, watched.session.problem?.message]).includes(wrong));
    watched.settings.key = server.apiKey;
    watched.session.start(true);
    await watched.reaches('live');
  });

  it('reads by polling alone while live updates are off, and goes live when they are on again', async () => {
    const job = await createJob(server);
    const watched = watching(job.id, { liveUpdates: false, pollInterval: 100 });
    await watched.reaches('polling');
    await post(server, job, [sample()]);
    await eventually('the row by polling', () => watched.session.store.size === 1 || undefined);
    assert.deepEqual(
      watched.states.filter((state) => state === 'live'),
      [],
    );
    watched.settings.liveUpdates = true;
    watched.session.dispatch({ type: 'policyChanged' });
    await watched.reaches('live');
  });

  it('receives nothing while it is paused and misses nothing afterwards', async () => {
    const job = await createJob(server);
    const watched = watching(job.id);
    await watched.catchesUp();
    watched.session.dispatch({ type: 'pause' });
    await post(server, job, [sample(), sample({ sample_index: 1 })]);
    assert.equal(watched.session.store.size, 0);
    watched.session.dispatch({ type: 'resume' });
    await holdsAll(watched, job.id);
    assert.equal(watched.session.store.size, 2);
  });

  it('takes a prediction of 5 MB and one that looks like markup as they are', async () => {
    const job = await createJob(server);
    const watched = watching(job.id);
    await watched.reaches('live');
    const markup = '<img src=x onerror=alert(1)>';
    await post(server, job, [sample({ prediction: 'x'.repeat(5 * 1024 * 1024) })]);
    await post(server, job, [sample({ sample_index: 1, prediction: markup })]);
    await eventually('both rows', () => watched.session.store.size === 2 || undefined);
    const texts = watched.session.store.page(null, 0, 2).map(({ prediction }) => prediction);
    assert.deepEqual([texts[0], texts[1]?.length], [markup, 5 * 1024 * 1024]);
  });
});

describe('a watch over the death of its server', () => {
  const start = (dataDir: string, port: number): Promise<TestServer> => startServer({ dataDir, port });
  let server: TestServer;
  let job: TestJob;
  let watched: Watched;

  before(async () => {
    server = await startServer();
    job = await createJob(server);
    await post(server, job, readSampleRun().slice(0, 500));
    watched = watch(server, job.id);
    await watched.catchesUp();
  });

  after(async () => {
    watched.session.dispose();
    await server.stop();
    await rm(server.dataDir, { recursive: true, force: true });
  });

  it('says so at once, comes back by itself and holds exactly what the server has', async () => {
    const { dataDir } = server;
    const port = Number(new URL(server.url).port);
    await server.kill('SIGKILL');
    await watched.reaches('waiting');
    assert.equal(watched.session.caughtUp, false);
    server = await start(dataDir, port);
    await post(server, job, readSampleRun().slice(500, 600));
    await watched.reaches('live');
    await watched.catchesUp();
    await eventually('600 rows', () => watched.session.store.size === 600 || undefined);
    assert.deepEqual(heldIds(watched), await storedIds(server, job.id));
  });
});
