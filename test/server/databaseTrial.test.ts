import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../../src/api/client.ts';
import { DatabaseUnusableError, tryDatabase } from '../../src/localServer/databaseTrial.ts';
import { startServer, stopServer } from '../../src/localServer/serverProcess.ts';
import { serverEntry } from '../support/server.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';

const signal = new AbortController().signal;
const trials = () => readdirSync(tmpdir()).filter((name) => name.startsWith('training-predictions-trial-'));

describe('a database for the local server', () => {
  let url: string;

  before(async function () {
    this.timeout(60_000);
    url = await (await sharedPostgres()).createDatabase();
  });

  it('is good when a server can work with it, and nothing of the trial is left', async () => {
    const before = trials();
    await tryDatabase(url, serverEntry, signal);
    assert.deepEqual(trials(), before);
  });

  it('is refused in words that hold no address and no password', async () => {
    const before = trials();
    const nowhere = 'postgresql://me:sesame@127.0.0.1:9/none';
    await assert.rejects(tryDatabase(nowhere, serverEntry, signal), (error) => {
      assert.ok(error instanceof DatabaseUnusableError);
      assert.match(error.message, /did not start/);
      assert.ok(!error.message.includes('sesame') && !error.message.includes(nowhere), error.message);
      return true;
    });
    assert.deepEqual(trials(), before);
  });

  it('reaches the server by its environment alone: its address is in no argument, file or log', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'training-predictions-'));
    const options = { program: serverEntry, dataDirectory, port: 0, databaseUrl: url, signal };
    const server = await startServer(options);
    try {
      assert.equal((await new ApiClient(server.endpoint).health()).engine, 'postgresql');
      const places = readdirSync(dataDirectory).map((name) => join(dataDirectory, name));
      const commandLine = `/proc/${server.pid}/cmdline`;
      if (existsSync(commandLine)) places.push(commandLine);
      assert.ok(places.some((place) => place.endsWith('server.log')));
      for (const place of places) assert.ok(!readFileSync(place, 'latin1').includes(url), place);
    } finally {
      await stopServer(server, dataDirectory);
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });
});
