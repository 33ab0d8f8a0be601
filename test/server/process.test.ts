import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { becomes } from '../support/eventually.ts';
import { runServer, type StartOptions, startServer, type TestServer } from '../support/server.ts';
import { createJob, openStream, post, readPredictions, request, sample, saveJob } from '../support/serverClient.ts';

describe('the server process', () => {
  const directories: string[] = [];
  const servers: TestServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });

  function newDirectory(): string {
    const directory = mkdtempSync(join(tmpdir(), 'training-predictions-'));
    directories.push(directory);
    return directory;
  }

  async function start(options: StartOptions = {}): Promise<TestServer> {
    const server = await startServer({ dataDir: newDirectory(), ...options });
    servers.push(server);
    return server;
  }

  const serverFile = (directory: string) => join(directory, 'server.json');
  const mode = (file: string) => statSync(file).mode & 0o777;

  it('says in its first line where it listens, and only that on standard output', async () => {
    const server = await start();
    assert.deepEqual(JSON.parse(server.output.stdout), {
      event: 'listening',
      url: server.url,
      dataDir: server.dataDir,
    });
    await createJob(server);
    await server.stop();
    assert.equal(server.output.stdout.trim().split('\n').length, 1);
  });

  it('may be stopped as soon as it has said so, and leaves no server.json behind', async () => {
    for (let run = 0; run < 5; run += 1) {
      const server = await start();
      await server.stop();
      assert.equal(existsSync(serverFile(server.dataDir)), false);
    }
  });

  it('tells of an argument with control characters without sending them to the terminal', async () => {
    for (const args of [
      ['--port', '1\u001b[2J\u0007'],
      ['keys', 'revoke', 'a', 'b\u001b[2J\u009b1A\r'],
    ]) {
      const { code, stderr } = await runServer([...args, '--data-dir', newDirectory()]);
      assert.equal(code, 2);
      assert.match(stderr, /\\x1b\[2J/);
      assert.doesNotMatch(stderr, /(?![\t\n])\p{Cc}/u);
    }
  });

  it('tells in server.json where it is, for its user alone, and removes it at the end', async () => {
    const server = await start();
    const told = JSON.parse(readFileSync(serverFile(server.dataDir), 'utf8'));
    const { json: health } = await request(server, '/health');
    const { apiKey, url, process: child } = server;
    const { proofKey, ...rest } = told;
    assert.deepEqual(rest, { url, apiKey, pid: child.pid, instance: health['instance'] });
    assert.match(proofKey, /^[0-9a-f]{64}$/);
    assert.match(apiKey, /^wak_[0-9A-Za-z]{28}$/);
    for (const file of ['server.json', 'api-key', 'token-secret', 'predictions.db']) {
      assert.equal(mode(join(server.dataDir, file)), 0o600, file);
    }
    assert.equal(await server.stop(), 0);
    assert.ok(!existsSync(serverFile(server.dataDir)));
  });

  it('makes its data directory for its user alone, and keeps the key for good', async () => {
    const dataDir = join(newDirectory(), 'deep', 'inside');
    const first = await start({ dataDir });
    assert.equal(mode(dataDir), 0o700);
    await first.stop();
    assert.equal((await start({ dataDir })).apiKey, first.apiKey);
  });

  it('takes the API key and the data directory from the environment', async () => {
    const home = newDirectory();
    const server = await start({
      env: { TRAINING_PREDICTIONS_API_KEY: 'wak_chosen', FINETUNE_LAB_API_KEY: 'wak_other' },
    });
    assert.equal(server.apiKey, 'wak_chosen');
    assert.equal((await request(server, '/api/training/jobs')).status, 200);
    assert.ok(!existsSync(join(server.dataDir, 'api-key')));
    writeFileSync(join(home, 'api-key'), '');
    const refused = await runServer([], { env: { TRAINING_PREDICTIONS_HOME: home } });
    assert.equal(refused.code, 1);
    assert.ok(refused.stderr.includes(join(home, 'api-key')), refused.stderr);
  });

  it('is the only one on its data directory; the second names the first', async () => {
    const first = await start();
    const second = await runServer(['--data-dir', first.dataDir, '--port', '0']);
    assert.equal(second.code, 3);
    assert.ok(second.stderr.includes(first.url), second.stderr);
    assert.equal(second.stdout, '');
    assert.equal((await request(first, '/health')).status, 200);
    assert.ok(existsSync(serverFile(first.dataDir)));
  });

  it('is the only one also when several start at once', async () => {
    const dataDir = newDirectory();
    const starts = [1, 2, 3].map(() => startServer({ dataDir }));
    const results = await Promise.allSettled(starts);
    const running = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    servers.push(...running);
    assert.equal(running.length, 1);
    for (const result of results) {
      if (result.status === 'rejected') assert.ok(String(result.reason).includes(running[0]?.url ?? '-'));
    }
  });

  it('starts over a stale server.json, which a killed one left', async () => {
    const first = await start();
    assert.equal(await first.kill('SIGKILL'), null);
    const stale = readFileSync(serverFile(first.dataDir), 'utf8');
    const second = await start({ dataDir: first.dataDir });
    assert.notEqual(readFileSync(serverFile(first.dataDir), 'utf8'), stale);
    assert.equal((await request(second, '/api/training/jobs')).status, 200);
  });

  it('takes the next free port when its own is taken, and says so', async () => {
    const blocker = net.createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as net.AddressInfo;
    const server = await start({ port });
    blocker.close();
    const chosen = new URL(server.url).port;
    assert.notEqual(Number(chosen), port);
    const said = new RegExp(`Port ${port} is taken; listening on ${chosen} instead`);
    await becomes(() => server.output.stderr, said, 'beside its first line, in another pipe', 10_000);
    assert.equal((await request(server, '/health')).status, 200);
  });

  it('says what is wrong with a host that it cannot listen on', async () => {
    const { code, stderr } = await runServer(['--data-dir', newDirectory(), '--host', '203.0.113.1']);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot listen on 203\.0\.113\.1/);
  });

  it('says at once that a data directory cannot be made: below what makes none, on a file, below a file', async () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, '');
    // `/proc` says that what is to be made in it does not exist.
    const inProc = process.platform === 'linux' ? ['/proc/none', '/proc/none/deep'] : [];
    for (const dataDir of [...inProc, file, join(file, 'in')]) {
      for (const command of [[], ['keys', 'list']]) {
        const { code, stdout, stderr } = await runServer([...command, '--data-dir', dataDir]);
        assert.deepEqual([code, stdout], [1, ''], dataDir);
        assert.ok(stderr.startsWith(`The data directory ${dataDir} cannot be made: E`), stderr);
      }
    }
  });

  it('says what is wrong with a database that it cannot read, and leaves it', async () => {
    const dataDir = newDirectory();
    const file = join(dataDir, 'predictions.db');
    writeFileSync(file, 'this is no database '.repeat(100));
    const { code, stderr } = await runServer(['--data-dir', dataDir]);
    assert.equal(code, 1);
    assert.ok(stderr.includes(file), stderr);
    assert.equal(readFileSync(file, 'utf8'), 'this is no database '.repeat(100));
  });

  it('refuses wrong arguments with exit code 2, and prints help and version', async () => {
    const wrong = await runServer(['--port', 'x']);
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /--port/);
    const help = await runServer(['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /--data-dir/);
    assert.match((await runServer(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends on ${signal} with code 0, after streams ended cleanly and everything is kept`, async () => {
      const server = await start();
      const job = await createJob(server);
      const streams = [await openStream(server, job.id), await openStream(server, job.id)];
      await post(server, job, [sample()]);
      for (const stream of streams) await stream.until(({ predictions }) => predictions.length === 1);
      assert.equal(await server.kill(signal), 0);
      for (const stream of streams) assert.equal(await stream.ended, true);
      const again = await start({ dataDir: server.dataDir });
      assert.equal((await readPredictions(again, job.id)).length, 1);
    });
  }

  it('goes on when whoever started it closed its output', async () => {
    const server = await start({ args: ['--log-level', 'trace'] });
    server.process.stdout?.destroy();
    server.process.stderr?.destroy();
    for (let count = 0; count < 5; count += 1) assert.equal((await request(server, '/health')).status, 200);
  });

  it('knows jobs and their tokens again after a kill', async () => {
    const server = await start();
    const { json } = await saveJob(server, { job_id: 'a', loss: 1 });
    await server.kill('SIGKILL');
    const again = await start({ dataDir: server.dataDir });
    assert.deepEqual((await saveJob(again, { job_id: 'a' })).json, json);
  });

  it('says nothing of an experimental SQLite, as Node 22 does, and still says what else is experimental', async () => {
    const module = join(import.meta.dirname, '../../src/server/storage/sqlite/warning.ts');
    const script = `require(${JSON.stringify(module)});
      process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
      process.emitWarning('SQLite is gone', 'DeprecationWarning');
      process.emitWarning('Others are experimental', 'ExperimentalWarning');
      process.emitWarning(new Error('an error'));`;
    const { stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.ok(!stderr.includes('SQLite is an experimental feature'), stderr);
    for (const told of ['SQLite is gone', 'Others are experimental', 'an error']) {
      assert.ok(stderr.includes(told), stderr);
    }
  });

  it('runs from the bundle alone, with no node_modules beside it, its worker too', async () => {
    const directory = newDirectory();
    const root = join(import.meta.dirname, '../..');
    execFileSync(process.execPath, ['esbuild.mjs', '--production', `--outdir=${directory}`], { cwd: root });
    const server = await start({ entry: join(directory, 'server.cjs') });
    const job = await createJob(server);
    const [prediction, truth] = ['ab'.repeat(4000), 'ba'.repeat(4000)];
    await post(server, job, [sample({ prediction, ground_truth: truth })]);
    assert.equal((await readPredictions(server, job.id))[0]?.['char_error_rate'], 2 / 8000);
  });
});
