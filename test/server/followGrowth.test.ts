import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import {
  append,
  followOnce,
  freshFolder,
  pythonJson,
  readAll,
  rowsOnceThere,
  startFollower,
  type TestFollower,
  write,
  writeTrainerState,
  writeTrlStep,
  writeVerlStep,
} from '../support/follow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Fields, predictionsPath, request } from '../support/serverClient.ts';

/** Within this nothing comes that is not to come, in ms. */
const aWhile = 1500;

describe('a follower of files that grow', function () {
  this.timeout(90_000);
  let server: TestServer;
  let folder = '';
  let run = '';
  const followers: TestFollower[] = [];

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(() => {
    folder = freshFolder();
    run = join(folder, 'run');
  });
  afterEach(async () => {
    await Promise.all(followers.splice(0).map((follower) => follower.kill('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Follows until the test ends, and under an id that no other test has. */
  async function following(path: string, env?: NodeJS.ProcessEnv): Promise<{ job: string; follower: TestFollower }> {
    const follower = startFollower([path], server.dataDir, env);
    followers.push(follower);
    return { job: String((await follower.told('following'))['job_id']), follower };
  }
  const line = (output: string, fields: Fields = {}) => ({ input: 'q', output, gts: 'a', score: 1, ...fields });
  const answers = (rows: Fields[]) => rows.map(({ prediction }) => prediction);

  it('waits for a folder that is not there yet', async () => {
    const follower = startFollower([run], server.dataDir);
    followers.push(follower);
    assert.deepEqual(await follower.told('waiting'), { event: 'waiting', path: run });
    mkdirSync(join(run, 'completions'), { recursive: true });
    await sleep(700);
    writeTrlStep(run, 5, [{ prompt: 'p', completion: 'c', rewards: { r: 1 }, advantage: 0 }]);
    const { job_id: job, format } = await follower.told('following');
    assert.equal(format, 'trl');
    assert.deepEqual(answers(await rowsOnceThere(server, String(job), 1)), ['c']);
    assert.equal(await follower.kill(), 0);
  });

  it('sends steps as they come, and lines as they end', async () => {
    writeVerlStep(run, 1, [line('a1'), line('a2')]);
    const { job } = await following(run);
    await rowsOnceThere(server, job, 2);
    writeVerlStep(run, 2, [line('b1')]);
    await rowsOnceThere(server, job, 3);
    const half = pythonJson({ ...line('ü2'), step: 3 });
    // In the middle of a character.
    const bytes = Buffer.from(half);
    const middle = bytes.indexOf(0xc3) + 1;
    write(join(run, '3.jsonl'), Buffer.concat([Buffer.from(`${pythonJson(line('c1'))}\n`), bytes.subarray(0, middle)]));
    await rowsOnceThere(server, job, 4);
    await sleep(aWhile);
    assert.equal((await readAll(server, job)).length, 4);
    write(join(run, '3.jsonl'), Buffer.concat([Buffer.from(`${pythonJson(line('c1'))}\n`), bytes, Buffer.from('\n')]));
    assert.deepEqual(answers(await rowsOnceThere(server, job, 5)), ['a1', 'a2', 'b1', 'c1', 'ü2']);
  });

  it('sends a file that is written anew as the next revision, and nothing of one that is the same again', async () => {
    writeVerlStep(run, 1, [line('a1'), line('a2'), line('a3')]);
    const { job } = await following(run);
    await rowsOnceThere(server, job, 3);
    const path = join(run, '1.jsonl');
    // The same again, as a copy has it: another time, and for a moment shorter.
    const content = readFileSync(path);
    write(path, content.subarray(0, 20));
    await sleep(100);
    write(path, content);
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    await sleep(aWhile);
    assert.equal((await readAll(server, job)).length, 3);
    writeVerlStep(run, 1, [line('b1')]);
    const rows = await rowsOnceThere(server, job, 4);
    assert.deepEqual(rows.map(({ prediction, revision }) => [prediction, revision]).slice(2), [
      ['a3', undefined],
      ['b1', 1],
    ]);
    writeVerlStep(run, 1, [line('c1'), line('a2'), line('a3'), line('c4')]);
    const later = await rowsOnceThere(server, job, 8);
    assert.deepEqual(
      later.slice(4).map(({ revision }) => revision),
      [2, 2, 2, 2],
    );
    const { json } = await request(server, predictionsPath(job, '/checkpoints'));
    assert.equal((json['checkpoints'] as Fields[])[0]?.['prediction_count'], 8);
  });

  it('knows a file that was written anew while nobody followed', async () => {
    writeTrlStep(run, 5, [{ prompt: 'p', completion: 'train', rewards: { r: 1 }, advantage: 0 }]);
    const { job, follower } = await following(run);
    await rowsOnceThere(server, job, 1);
    await follower.kill('SIGKILL');
    writeTrlStep(run, 5, [{ prompt: 'p', completion: 'eval', rewards: { r: 0 }, advantage: 0 }]);
    await following(run);
    const rows = await rowsOnceThere(server, job, 2);
    assert.deepEqual(
      rows.map(({ prediction, revision }) => [prediction, revision]),
      [
        ['train', undefined],
        ['eval', 1],
      ],
    );
  });

  it('sends Parquet once its end is there', async () => {
    writeTrlStep(run, 5, [{ prompt: 'p', completion: 'one', rewards: { r: 1 }, advantage: 0 }]);
    const { job } = await following(run);
    await rowsOnceThere(server, job, 1);
    const other = join(folder, 'other');
    writeTrlStep(other, 10, [{ prompt: 'p', completion: 'two', rewards: { r: 1 }, advantage: 0 }]);
    const whole = readFileSync(join(other, 'completions/completions_00010.parquet'));
    const path = join(run, 'completions/completions_00010.parquet');
    write(path, whole.subarray(0, 60));
    await sleep(aWhile);
    assert.equal((await readAll(server, job)).length, 1);
    append(path, whole.subarray(60).toString('latin1'));
    write(path, whole);
    assert.deepEqual(answers(await rowsOnceThere(server, job, 2)), ['one', 'two']);
  });

  it('reads a table on as it grows, in any of its forms', async () => {
    const lines = join(folder, 'answers.jsonl');
    const csv = join(folder, 'answers.csv');
    const list = join(folder, 'answers.json');
    const row = (step: number) => ({ step, prompt: 'p', completion: `a${step}` });
    write(lines, `${JSON.stringify(row(1))}\n`);
    write(csv, 'step,prompt,completion\n1,p,a1\n');
    write(list, JSON.stringify([row(1)]));
    const jobs = [];
    for (const path of [lines, csv, list]) jobs.push((await following(path)).job);
    for (const job of jobs) await rowsOnceThere(server, job, 1);
    append(lines, `${JSON.stringify(row(2))}\n${JSON.stringify(row(3)).slice(0, 12)}`);
    append(csv, '2,p,a2\n3,p,"a\n');
    write(list, JSON.stringify([row(1), row(2)]).slice(0, -1));
    for (const job of jobs.slice(0, 2)) await rowsOnceThere(server, job, 2);
    append(lines, `${JSON.stringify(row(3)).slice(12)}\n`);
    append(csv, '3"\n');
    write(list, JSON.stringify([row(1), row(2), row(3)]));
    for (const job of jobs) {
      const rows = await rowsOnceThere(server, job, 3);
      assert.deepEqual(
        rows.map(({ step, prediction, revision }) => [step, prediction, revision]),
        [
          [1, 'a1', undefined],
          [2, 'a2', undefined],
          [3, job === jobs[1] ? 'a\n3' : 'a3', undefined],
        ],
      );
    }
  });

  it('knows a file that was renamed or is gone, and one that comes back', async () => {
    writeVerlStep(run, 1, [line('a1')]);
    writeVerlStep(run, 2, [line('b1')]);
    const { job, follower } = await following(run);
    await rowsOnceThere(server, job, 2);
    renameSync(join(run, '2.jsonl'), join(run, '0002.jsonl'));
    cpSync(join(run, '1.jsonl'), join(folder, 'kept'));
    rmSync(join(run, '1.jsonl'));
    await sleep(aWhile);
    renameSync(join(folder, 'kept'), join(run, '1.jsonl'));
    append(join(run, '0002.jsonl'), `${pythonJson({ ...line('b2'), step: 2 })}\n`);
    await rowsOnceThere(server, job, 3);
    await sleep(aWhile);
    await follower.kill();
    const again = await followOnce([run, '--once'], server.dataDir);
    assert.deepEqual(again.lines.at(-1), { event: 'done', rows: 0, known: 0, refused: 0 });
    assert.deepEqual(answers(await readAll(server, job)), ['a1', 'b1', 'b2']);
  });

  it('follows no link out of the run', async () => {
    const outside = join(folder, 'outside');
    writeVerlStep(outside, 7, [line('secret')]);
    writeVerlStep(run, 1, [line('a1')]);
    symlinkSync(join(outside, '7.jsonl'), join(run, '7.jsonl'));
    symlinkSync(outside, join(run, 'more'));
    const { job, follower } = await following(run);
    await rowsOnceThere(server, job, 1);
    await sleep(aWhile);
    assert.deepEqual(answers(await readAll(server, job)), ['a1']);
    await eventually('the link is told', () => (/7\.jsonl is a link/.test(follower.words()) ? true : undefined));
  });

  it('sends lines of megabytes', async () => {
    const path = join(run, '1.jsonl');
    write(path, `${pythonJson(line('x'.repeat(5_000_000), { step: 1 }))}\n${pythonJson(line('small', { step: 1 }))}\n`);
    const { job } = await following(run);
    const rows = await rowsOnceThere(server, job, 2);
    assert.deepEqual(
      rows.map(({ prediction }) => String(prediction).length),
      [5_000_000, 5],
    );
  });

  it('sees what grows where the system tells nothing', async () => {
    writeVerlStep(run, 1, [line('a1')]);
    const { job } = await following(run, { CHOKIDAR_USEPOLLING: '1', CHOKIDAR_INTERVAL: '60000' });
    await rowsOnceThere(server, job, 1);
    append(join(run, '1.jsonl'), `${pythonJson(line('a2'))}\n`);
    writeVerlStep(run, 2, [line('b1')]);
    assert.equal((await rowsOnceThere(server, job, 3)).length, 3);
  });

  /** Lets the server answer nothing until this is done. */
  async function whileServerHangs(work: () => Promise<void>): Promise<void> {
    server.process.kill('SIGSTOP');
    try {
      await work();
    } finally {
      server.process.kill('SIGCONT');
    }
  }

  /** Until the server that hangs was sent something, where the system tells of that. */
  async function wasSentSome(): Promise<void> {
    await sleep(aWhile);
    if (process.platform !== 'linux') return;
    const port = Number(new URL(server.url).port).toString(16).toUpperCase().padStart(4, '0');
    // Of each connection: its local address, the other one, its state (01: established), and what is queued.
    const unread = new RegExp(`: 0100007F:${port} \\S+ 01 [0-9A-F]{8}:(?!0{8})`);
    const read = () => unread.test(readFileSync('/proc/net/tcp', 'latin1')) || undefined;
    await eventually('the server has something to read', read);
  }

  it('knows a file that was written anew in its place while its rows waited for the server', async () => {
    writeVerlStep(run, 1, [line('a1')]);
    const { job, follower } = await following(run);
    await rowsOnceThere(server, job, 1);
    await whileServerHangs(async () => {
      writeVerlStep(run, 2, [line('b1'), line('b2')]);
      await wasSentSome();
      writeVerlStep(run, 2, [line('c1'), line('c2'), line('c3')]);
      await sleep(aWhile);
    });
    const rows = await rowsOnceThere(server, job, 6);
    assert.deepEqual(
      rows.slice(1).map(({ prediction, revision }) => [prediction, revision]),
      [
        ['b1', undefined],
        ['b2', undefined],
        ['c1', 1],
        ['c2', 1],
        ['c3', 1],
      ],
    );
    await follower.kill();
    const again = await followOnce([run, '--once'], server.dataDir);
    assert.deepEqual(again.lines.at(-1), { event: 'done', rows: 0, known: 0, refused: 0 });
  });

  it('knows a log of metrics that was written anew in its place while they waited for the server', async () => {
    const log = join(run, 'trainer_log.jsonl');
    const logged = (steps: number[], loss: number) =>
      write(log, steps.map((step) => `${pythonJson({ current_steps: step, total_steps: 90, loss })}\n`).join(''));
    writeVerlStep(run, 1, [line('a1')]);
    const { job } = await following(run);
    await rowsOnceThere(server, job, 1);
    await whileServerHangs(async () => {
      logged([1, 2], 1);
      await sleep(aWhile);
      logged([1, 2, 3], 2);
      await sleep(aWhile);
    });
    await eventually(
      'all metrics of both are there',
      async () => {
        const { json } = await request(server, `/api/training/local/${job}/metrics`);
        const losses = (json['metrics'] as Fields[]).map(({ step, train_loss }) => `${step}:${train_loss}`);
        return ['1:2', '2:2', '3:2'].every((loss) => losses.includes(loss)) ? true : undefined;
      },
      20_000,
    );
  });

  it('looks as often as before where the system tells nothing, once a server that was away is back', async () => {
    writeVerlStep(run, 1, [line('a1')]);
    const { job } = await following(run, { CHOKIDAR_USEPOLLING: '1', CHOKIDAR_INTERVAL: '3600000' });
    await rowsOnceThere(server, job, 1);
    await whileServerHangs(async () => {
      writeVerlStep(run, 2, [line('b1')]);
      await sleep(5000);
    });
    await rowsOnceThere(server, job, 2);
    writeVerlStep(run, 3, [line('c1')]);
    assert.equal((await rowsOnceThere(server, job, 3)).length, 3);
  });

  it('ends where the metrics say that the training has', async () => {
    const rows = [{ prompt: 'p', completion: 'c', rewards: { r: 1 }, advantage: 0 }];
    writeTrlStep(run, 5, rows);
    const { job, follower } = await following(run);
    await rowsOnceThere(server, job, 1);
    const state = (step: number) => ({ global_step: step, max_steps: 10, log_history: [{ step, loss: 1 }] });
    writeTrainerState(join(run, 'checkpoint-5/trainer_state.json'), state(5));
    await sleep(aWhile);
    assert.equal(follower.process.exitCode, null);
    writeTrlStep(run, 10, rows);
    writeTrainerState(join(run, 'trainer_state.json'), state(10));
    assert.equal(await follower.ended, 0);
    assert.deepEqual(follower.lines().at(-1), { event: 'done', rows: 2, known: 0, refused: 0 });
    const { json } = await request(server, '/api/training/local/jobs?limit=100');
    assert.equal((json['jobs'] as Fields[]).find(({ id }) => id === job)?.['status'], 'completed');
  });

  it('lets no second one follow the same, and stops when the job is deleted', async () => {
    writeVerlStep(run, 1, [line('a1')]);
    const { job, follower } = await following(run);
    await rowsOnceThere(server, job, 1);
    const second = await followOnce([run, '--once'], server.dataDir);
    assert.deepEqual([second.code, second.lines], [2, []]);
    assert.match(second.words, /Another process follows this already/);
    await request(server, `/api/training/local/jobs/${job}`, {
      method: 'DELETE',
      headers: { 'X-API-Key': server.apiKey },
    });
    writeVerlStep(run, 2, [line('b1')]);
    assert.equal(await follower.ended, 1);
    assert.match(follower.words(), /was deleted/);
    const again = await followOnce([run, '--once'], server.dataDir);
    assert.deepEqual(again.lines.at(-1), { event: 'done', rows: 2, known: 0, refused: 0 });
  });
});
