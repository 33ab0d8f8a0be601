import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, openStream, request } from '../support/serverClient.ts';

describe('GET /metrics', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });

  after(() => server.stop());

  const streams = async (): Promise<string | undefined> =>
    /^training_predictions_streams (\d+)$/m.exec((await request(server, '/metrics')).text)?.[1];

  it('counts the open streams', async () => {
    const job = await createJob(server);
    assert.equal(await streams(), '0');
    const open = [await openStream(server, job.id), await openStream(server, job.id)];
    assert.equal(await streams(), '2');
    for (const stream of open) stream.close();
    await eventually('no stream is counted', async () => ((await streams()) === '0' ? true : undefined));
  });

  it('tells nobody without a key', async () => {
    assert.equal((await request(server, '/metrics', { headers: {} })).status, 401);
  });
});
