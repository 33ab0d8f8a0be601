import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServer } from '../../src/localServer/discovery.ts';
import { ServerStartError, serverLog, startServer, stopServer } from '../../src/localServer/serverProcess.ts';
import { eventually } from '../support/eventually.ts';
import { serverEntry } from '../support/server.ts';

describe('the local server as windows start it', () => {
  let dataDirectory: string;

  beforeEach(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'training-predictions-'));
  });

  afterEach(async () => {
    const left = await findServer(dataDirectory);
    if (left !== null) await stopServer(left, dataDirectory);
    // One that came too late may still be ending there.
    rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const start = (port = 0) =>
    startServer({ program: serverEntry, dataDirectory, port, signal: new AbortController().signal });

  /** Processes whose environment names this data directory as theirs. */
  function processes(): number {
    const { stdout } = spawnSync('sh', ['-c', 'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"']);
    return stdout
      .toString()
      .split('\n')
      .filter((line) => line === `TRAINING_PREDICTIONS_HOME=${dataDirectory}`).length;
  }

  it('is exactly one, however many start it at the same time, and all of them find it', async () => {
    const found = await Promise.all(Array.from({ length: 8 }, () => start()));
    assert.equal(new Set(found.map(({ instance }) => instance)).size, 1);
    assert.equal(new Set(found.map(({ endpoint }) => endpoint.address.baseUrl)).size, 1);
    if (!existsSync('/proc/self/environ')) return;
    await eventually('the others ended', () => (processes() === 1 ? true : undefined));
  });

  it('is found again over and over, through kills that leave a stale file', async () => {
    const seen = new Set<string>();
    for (let life = 0; life < 3; life += 1) {
      const [one, other] = await Promise.all([start(), start()]);
      assert.equal(one.instance, other.instance);
      seen.add(one.instance);
      process.kill(one.pid, 'SIGKILL');
      await eventually('it is gone', async () => ((await findServer(dataDirectory)) === null ? true : undefined));
      assert.ok(existsSync(join(dataDirectory, 'server.json')));
    }
    assert.equal(seen.size, 3);
  });

  it('is not believed by its process id: a file with a living process of another program names no server', async () => {
    const server = await start();
    const file = join(dataDirectory, 'server.json');
    const told = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...told, pid: process.pid, instance: 'another' }));
    assert.equal(await findServer(dataDirectory), null);
    writeFileSync(file, JSON.stringify(told));
    assert.equal((await findServer(dataDirectory))?.instance, server.instance);
  });

  it('leaves the file of its follower alone when it ends', async () => {
    const server = await start();
    const file = join(dataDirectory, 'server.json');
    const follower = JSON.stringify({ url: 'http://127.0.0.1:9', apiKey: 'wak_x', pid: 1, instance: 'follower' });
    writeFileSync(file, follower);
    process.kill(server.pid, 'SIGTERM');
    await eventually('its process ended', () => {
      try {
        process.kill(server.pid, 0);
        return undefined;
      } catch {
        return true;
      }
    });
    assert.equal(readFileSync(file, 'utf8'), follower);
    rmSync(file);
  });

  it('says why it did not start, in the words of this start', async () => {
    writeFileSync(join(dataDirectory, serverLog), 'what an earlier one said\n');
    writeFileSync(join(dataDirectory, 'predictions.db'), 'this is no database '.repeat(100));
    await assert.rejects(start(), (error) => {
      assert.ok(error instanceof ServerStartError);
      assert.match(error.message, /predictions\.db cannot be used/);
      return true;
    });
    assert.match(readFileSync(join(dataDirectory, serverLog), 'utf8'), /^what an earlier one said\n/);
  });
});
