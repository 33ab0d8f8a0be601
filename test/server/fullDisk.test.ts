import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { runServer, startServer, type TestServer } from '../support/server.ts';
import { createJob, post, predictionsPath, request, sample, saveJob, type TestJob } from '../support/serverClient.ts';
import { canMount, type DiskKind, SmallDisk } from '../support/smallDisk.ts';

const megabyte = 1024 * 1024;
/** Long: a slow machine's disks are slow too, in ms. */
const patience = 60_000;

for (const kind of ['tmpfs', 'ext4'] as const) if (canMount) describeFullDisk(kind);

if (!canMount) {
  describe('a full disk', () => {
    it('can be tried where small disks can be mounted, as by root on Linux', () => {
      assert.equal(process.env['CI'], undefined, 'These tests mount file systems: run them as root on Linux');
      console.warn('NOT TESTED: full disks. These tests mount file systems: run them as root on Linux.');
    });
  });
}

function describeFullDisk(kind: DiskKind): void {
  describe(`a full disk with ${kind}`, function () {
    this.timeout(3 * patience);
    let disk: SmallDisk;
    let server: TestServer;

    const start = async () => {
      server = await startServer({ dataDir: disk.dataDir });
    };

    beforeEach(async () => {
      disk = new SmallDisk(kind, 64);
      await start();
      await eventually('the reserve', () => disk.free < 48 * megabyte || undefined, patience);
    });
    afterEach(async () => {
      await server.kill('SIGKILL');
      disk.unmount();
    });

    const file = () => join(disk.dataDir, 'predictions.db');
    const rows = (size = 100_000) => Array.from({ length: 5 }, () => sample({ prompt: 'x'.repeat(size) }));

    /** Posts to the job until the answer is another than 200. @returns how many rows are stored */
    async function postAll(job: TestJob, limit = Number.POSITIVE_INFINITY, size = 100_000): Promise<number> {
      let stored = 0;
      for (;;) {
        const batch = rows(size);
        if (stored >= limit) return stored;
        const { status } = await post(server, job, batch);
        if (status !== 200) {
          assert.equal(status, 507);
          return stored;
        }
        stored += batch.length;
      }
    }

    async function assertReads(job: TestJob, count: number): Promise<void> {
      const page = await request(server, predictionsPath(job.id, '?order=asc&limit=1000'));
      assert.equal(page.status, 200);
      assert.equal((page.json['predictions'] as unknown[]).length, count);
    }

    const remove = async (job: TestJob): Promise<number> => {
      const init = { method: 'DELETE', headers: { 'X-API-Key': server.apiKey } };
      return (await request(server, `/api/training/local/jobs/${job.id}`, init)).status;
    };

    /** The database takes no more than what is left in it needs. */
    async function assertSpaceIsBack(kept = 0): Promise<void> {
      const full = disk.free;
      const began = Date.now();
      const taken = () => ['', '-wal'].reduce((sum, ending) => sum + statSync(file() + ending).size, 0);
      const isBack = () => taken() < kept + megabyte || undefined;
      await eventually('the space to come back', isBack, patience).catch((error: Error) => {
        throw new Error(`${error.message}; the database takes ${taken()}, ${disk.free} are free`);
      });
      const times = `${Date.now() - began} ms`;
      console.log(`      free when full: ${full}, after: ${disk.free} (others ${disk.othersBytes}), ${times}`);
    }

    /** The disk has room again, and a script is told so within seconds. */
    async function assertStores(): Promise<void> {
      await eventually(
        'a batch to be stored',
        async () => {
          const job = await createJob(server).catch(() => undefined);
          return job && (await post(server, job, rows())).status === 200 ? true : undefined;
        },
        patience,
      );
    }

    it('that our own predictions filled is left again when all jobs are deleted one after another', async () => {
      const jobs = [await createJob(server), await createJob(server), await createJob(server)];
      const counts = new Map<TestJob, number>();
      for (const job of jobs) counts.set(job, await postAll(job, job === jobs.at(-1) ? undefined : 100));
      for (const [job, count] of counts) await assertReads(job, count);
      for (const job of jobs) assert.equal(await remove(job), 200);
      await assertSpaceIsBack();
      await assertStores();
    });

    it('that was filled with batches large and small, to the last, is left again', async () => {
      const [job, other] = [await createJob(server), await createJob(server)];
      await postAll(other, 50);
      let count = 0;
      for (const size of [1_000_000, 100_000, 10_000, 1000, 100]) count += await postAll(job, undefined, size);
      await assertReads(job, count);
      assert.equal(await remove(job), 200);
      await assertSpaceIsBack(7 * megabyte);
      await assertStores();
      assert.equal(await remove(other), 200);
    });

    it('that another program filled is left by deleting a job: its space comes back, though the other keeps its own', async () => {
      const [job, kept] = [await createJob(server), await createJob(server)];
      const count = await postAll(job, 150);
      const keptCount = await postAll(kept, 10);
      const keys = (...args: string[]) => runServer(['keys', ...args, '--data-dir', disk.dataDir]);
      const key = (await keys('create', '--user', 'ann')).stdout.trim();
      disk.fill();
      assert.equal(disk.free, 0);
      assert.equal((await post(server, job, rows())).status, 507);
      assert.equal((await saveJob(server, { job_id: 'new' })).status, 507);
      await assertReads(job, count);
      const revoked = await keys('revoke', key);
      assert.equal(revoked.code, 0, revoked.stderr);
      assert.equal(await remove(job), 200);
      await assertSpaceIsBack(2 * megabyte);
      await assertReads(kept, keptCount);
      await assertStores();
    });

    it('that is full to the last byte when the server starts lets it start, read, delete and store again', async () => {
      const [job, kept] = [await createJob(server), await createJob(server)];
      const count = await postAll(job, 150);
      await postAll(kept, 10);
      await server.kill();
      disk.fill();
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        await start();
        await assertReads(job, count);
        await server.kill(signal);
        disk.fill();
      }
      await start();
      await assertReads(job, count);
      assert.equal(await remove(job), 200);
      await assertSpaceIsBack(2 * megabyte);
      await assertStores();
    });

    it('is left again by a server whose predecessor was killed in the middle of giving the space back', async () => {
      const [first, second] = [await createJob(server), await createJob(server)];
      await postAll(first, 100);
      await postAll(second);
      disk.fill();
      for (const job of [first, second]) {
        assert.equal(await remove(job), 200);
        await server.kill('SIGKILL');
        assert.ok(statSync(file()).size > 2 * megabyte, 'it was killed too late');
        disk.fill();
        await start();
      }
      await assertSpaceIsBack();
      disk.clear();
      await assertStores();
    });

    it('is left again though another program takes all that deleting gives back, as soon as that one stops', async () => {
      const [last, ...jobs] = [await createJob(server), await createJob(server), await createJob(server)];
      for (const job of [last, ...jobs]) await postAll(job, 100);
      disk.fill();
      const greedy = setInterval(() => disk.fill(), 2);
      const answers = [];
      for (const job of jobs) answers.push(await remove(job));
      const cpu = () => Number(readFileSync(`/proc/${server.process.pid}/stat`, 'utf8').split(' ')[13]);
      await sleep(1000);
      const begin = cpu();
      await sleep(3000);
      assert.ok(cpu() - begin < 150, `the server used ${cpu() - begin} hundredths of 3 s while it could do nothing`);
      clearInterval(greedy);
      assert.deepEqual(answers, [200, 200]);
      disk.clear();
      assert.equal(await remove(last), 200);
      await assertSpaceIsBack();
      await assertStores();
    });

    it('on which nothing at all is left, not even the reserve, says so, and is left as soon as some kB are free', async () => {
      const [job, other] = [await createJob(server), await createJob(server)];
      const count = await postAll(job, 150);
      await postAll(other, 5);
      await server.kill();
      rmSync(join(disk.dataDir, 'predictions.db-reserve'));
      disk.fill(64 * 1024);
      await start();
      disk.fill();
      await assertReads(job, count);
      const init = { method: 'DELETE', headers: { 'X-API-Key': server.apiKey } };
      const refused = await request(server, `/api/training/local/jobs/${job.id}`, init);
      assert.equal(refused.status, 507);
      assert.match(String(refused.json['error']), /not even deleting has room: free a few MB/);
      await server.kill('SIGKILL');
      await start();
      await assertReads(job, count);
      disk.clear();
      disk.fill(400 * 1024);
      assert.equal(await remove(job), 200);
      await assertSpaceIsBack(2 * megabyte);
      disk.clear();
      await assertStores();
    });
  });
}
