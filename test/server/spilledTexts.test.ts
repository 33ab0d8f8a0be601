import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TextsLostError } from '../../src/store/spill.ts';
import { SpillFolder } from '../../src/store/spillFolder.ts';
import { eventually } from '../support/eventually.ts';
import { readSampleRun } from '../support/sampleRun.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, saveJob, type TestJob } from '../support/serverClient.ts';
import { heldIds, storedIds, type Watched, watch } from '../support/watching.ts';

describe('a watch whose texts are in a file', () => {
  let server: TestServer;
  let job: TestJob;
  let folder: string;
  let told: string[];
  let watched: Watched;

  before(async () => {
    server = await startServer();
    job = await createJob(server);
    await post(server, job, readSampleRun());
    folder = mkdtempSync(path.join(tmpdir(), 'texts-'));
  });

  beforeEach(async () => {
    told = [];
    const files = new SpillFolder(folder);
    watched = watch(server, job.id, {}, { limit: () => 10, file: () => files.file(), tell: (text) => told.push(text) });
    await watched.catchesUp();
    await eventually('a file', () => (watched.session.store.textsInMemory < 400 ? true : undefined));
  });

  afterEach(() => {
    watched.session.dispose();
    assert.deepEqual(readdirSync(folder), []);
  });

  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const cut = () => truncateSync(path.join(folder, readdirSync(folder)[0] ?? ''), 0);
  const loseTexts = () => {
    const oldest = watched.session.store.table.id(0);
    cut();
    assert.throws(() => watched.session.store.get(oldest), TextsLostError);
  };
  const isHeldAgain = async () => {
    await eventually(
      'all read again',
      () => (!watched.session.store.isDamaged && watched.session.caughtUp) || undefined,
    );
    assert.deepEqual(heldIds(watched), await storedIds(server, job.id));
  };

  it('reads the job again from its server when the file is lost, and says so', async () => {
    loseTexts();
    await eventually('word of it', () => told.length > 0 || undefined);
    await isHeldAgain();
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /read again from its server/);
  });

  it('does so too when the job had ended', async () => {
    await saveJob(server, { job_id: job.id, status: 'completed' });
    await watched.reaches('finished');
    loseTexts();
    await isHeldAgain();
  });
});
