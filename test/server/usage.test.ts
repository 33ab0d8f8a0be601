import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StartOptions, startServer, type TestServer } from '../support/server.ts';
import { createJob, openStream, post, request, sample, saveJob } from '../support/serverClient.ts';

/** Long enough that a loaded machine does not seem to have left, in s. */
const patience = 1;

describe('a server that stops when it is unused', () => {
  const servers: TestServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  async function start(options: StartOptions = {}): Promise<TestServer> {
    const server = await startServer({ args: ['--stop-when-unused', `${patience}`], ...options });
    servers.push(server);
    return server;
  }

  /** Holds a lease; aborting lets go of it as a process does that dies. */
  async function lease(server: TestServer, query = ''): Promise<{ response: Response; end: () => void }> {
    const aborted = new AbortController();
    const headers = { 'X-API-Key': server.apiKey };
    const response = await fetch(`${server.url}/lease${query}`, { headers, signal: aborted.signal });
    assert.equal(response.status, 200);
    return { response, end: () => aborted.abort() };
  }

  const ended = (server: TestServer) => new Promise((resolve) => server.process.once('exit', resolve));
  const isThere = async (server: TestServer) => (await request(server, '/health')).status === 200;
  const outwait = () => sleep(patience * 2500);

  it('stops in order, and removes its file, once the last window let go', async () => {
    const server = await start();
    const [first, second] = [await lease(server), await lease(server)];
    first.end();
    await outwait();
    assert.ok(await isThere(server));
    const exit = ended(server);
    second.end();
    assert.equal(await exit, 0);
    assert.equal(existsSync(join(server.dataDir, 'server.json')), false);
  });

  it('is kept by an open stream', async () => {
    const server = await start();
    const job = await createJob(server, { status: 'completed' });
    const stream = await openStream(server, job.id);
    await outwait();
    assert.ok(await isThere(server));
    const exit = ended(server);
    stream.close();
    assert.equal(await exit, 0);
  });

  it('waits for the script of a running job, until the job ends', async () => {
    const server = await start();
    const job = await createJob(server, { status: 'running' });
    await post(server, job, [sample()]);
    await outwait();
    assert.ok(await isThere(server));
    const exit = ended(server);
    await saveJob(server, { job_id: job.id, status: 'completed' });
    assert.equal(await exit, 0);
  });

  it('goes on when a window said so, until a window says otherwise', async () => {
    const server = await start();
    (await lease(server, '?keep_running=1')).end();
    await outwait();
    assert.ok(await isThere(server));
    const exit = ended(server);
    (await lease(server, '?keep_running=0')).end();
    assert.equal(await exit, 0);
  });

  it('is not kept by those who only ask for its health, nor by those without a key', async () => {
    const server = await start();
    const exit = ended(server);
    const asking = setInterval(() => {
      for (const path of ['/health', '/lease']) void fetch(server.url + path).catch(() => undefined);
    }, 100);
    assert.equal(await exit, 0);
    clearInterval(asking);
  });

  it('goes on for ever when it was not asked to stop', async () => {
    const server = await start({ args: [] });
    await outwait();
    assert.ok(await isThere(server));
  });

  it('tells those who hold a lease that it stops; a kill tells nothing', async () => {
    const stopped = await start();
    const text = (await lease(stopped)).response.text();
    await stopped.kill('SIGTERM');
    assert.deepEqual((await text).trim().split('\n'), ['{"event":"held"}', '{"event":"stopping"}']);
    const killed = await start();
    const cut = assert.rejects((await lease(killed)).response.text());
    await killed.kill('SIGKILL');
    await cut;
  });
});
