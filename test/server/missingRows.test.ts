import assert from 'node:assert/strict';
import { ApiClient } from '../../src/api/client.ts';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { CheckpointRoute } from '../../src/watch/reading/checkpointRoute.ts';
import { CatchUpRun } from '../support/catchUpRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, readPredictions, sample, type TestJob } from '../support/serverClient.ts';
import { storedIds } from '../support/watching.ts';

describe('what a reader of the local server lacks', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });

  after(() => server.stop());

  function runOf(jobId: string): CatchUpRun {
    const client = new ApiClient({ address: parseServerAddress(server.url), key: server.apiKey });
    const route = new CheckpointRoute();
    return new CatchUpRun({
      epochs: (signal) => client.epochs(jobId, signal),
      page: (query, signal) => client.predictions(jobId, query, signal),
      checkpoints: (signal) => route.read(() => client.checkpoints(jobId, signal)),
    });
  }

  async function postSteps(job: TestJob, first: number, last: number): Promise<void> {
    for (let step = first; step <= last; step += 1) {
      const rows = Array.from({ length: 100 }, (_, sample_index) => sample({ epoch: 0, step, sample_index }));
      assert.equal((await post(server, job, rows)).status, 200);
    }
  }

  it('comes once each, the newest checkpoint first, then all others in their sequence', async () => {
    const job = await createJob(server);
    await postSteps(job, 1, 30);
    const run = runOf(job.id);
    assert.equal(await run.prove(), 'equal');
    assert.deepEqual(run.ids, await storedIds(server, job.id));
    assert.deepEqual(run.pagesAsked(), [
      'epoch 0, step 30, limit 1000, offset 0',
      'after 0, limit 1000',
      'after 1000, limit 1000',
      'after 2000, limit 900',
    ]);
    assert.equal(run.sent, 3000);
  });

  it('is all that it asks for again, by its sequence numbers', async () => {
    const job = await createJob(server);
    await postSteps(job, 1, 30);
    const run = runOf(job.id);
    assert.equal(await run.prove(), 'equal');
    assert.deepEqual(run.ids, await storedIds(server, job.id));
    run.pagesAsked();
    await postSteps(job, 31, 32);
    // A stream brought the newest step and not the one before.
    run.rows.take(await readPredictions(server, job.id, '?after=3100&limit=100'), 0);
    run.sent = 0;
    assert.equal(await run.prove(), 'equal');
    assert.deepEqual(run.ids, await storedIds(server, job.id));
    assert.deepEqual(run.pagesAsked(), ['after 3200, limit 1000', 'after 3000, limit 100']);
    assert.equal(run.sent, 100);
  });
});
