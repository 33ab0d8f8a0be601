import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { createLog } from '../../src/server/reporting/log.ts';
import { Metrics } from '../../src/server/reporting/metrics.ts';
import { SqliteStorage } from '../../src/server/storage/sqlite/sqliteStorage.ts';
import type { EpochRange, JobRecord, NewPrediction, PredictionsRead } from '../../src/server/storage/storage.ts';
import { StreamHub } from '../../src/server/streams/streamHub.ts';

/** Numbers below `bound`, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** Storage that takes its time, as one across a network does: whatever can come between two steps comes between. */
class SlowStorage extends SqliteStorage {
  readonly #random: (bound: number) => number;
  /** When set, the next read fails once. */
  failNext = false;

  constructor(random: (bound: number) => number) {
    super(':memory:');
    this.#random = random;
  }

  override async job(jobId: string) {
    await this.#pause();
    const job = await super.job(jobId);
    await this.#pause();
    return job;
  }

  override async epochs(job: JobRecord, between?: EpochRange) {
    await this.#pause();
    return super.epochs(job, between);
  }

  override async latestEpoch(job: JobRecord, seq: number) {
    await this.#pause();
    return super.latestEpoch(job, seq);
  }

  override async *predictions(job: JobRecord, read: PredictionsRead) {
    for await (const chunk of super.predictions(job, read)) {
      // Small chunks, so that there are many steps.
      for (let at = 0; at < chunk.length; at += 7) {
        await this.#pause();
        if (this.failNext) {
          this.failNext = false;
          throw new Error('the connection was lost');
        }
        yield chunk.slice(at, at + 7);
      }
    }
  }

  async #pause(): Promise<void> {
    for (let turns = this.#random(4); turns > 0; turns -= 1) await nextTurn();
  }
}

/** Resolves once `isThere` holds; rejects after ten seconds. */
async function until(isThere: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isThere()) {
    if (Date.now() > deadline) throw new Error(`It did not happen: ${isThere}`);
    await nextTurn();
  }
}

describe('streams over slow storage', () => {
  const seed = Number(process.env['SEED'] ?? 20261123);
  let storage: SlowStorage;
  let hub: StreamHub;
  let server: http.Server;
  let job: JobRecord;
  let random: (bound: number) => number;

  beforeEach(async () => {
    random = randomNumbers(seed);
    storage = new SlowStorage(random);
    const saved = await storage.saveJob('local', 'job', { status: 'running', fields: '{}' });
    assert.ok(saved);
    job = saved;
    hub = new StreamHub(storage, createLog('silent'), new Metrics(), 15);
    server = http.createServer(async (request, response) => {
      const current = await storage.job('job');
      if (current === undefined) response.writeHead(404).end();
      else hub.open(current, response, { lastEventId: request.headers['last-event-id']?.toString(), epoch: undefined });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    hub.close();
    server.close();
    server.closeAllConnections();
    await storage.close();
  });

  const rows = (count: number): NewPrediction[] =>
    Array.from({ length: count }, () => ({
      id: randomUUID(),
      createdAt: '2026-01-01T00:00:00.000Z',
      epoch: 1,
      step: 1,
      sampleIndex: 0,
      content: '{"epoch":1}',
      exactMatch: null,
      charErrorRate: null,
      lengthRatio: null,
      wordOverlap: null,
      validationPass: null,
    }));

  /** Reads a stream until it ends; `seqs` grows meanwhile. */
  function read(after: number | undefined) {
    const seqs: number[] = [];
    const names: string[] = [];
    const ended = (async () => {
      const { port } = server.address() as AddressInfo;
      const headers: Record<string, string> = after === undefined ? {} : { 'Last-Event-ID': `${after}` };
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
      const parser = createParser({
        onEvent: ({ event, id }) => {
          names.push(event ?? '');
          if (event === 'prediction') seqs.push(Number(id));
        },
      });
      const decoder = new TextDecoder();
      for await (const bytes of response.body ?? []) parser.feed(decoder.decode(bytes, { stream: true }));
    })();
    return { after, seqs, names, ended };
  }

  it(`have no gap and no repeat, whenever a client joins (seed ${seed})`, async () => {
    const total = 1500;
    let stored = 0;
    const readers: (ReturnType<typeof read> & { from: number })[] = [];
    while (stored < total) {
      const count = Math.min(1 + random(20), total - stored);
      await storage.addPredictions(job, rows(count));
      stored += count;
      for (let turns = random(6); turns > 0; turns -= 1) await nextTurn();
      if (random(3) > 0) continue;
      const after = random(5) === 0 ? undefined : random(stored + 1);
      const reader = { ...read(after), from: after ?? stored };
      readers.push(reader);
      // Its replay then runs beside the batches that follow.
      await until(() => reader.names.includes('connected'));
    }
    assert.ok(readers.length > 20, `${readers.length} readers`);
    await until(() => readers.every(({ seqs, from }) => seqs.at(-1) === total || from === total));
    for (const { seqs, from } of readers) {
      assert.deepEqual(
        seqs,
        Array.from({ length: total - from }, (_, index) => from + 1 + index),
      );
    }
  });

  it('miss no change that falls between two reads', async () => {
    const reader = read(0);
    for (let count = 1; count <= 200; count += 1) {
      await storage.addPredictions(job, rows(1));
      // No later change helps this one to be seen.
      await until(() => reader.seqs.length === count);
    }
    assert.equal(reader.seqs.length, 200);
  });

  it('end with an error event when the storage fails, and the next stream is whole', async () => {
    await storage.addPredictions(job, rows(20));
    const reader = read(0);
    await until(() => reader.seqs.length >= 20);
    storage.failNext = true;
    await storage.addPredictions(job, rows(1));
    await reader.ended;
    assert.equal(reader.names.at(-1), 'error');
    const next = read(20);
    await until(() => next.seqs.length >= 1);
    await storage.addPredictions(job, rows(1));
    await until(() => next.seqs.length >= 2);
    assert.deepEqual(next.seqs, [21, 22]);
  });

  it('end when the job goes, also for a client that is still catching up', async () => {
    await storage.addPredictions(job, rows(1000));
    const [early, late] = [read(0), read(1000)];
    await until(() => early.seqs.length > 0);
    await storage.deleteJob('local', 'job');
    await Promise.all([early.ended, late.ended]);
    assert.ok(early.seqs.length < 1000);
  });
});
