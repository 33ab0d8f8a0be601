import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { JobRecord, NewPrediction, PredictionsRead, Storage } from '../../src/server/storage/storage.ts';

/** An engine under test. Each test starts on empty storage. */
export interface EngineUnderTest {
  /** Opens storage, the same one after a `close`. */
  open(): Promise<Storage>;
  /** Removes all that was stored. */
  reset(): Promise<void>;
}

export const unchanged = { status: undefined, fields: '{}' };

/** Empty storage for each test of a `describe`, and what tests ask of it. */
export class StorageStage {
  readonly #engine: EngineUnderTest;
  #storage: Storage | undefined;

  constructor(engine: EngineUnderTest) {
    this.#engine = engine;
    beforeEach(async () => {
      await engine.reset();
      this.#storage = await engine.open();
    });
    afterEach(() => this.storage.close());
  }

  get storage(): Storage {
    assert.ok(this.#storage);
    return this.#storage;
  }

  /** As after a restart. */
  async reopen(): Promise<void> {
    await this.storage.close();
    this.#storage = await this.#engine.open();
  }

  newJob = async (id: string = randomUUID(), user = 'ann'): Promise<JobRecord> => {
    const job = await this.storage.saveJob(user, id, unchanged);
    assert.ok(job);
    return job;
  };

  fresh = async (job: JobRecord): Promise<JobRecord> => {
    const found = await this.storage.job(job.id);
    assert.ok(found);
    return found;
  };

  read = async (job: JobRecord, options: Partial<PredictionsRead> = {}) => {
    const rows = [];
    const all = { order: 'asc', after: 0, upTo: Number.MAX_SAFE_INTEGER, ...options } as const;
    for await (const chunk of this.storage.predictions(job, all)) {
      assert.ok(chunk.length > 0);
      rows.push(...chunk);
    }
    return rows;
  };

  seqs = async (job: JobRecord, options: Partial<PredictionsRead> = {}) =>
    (await this.read(job, options)).map((row) => row.seq);
}

export function row(fields: Partial<NewPrediction> = {}): NewPrediction {
  return {
    id: randomUUID(),
    createdAt: '2026-01-01T00:00:00.000Z',
    epoch: 1,
    step: 1,
    sampleIndex: 0,
    content: '{"prompt":"p"}',
    exactMatch: null,
    charErrorRate: null,
    lengthRatio: null,
    wordOverlap: null,
    validationPass: null,
    ...fields,
  };
}
