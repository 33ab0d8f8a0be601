import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  followKey,
  isAtWork,
  readFollowed,
  removeRecord,
  writeRecord,
  writeStatus,
} from '../../src/localServer/followed/records.ts';
import type { FollowStatus } from '../../src/wire/followFiles.ts';
import { eventually } from '../support/eventually.ts';
import {
  followOnce,
  freshFolder,
  pythonJson,
  readAll,
  startFollower,
  type TestFollower,
  write,
  writeTrainerState,
  writeTrlStep,
  writeVerlStep,
} from '../support/follow.ts';
import { startServer, type TestServer } from '../support/server.ts';

describe('a follower beside the local server', function () {
  this.timeout(90_000);
  let server: TestServer;
  let folder = '';
  let run = '';
  const followers: TestFollower[] = [];

  beforeEach(async () => {
    server = await startServer();
    folder = freshFolder();
    run = join(folder, 'run');
  });
  afterEach(async () => {
    await Promise.all(followers.splice(0).map((follower) => follower.kill('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  });

  function follow(): TestFollower {
    writeRecord(server.dataDir, followKey(run), { path: run });
    const follower = startFollower([run, '--beside-server'], server.dataDir);
    followers.push(follower);
    return follower;
  }
  const followed = () => readFollowed(server.dataDir).get(followKey(run));
  const told = (what: string, is: (status: FollowStatus) => boolean) =>
    eventually(
      what,
      () => {
        const status = followed()?.status;
        return status !== undefined && is(status) ? status : undefined;
      },
      30_000,
    );
  const line = (output: string) => ({ input: 'q', output, gts: 'a', score: 1 });
  const answer = { prompt: 'p', completion: 'c', rewards: { r: 1 }, advantage: 0 };

  it('tells the job, the file that grew last and when, and the rows that were refused with their reasons', async () => {
    follow();
    const waiting = await told('it waits', ({ state }) => state === 'waiting');
    assert.ok(isAtWork(waiting));
    writeVerlStep(run, 1, [line('a1'), line('a2')]);
    write(join(run, '2.jsonl'), `${pythonJson({ input: 'q' })}\n${pythonJson({ ...line('b'), step: 2 })}\n`);
    const began = Date.now();
    const status = await told('three rows', ({ rows, refused }) => rows === 3 && refused === 1);
    assert.equal(status.state, 'following');
    assert.match(String(status.job_id), /^run-[0-9a-f]{6}$/);
    assert.deepEqual([status.file, status.format], ['2.jsonl', 'verl']);
    assert.ok(Math.abs(Number(status.grew) - began) < 20_000);
    assert.deepEqual(status.refusals, [{ file: '2.jsonl', line: 1, why: '"output" is missing' }]);
  });

  it('ends when nobody wants it any more', async () => {
    writeVerlStep(run, 1, [line('a')]);
    const follower = follow();
    await told('a row', ({ rows }) => rows === 1);
    removeRecord(server.dataDir, followKey(run));
    assert.equal(await follower.ended, 0);
    const status = await told('its end', ({ state }) => state === 'stopped');
    assert.equal(isAtWork(status), false);
  });

  it('ends with the server, and is still wanted', async () => {
    writeVerlStep(run, 1, [line('a')]);
    const follower = follow();
    await told('a row', ({ rows }) => rows === 1);
    await server.kill();
    assert.equal(await follower.ended, 0);
    assert.equal(followed()?.status?.state, 'stopped');
    assert.deepEqual(followed()?.record, { path: run });
  });

  it('ends with the run, and nobody wants it then', async () => {
    writeTrlStep(run, 5, [answer]);
    writeTrainerState(join(run, 'trainer_state.json'), { global_step: 5, max_steps: 5, log_history: [{ step: 5 }] });
    assert.equal(await follow().ended, 0);
    assert.equal(followed()?.status?.state, 'ended');
    assert.equal(followed()?.record, undefined);
  });

  it('tells why it could not go on', async () => {
    for (const name of ['one', 'two']) writeVerlStep(join(run, name), 1, [line('a')]);
    assert.equal(await follow().ended, 2);
    assert.match(String(followed()?.status?.problem), /There are 2 runs/);
    assert.equal(followed()?.status?.state, 'failed');
  });

  it('forgets what was told long ago of what nobody follows any more', async () => {
    const day = 24 * 3_600_000;
    const ended = (began: number): FollowStatus => ({
      ...{ pid: 1, state: 'ended', path: '/w', rows: 0, refused: 0, refusals: [] },
      began,
    });
    writeStatus(server.dataDir, followKey('/w/old'), ended(Date.now() - 8 * day));
    writeStatus(server.dataDir, followKey('/w/recent'), ended(Date.now() - day));
    follow();
    await told('it waits', ({ state }) => state === 'waiting');
    assert.deepEqual([...readFollowed(server.dataDir).keys()].sort(), ['/w/recent', run].map(followKey).sort());
  });

  it('is one alone, however many are started', async () => {
    writeVerlStep(run, 1, [line('a')]);
    follow();
    const first = await told('a row', ({ rows }) => rows === 1);
    const second = follow();
    assert.equal(await second.ended, 2);
    assert.match(second.words(), /follows this already/);
    assert.deepEqual(followed()?.status, first);
  });

  it('takes the columns of a table that a person chose', async () => {
    const path = join(folder, 'odd.csv');
    write(path, 'frage,antwort,nr\nq1,a1,3\n');
    const unclear = await followOnce([path, '--once'], server.dataDir);
    assert.equal(unclear.code, 2);
    const columns = ['--column', 'prompt=frage', '--column', 'prediction=antwort', '--column', 'step=nr'];
    const { code, lines } = await followOnce([path, '--once', ...columns], server.dataDir);
    assert.equal(code, 0);
    const [row] = await readAll(server, String(lines[0]?.['job_id']));
    assert.deepEqual([row?.['prompt'], row?.['prediction'], row?.['step']], ['q1', 'a1', 3]);
  });
});
