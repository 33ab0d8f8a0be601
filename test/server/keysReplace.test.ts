import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../../src/api/client.ts';
import { findServer } from '../../src/localServer/discovery.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { runServer, startServer, type TestServer } from '../support/server.ts';
import { createJob, openStream, post, request, sample } from '../support/serverClient.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

/** Long enough for a slow machine, in ms. */
const seconds = 20_000;

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  describe(`a key that may have been taken, of a server on ${engine}`, function () {
    this.timeout(90_000);
    let server: TestServer;
    let dataDir: string;
    let env: Record<string, string> = {};

    before(async () => {
      if (engine === 'PostgreSQL') {
        env = { TRAINING_PREDICTIONS_DATABASE_URL: await (await sharedPostgres()).createDatabase() };
      }
    });
    beforeEach(async () => {
      dataDir = mkdtempSync(join(tmpdir(), 'training-predictions-'));
      server = await start(dataDir);
    });
    afterEach(async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true });
    });

    const start = (directory: string, more: Record<string, string> = {}) =>
      startServer({
        dataDir: directory,
        env: { ...env, ...more },
        args: ['--heartbeat-seconds', '0.3', '--log-level', 'trace'],
      });
    const replace = (more: Record<string, string> = {}) =>
      runServer(['keys', 'replace', '--data-dir', dataDir], { env: { ...env, ...more } });
    const keyIn = (directory: string) => readFileSync(join(directory, 'api-key'), 'utf8').trim();
    const statusOf = async (apiKey: string) => (await request({ ...server, apiKey }, '/api/training/jobs')).status;
    const refused = (apiKey: string) =>
      eventually('the old key is refused', async () => ((await statusOf(apiKey)) === 401 ? true : undefined), seconds);

    it('is replaced while the server runs: the old one is refused, its streams end, its job tokens too', async () => {
      const before = await findServer(dataDir);
      assert.ok(before);
      const job = await createJob(server);
      const stream = await openStream(server, job.id);
      const { code, stdout, stderr } = await replace();
      assert.equal(code, 0, stderr);
      const key = keyIn(dataDir);
      assert.notEqual(key, server.apiKey);
      assert.match(key, /^wak_[0-9A-Za-z]{28}$/);
      await refused(server.apiKey);
      await stream.ended;
      assert.equal(await statusOf(key), 200);
      assert.equal((await post(server, job, [sample()])).status, 401);
      const fresh = await createJob({ ...server, apiKey: key }, { job_id: job.id });
      assert.equal((await post(server, fresh, [sample()])).status, 200);
      for (const text of [stdout, stderr, server.output.stderr]) {
        assert.ok(!text.includes(key) && !text.includes(server.apiKey), text);
      }
      for (const name of ['api-key', 'token-secret', 'server.json']) {
        assert.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600, name);
      }
      // Whoever looks for the server finds it with the new key, and what proved it before proves nothing.
      const found = await findServer(dataDir);
      assert.equal(found?.endpoint.key, key);
      assert.equal(found.instance, before.instance);
      assert.notEqual(found.endpoint.proof?.proofKey, before.endpoint.proof?.proofKey);
      assert.ok(Array.isArray(await new ApiClient(found.endpoint).jobs()));
    });

    it('is replaced while no server runs, for the next start', async () => {
      const job = await createJob(server);
      await server.kill();
      assert.equal((await replace()).code, 0);
      const old = server.apiKey;
      server = await start(dataDir);
      assert.notEqual(server.apiKey, old);
      assert.deepEqual([await statusOf(old), await statusOf(server.apiKey)], [401, 200]);
      assert.equal((await post(server, job, [sample()])).status, 401);
    });

    it('is refused also while the new one cannot be told in server.json, which is made up for', async () => {
      const [spare, key] = [join(dataDir, 'server.json.new'), `wak_${'n'.repeat(28)}`];
      const job = await createJob(server);
      // Nothing can be written there.
      mkdirSync(spare);
      writeFileSync(join(dataDir, 'token-secret'), `${'s'.repeat(43)}\n`);
      writeFileSync(join(dataDir, 'api-key'), `${key}\n`);
      await refused(server.apiKey);
      // In PostgreSQL the tokens' secret is the database's.
      assert.equal((await post(server, job, [sample()])).status, engine === 'SQLite' ? 401 : 200);
      assert.equal(await statusOf(key), 200);
      assert.equal(await findServer(dataDir), null);
      rmSync(spare, { recursive: true });
      const found = await eventually(
        'server.json tells the new key',
        async () => (await findServer(dataDir)) ?? undefined,
        seconds,
      );
      assert.equal(found.endpoint.key, key);
      await becomes(() => server.output.stderr.match(/not be told/g)?.length, 1, undefined, seconds);
    });

    it('ends an import that was begun with the old one: nothing of it is stored', async () => {
      const path = '/api/training/local/jobs/brought/import';
      const headers = { 'X-API-Key': server.apiKey };
      const importing = http.request(server.url + path, { method: 'POST', headers });
      const answered = once(importing, 'response') as Promise<[http.IncomingMessage]>;
      importing.write(`${JSON.stringify(sample())}\n`);
      await sleep(300);
      assert.equal((await replace()).code, 0);
      await refused(server.apiKey);
      importing.end(`${JSON.stringify(sample())}\n`);
      const [answer] = await answered;
      answer.resume();
      assert.equal(answer.statusCode, 401);
      const { json } = await request({ ...server, apiKey: keyIn(dataDir) }, '/api/training/local/jobs');
      assert.ok(Array.isArray(json['jobs']) && !JSON.stringify(json['jobs']).includes('brought'));
    });

    it('is replaced though it was just replaced, and the server has not followed yet', async () => {
      const old = keyIn(dataDir);
      const replaced = replace();
      const chosen = new Set<string>();
      for (let count = 0; count < 50; count += 1) {
        const key = `wak_${'n'.repeat(24)}${1000 + count}`;
        const present = keyIn(dataDir);
        // The command was through: what it wrote stays.
        if (present !== old && !chosen.has(present)) break;
        chosen.add(key);
        writeFileSync(join(dataDir, 'api-key'), `${key}\n`);
        await sleep(30);
      }
      const { code, stderr } = await replaced;
      assert.equal(code, 0, stderr);
      const key = keyIn(dataDir);
      assert.ok(key !== old && !chosen.has(key));
      await refused(old);
      await eventually('the new key is taken', async () => ((await statusOf(key)) === 200 ? true : undefined), seconds);
    });

    it('is the environment’s to change where it is from there, in the command’s or in the server’s', async () => {
      const old = keyIn(dataDir);
      const told = await replace({ TRAINING_PREDICTIONS_API_KEY: 'wak_chosen' });
      assert.equal(told.code, 1);
      assert.match(told.stderr, /The API key is that of TRAINING_PREDICTIONS_API_KEY.*change it there/);
      assert.equal(keyIn(dataDir), old);
      await server.kill();
      server = await start(dataDir, { TRAINING_PREDICTIONS_API_KEY: 'wak_chosen' });
      assert.match((await replace()).stderr, /TRAINING_PREDICTIONS_API_KEY.*change it there/);
      assert.equal(keyIn(dataDir), old);
      assert.equal(await statusOf('wak_chosen'), 200);
    });

    if (engine === 'PostgreSQL') {
      it('is one server’s alone, but the job tokens are those of all servers on the database', async () => {
        const directory = mkdtempSync(join(tmpdir(), 'training-predictions-'));
        const other = await start(directory);
        try {
          const job = await createJob(other);
          assert.equal((await replace()).code, 0);
          await refused(server.apiKey);
          await eventually(
            'the other server refuses the old token',
            async () => ((await post(other, job, [sample()])).status === 401 ? true : undefined),
            seconds,
          );
          assert.equal(keyIn(directory), other.apiKey);
          const fresh = await createJob(other, { job_id: job.id });
          assert.equal((await post(server, fresh, [sample()])).status, 200);
        } finally {
          await other.stop();
          rmSync(directory, { recursive: true });
        }
      });
    }
  });
}
