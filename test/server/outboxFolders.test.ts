import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../support/listen.ts';
import { runProgram } from '../support/runProgram.ts';
import { examples, sendLeft, withOutbox } from '../support/scripts.ts';
import { startServer } from '../support/server.ts';
import { readPredictions, request } from '../support/serverClient.ts';

describe('the folders of the outbox', function () {
  this.timeout(60_000);
  let parent: string;
  let home: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    parent = realpathSync(mkdtempSync(path.join(tmpdir(), 'folders-')));
    home = path.join(parent, 'data');
    const url = `http://127.0.0.1:${await freePort()}`;
    env = { TRAINING_PREDICTIONS_HOME: home, FINETUNE_LAB_API_URL: url, FINETUNE_LAB_API_KEY: 'wak_any' };
  });

  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const folders = () => [home, ...['outbox', 'outbox/local', 'outbox/local/run'].map((name) => path.join(home, name))];
  const mode = (file: string) => statSync(file).mode & 0o777;
  /** Hands one prediction in, which waits. */
  const tell = () => withOutbox('outbox._ended = True\nanswer(0)\noutbox.close(0)\nprint(outbox.dropped)', env);

  it('are for their owner alone, and so is each message, whatever the umask', async () => {
    const script =
      'from prediction_outbox import PredictionOutbox as O\no = O("run", ends_job=False)\no.metrics([{}])\no.close(0)';
    const ended = await runProgram('sh', ['-c', 'umask 0; exec python3 -c "$0"', script], { env, cwd: examples });
    assert.equal(ended.code, 0, ended.stderr);
    for (const folder of folders()) assert.equal(mode(folder), 0o700, folder);
    const [message = ''] = readdirSync(path.join(home, 'outbox/local/run'));
    assert.equal(mode(path.join(home, 'outbox/local/run', message)), 0o600);
  });

  it('are taken from others where they were left open to them', async () => {
    mkdirSync(path.join(home, 'outbox/local/run'), { recursive: true });
    for (const folder of folders()) chmodSync(folder, 0o775);
    assert.equal((await tell()).stdout.trim(), '0');
    for (const folder of folders()) assert.equal(mode(folder), 0o700, folder);
    assert.notEqual(mode(parent), 0o775, 'what is above the data directory stays as it is');
  });

  it('are used through a data directory that is a link of ours', async () => {
    mkdirSync(path.join(parent, 'large disk'));
    symlinkSync(path.join(parent, 'large disk'), home);
    assert.equal((await tell()).stdout.trim(), '0');
    assert.equal(readdirSync(path.join(parent, 'large disk/outbox/local/run')).length, 1);
  });

  const faults: Record<string, (folder: string) => void> = {
    'others may write to': (folder) => chmodSync(folder, 0o777),
    'is a link': (folder) => {
      rmSync(folder, { recursive: true });
      mkdirSync(path.join(parent, 'theirs'));
      symlinkSync(path.join(parent, 'theirs'), folder);
    },
    ...(process.getuid?.() === 0 && { 'another user owns': (folder) => chownSync(folder, 65_534, 65_534) }),
  };
  for (const [fault, make] of Object.entries(faults)) {
    for (const name of ['outbox', 'outbox/local', 'outbox/local/run']) {
      it(`take and send nothing where ${name} ${fault}, and the training goes on`, async () => {
        mkdirSync(path.join(home, 'outbox/local/run'), { recursive: true, mode: 0o700 });
        make(path.join(home, name));
        const ended = await tell();
        assert.deepEqual([ended.code, ended.stdout.trim()], [0, '1'], ended.stderr);
        assert.match(ended.stderr, /is a link, or others own or may change it.*the training goes on/);
        const server = await startServer();
        try {
          mkdirSync(path.join(home, 'outbox/local/run'), { recursive: true });
          const planted = { job_id: 'planted', key: 'k', kind: 'job', content: {} };
          writeFileSync(path.join(home, 'outbox/local/run/0.json'), JSON.stringify(planted));
          env = { ...env, FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey };
          await withOutbox('outbox._ended = True\noutbox.close(1)', env);
          const { status } = await fetch(`${server.url}/api/training/predictions/planted`, {
            headers: { 'X-API-Key': server.apiKey },
          });
          assert.equal(status, 404);
        } finally {
          await server.stop();
        }
      });
    }
  }

  it('have a name for any job’s id, and what waits in them is sent under that id', async () => {
    // The server refuses the first two, since no address can name them.
    const ids = ['.', '..', '../../escaped', 'é/'.repeat(500), `${'x'.repeat(1023)}y`, 'x'.repeat(1024), 'a b%2F\n'];
    env = { ...env, IDS: JSON.stringify(ids) };
    const ended = await withOutbox(
      `
import json, os
outbox._ended = True
for id in json.loads(os.environ["IDS"]):
    other = PredictionOutbox(id, ends_job=False)
    other.predictions([{"epoch": 0, "step": 0, "sample_index": 0, "prompt": "p", "prediction": id[:20]}])
    assert len(other.waiting()) == 1 and other.dropped == 0, id
    other.close(0)
`,
      env,
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(readdirSync(path.join(home, 'outbox/local')).length, ids.length + 1);
    assert.deepEqual(readdirSync(parent), ['data']);
    const server = await startServer();
    try {
      const later = await sendLeft({ ...env, FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey });
      assert.equal(later.code, 0, later.stderr);
      for (const id of ids) assert.ok(later.stdout.includes(`${id}: 1 of 1 messages sent\n`), id);
      const { json } = await request(server, '/api/training/local/jobs');
      const known = (json['jobs'] as { id: string }[]).map(({ id }) => id);
      assert.deepEqual(known.toSorted(), ids.slice(2).toSorted());
      assert.equal(later.stderr.match(/was refused .*400/g)?.length, 2, later.stderr);
      for (const id of ids.slice(2)) {
        assert.equal((await readPredictions(server, id))[0]?.['prediction'], id.slice(0, 20), id);
      }
    } finally {
      await server.stop();
    }
  });
});
