import assert from 'node:assert/strict';
import { parseServerAddress } from '../../src/api/serverAddress.ts';
import { JobListing, type ListingChange } from '../../src/watch/jobListing.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, request, saveJob, type TestJob } from '../support/serverClient.ts';

describe('the listing of a server', () => {
  let server: TestServer;
  let listing: JobListing;
  let first: TestJob;
  let second: TestJob;
  let changes: ListingChange[];
  let key: string;

  before(async () => {
    server = await startServer();
    first = await createJob(server, { model_name: 'first', status: 'running' });
    second = await createJob(server, { model_name: 'second', status: 'running' });
  });

  after(() => server?.stop());

  beforeEach(async () => {
    changes = [];
    key = server.apiKey;
    listing = new JobListing({
      endpoint: async () => ({ address: parseServerAddress(server.url), key }),
      isWanted: () => false,
      interval: () => 1000,
    });
    listing.onDidChange((change) => changes.push(change));
    await listing.refresh();
  });

  afterEach(() => listing.dispose());

  it('tells that all is new, then only what changed', async () => {
    await listing.refresh();
    await saveJob(server, { job_id: first.id, status: 'running', current_epoch: 2 });
    await listing.refresh();
    assert.deepEqual(changes, ['all', [], [first.id]]);
    assert.equal(listing.get(first.id)?.current_epoch, 2);
  });

  it('tells of a job that an event of a stream changes', () => {
    const job = listing.get(second.id);
    assert.ok(job !== undefined);
    listing.update({ ...job, loss: 0.5 });
    listing.update({ ...job, status: 'failed' });
    assert.deepEqual(changes, ['all', [second.id], 'all']);
    assert.deepEqual(listing.get(second.id), { ...job, status: 'failed' });
  });

  it('tells of a config what its readers go by, unless it is too large for each event', async () => {
    const scores = { judge: { better: 'lower' } };
    await saveJob(server, { job_id: first.id, config: { deciding_score: 'judge', scores, learning: { rate: 1 } } });
    await saveJob(server, { job_id: second.id, config: { deciding_score: 'x'.repeat(100_000) } });
    await listing.refresh();
    assert.deepEqual(listing.get(first.id)?.config, { deciding_score: 'judge', scores });
    assert.equal(listing.get(second.id)?.config, undefined);
  });

  it('tells that all is new when jobs end, come or go, or cannot be read', async () => {
    const third = await createJob(server, { status: 'running' });
    await listing.refresh();
    await saveJob(server, { job_id: third.id, status: 'completed' });
    await listing.refresh();
    await request(server, `/api/training/local/jobs/${third.id}`, {
      method: 'DELETE',
      headers: { 'X-API-Key': server.apiKey },
    });
    await listing.refresh();
    key = 'another';
    await listing.refresh();
    key = server.apiKey;
    await listing.refresh();
    assert.deepEqual(changes, ['all', 'all', 'all', 'all', 'all', 'all']);
    assert.equal(listing.problem, null);
    assert.deepEqual(
      listing.jobs.map(({ id }) => id),
      [second.id, first.id],
    );
  });
});
