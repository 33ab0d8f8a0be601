import assert from 'node:assert/strict';
import { SqliteStorage } from '../../src/server/storage/sqlite/sqliteStorage.ts';
import type { EpochRange, JobRecord } from '../../src/server/storage/storage.ts';
import { FrameEncoder } from '../../src/server/streams/frames.ts';
import { row } from '../support/storageStage.ts';

/** Counts the epochs that were read. */
class CountingStorage extends SqliteStorage {
  epochsRead = 0;

  override async epochs(job: JobRecord, between?: EpochRange) {
    const found = await super.epochs(job, between);
    this.epochsRead += found.length;
    return found;
  }
}

describe('events of a job with a thousand epochs', () => {
  let storage: CountingStorage;
  let job: JobRecord;

  beforeEach(async () => {
    storage = new CountingStorage(':memory:');
    const made = await storage.saveJob('ann', 'a', { status: 'running', fields: '{}' });
    assert.ok(made);
    await storage.addPredictions(
      made,
      Array.from({ length: 1002 }, (_, epoch) => row({ epoch })),
    );
    const stored = await storage.job('a');
    assert.ok(stored);
    job = stored;
  });
  afterEach(() => storage.close());

  it('tell which epochs are complete, and look at no others', async () => {
    const encoder = await FrameEncoder.after(storage, job, 1000);
    for await (const rows of storage.predictions(job, { order: 'asc', after: 1000, upTo: 1002 })) {
      const text = (await encoder.encode(job, rows)).of(undefined).bytes.toString('utf8');
      const completed = [...text.matchAll(/event: epoch_complete\ndata: (.*)\n/g)].map(([, data = '']) => data);
      assert.deepEqual(
        completed.map((data) => (JSON.parse(data) as { epoch: number }).epoch),
        [999, 1000],
      );
    }
    assert.deepEqual(
      (await encoder.ending(job)).map(({ epoch }) => epoch),
      [1001],
    );
    assert.ok(storage.epochsRead <= 4, `${storage.epochsRead} epochs were read`);
  });
});
