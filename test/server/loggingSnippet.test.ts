import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pastable } from '../../src/commands/loggingSnippet.ts';
import { runProgram, runToSuccess } from '../support/runProgram.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { readPredictions, request, saveJob } from '../support/serverClient.ts';

const root = path.resolve(import.meta.dirname, '../..');
const snippet = path.join(root, 'examples', 'log_predictions.py');

/** The job's id in what a program said. */
function jobIn(said: string, pattern: RegExp): string {
  const job = pattern.exec(said)?.[1];
  assert.ok(job !== undefined, `${pattern} in ${said}`);
  return job;
}

describe('what the documentation tells people to run', () => {
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });

  after(() => server.stop());

  async function answersOf(jobId: string): Promise<unknown[]> {
    return (await readPredictions(server, jobId)).map(({ prediction }) => prediction);
  }

  it('the Python snippet sends to the server that the environment names', async () => {
    const said = await runToSuccess('python3', [snippet], {
      env: { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey },
    });
    assert.deepEqual(await answersOf(jobIn(said, /^Job: (my-run-\d{8}-\d{6}-\w{4})$/m)), ['Pxrs', 'Pari', 'Paris']);
    const { json } = await request(server, '/api/training/local/jobs');
    assert.equal((json['jobs'] as Record<string, unknown>[])[0]?.['status'], 'completed');
  });

  it('the Python snippet finds the local server by itself, and makes a job of its own each time', async () => {
    const env = { TRAINING_PREDICTIONS_HOME: server.dataDir };
    const runs = [0, 1].map(async () => jobIn(await runToSuccess('python3', [snippet], { env }), /^Job: (.*)$/m));
    const [first = '', second = ''] = await Promise.all(runs);
    assert.notEqual(first, second);
    for (const job of [first, second]) assert.deepEqual(await answersOf(job), ['Pxrs', 'Pari', 'Paris']);
  });

  it('the Python snippet warns once of a field that is nearly called like one that is known', async () => {
    const script = path.join(server.dataDir, 'misspelt.py');
    const lines = `
token = save_job("misspelt")
for step in range(2):
    log_predictions("misspelt", token, [
        {"epoch": 0, "step": step, "sample_index": 0, "prompt": "p", "prediction": "a", "ground_thruth": "a"}])`;
    await writeFile(script, `${pastable(await readFile(snippet, 'utf8'))}${lines}\n`);
    const { stderr } = await runProgram('python3', [script], { env: { TRAINING_PREDICTIONS_HOME: server.dataDir } });
    assert.equal(
      stderr.match(/misspelt: 'ground_thruth' is kept, but not known: is 'ground_truth' meant\?/g)?.length,
      1,
    );
    assert.equal((await readPredictions(server, 'misspelt'))[0]?.['ground_thruth'], 'a');
  });

  it('the Python snippet, pasted above the lines of the README, sends what the script has and nothing else', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const lines = /```python\n(job = new_job_id[\s\S]*?)```/.exec(readme)?.[1];
    assert.ok(lines !== undefined, 'the README has a Python example');
    const training = 'step, loss, samples = epoch * 10, 1 / epoch, [("p", "t", f"a{epoch}")]';
    const script = path.join(server.dataDir, 'script.py');
    const text = `${pastable(await readFile(snippet, 'utf8'))}\n${lines.replace('...', training)}`;
    await writeFile(script, text.replace('new_job_id("my-run")', '"pasted-run"'));
    await runToSuccess('python3', [script], { env: { TRAINING_PREDICTIONS_HOME: server.dataDir } });
    assert.deepEqual(
      (await answersOf('pasted-run')).toSorted(),
      Array.from({ length: 10 }, (_, index) => `a${index + 1}`).toSorted(),
    );
    const { json } = await request(server, '/api/training/local/jobs');
    const job = (json['jobs'] as Record<string, unknown>[]).find(({ id }) => id === 'pasted-run');
    assert.deepEqual(
      [job?.['status'], job?.['current_epoch'], job?.['total_epochs'], job?.['progress'], job?.['loss']],
      ['completed', 10, 10, 100, 0.1],
    );
  });

  it('the lines of the README with scores send them, several times an epoch', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const lines = /```python\n(job = new_job_id\("my-rewards"[\s\S]*?)```/.exec(readme)?.[1];
    assert.ok(lines !== undefined, 'the README has an example with scores');
    const training = 'samples, reward = [("p", f"a{step}")], lambda answer: len(answer) / 4';
    const script = path.join(server.dataDir, 'rewards.py');
    await writeFile(
      script,
      `${pastable(await readFile(snippet, 'utf8'))}\n${lines.replace('...', training)}\nprint(job)`,
    );
    const said = await runToSuccess('python3', [script], { env: { TRAINING_PREDICTIONS_HOME: server.dataDir } });
    const rows = await readPredictions(server, jobIn(said, /^(my-rewards-.*)$/m), '?order=asc');
    assert.deepEqual(
      rows.map(({ epoch, step, prediction }) => [epoch, step, prediction]),
      [20, 40, 60, 80, 100].map((step) => [Math.floor(step / 80), step, `a${step}`]),
    );
    assert.deepEqual(rows[0]?.['scores'], { reward: 0.75, detours: 0, ok: true });
  });

  it('the curl lines of the README create a job and send a prediction', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const script = /```sh\n(JOB=[\s\S]*?)```/.exec(readme)?.[1];
    assert.ok(script !== undefined, 'the README has a curl example');
    const said = await runToSuccess('sh', ['-ec', `${script}\necho; echo "$JOB"`], {
      env: { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey },
    });
    assert.deepEqual(await answersOf(jobIn(said, /^(curl-run-.*)$/m)), ['Paris']);
  });

  it('neither the curl lines of the README nor post.sh put a key, a token or a secret into an argument list', async () => {
    const bin = mkdtempSync(path.join(tmpdir(), 'bin-'));
    const log = path.join(bin, 'arguments');
    // Programs that write down what they are called with and then do it.
    for (const name of ['cat', 'curl', 'cut', 'find', 'grep', 'od', 'sed', 'sha256sum', 'tr']) {
      const real = (await runToSuccess('sh', ['-c', `command -v ${name}`], { env: {} })).trim();
      const script = `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>"${log}"\nexec ${real} "$@"\n`;
      await writeFile(path.join(bin, name), script, { mode: 0o755 });
    }
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const lines = /```sh\n(JOB=[\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const env = {
      PATH: `${bin}:${process.env['PATH']}`,
      TRAINING_PREDICTIONS_HOME: server.dataDir,
      FINETUNE_LAB_API_URL: server.url,
      FINETUNE_LAB_API_KEY: server.apiKey,
    };
    for (const shell of ['sh', 'bash']) {
      const said = await runToSuccess(shell, ['-c', `${lines}\necho; echo "$JOB"`], { env });
      assert.deepEqual(await answersOf(jobIn(said, /^(curl-run-.*)$/m)), ['Paris']);
    }
    await runToSuccess('sh', [path.join(root, 'examples', 'post.sh'), 'watched-run'], { env });
    const called = await readFile(log, 'utf8');
    rmSync(bin, { recursive: true });
    for (const route of ['local/jobs', 'local/predictions', 'health']) assert.ok(called.includes(route), route);
    const { proofKey } = JSON.parse(await readFile(path.join(server.dataDir, 'server.json'), 'utf8'));
    const { json } = await saveJob(server, { job_id: 'watched-run' });
    for (const secret of [server.apiKey, proofKey, json['job_token'], 'Bearer ', 'X-API-Key']) {
      assert.ok(!called.includes(String(secret)), called);
    }
  });

  it('post.sh sends with curl, its own sample and the predictions of a file', async () => {
    const env = { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey };
    const script = path.join(root, 'examples', 'post.sh');
    await runToSuccess('sh', [script, 'post-run'], { env });
    assert.deepEqual(await answersOf('post-run'), ['Pxrs', 'Pari', 'Paris']);
    const file = path.join(server.dataDir, 'predictions.json');
    await writeFile(file, JSON.stringify([{ epoch: 1, step: 1, sample_index: 0, prompt: 'p', prediction: 'é"\n' }]));
    await runToSuccess('sh', [script, 'file-run', file], { env });
    assert.deepEqual(await answersOf('file-run'), ['é"\n']);
    const { json } = await request(server, '/api/training/local/jobs?status=completed');
    assert.equal((json['jobs'] as { id: string }[]).filter(({ id }) => /^(post|file)-run$/.test(id)).length, 2);
  });

  it('post.sh makes a job of its own where none is named', async () => {
    const env = { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey };
    const said = await runToSuccess('sh', [path.join(root, 'examples', 'post.sh')], { env });
    assert.deepEqual(await answersOf(jobIn(said, /^Job: (curl-run-\d{8}-\d{6}-\d+)$/m)), ['Pxrs', 'Pari', 'Paris']);
  });

  it('the Python snippet warns who starts a job again that ended, under its id', async () => {
    const script = path.join(server.dataDir, 'again.py');
    const lines = [
      'for answer in "ab":',
      '    token = save_job("again", status="running")',
      '    log_predictions("again", token, [{"epoch": 1, "step": 1, "sample_index": 0, "prompt": "p", "prediction": answer}])',
      '    save_job("again", status="completed")',
    ];
    await writeFile(script, `${pastable(await readFile(snippet, 'utf8'))}\n${lines.join('\n')}\n`);
    const ended = await runProgram('python3', [script], { env: { TRAINING_PREDICTIONS_HOME: server.dataDir } });
    assert.equal(ended.code, 0);
    assert.match(ended.stderr, /again: This job had ended \(completed\) with 1 prediction: .* id of its own/);
    assert.equal(ended.stderr.match(/This job had ended/g)?.length, 1);
  });

  it('post.sh refuses a job id that would be another one in its JSON, or none', async () => {
    const env = { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: server.apiKey };
    for (const id of ['a"b', 'a\\b', 'a\nb']) {
      const ended = await runProgram('sh', [path.join(root, 'examples', 'post.sh'), id], { env });
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, /JOB_ID: without quotes, backslashes and control characters/);
    }
    await runToSuccess('sh', [path.join(root, 'examples', 'post.sh'), "it's $(id) 100% – é"], { env });
    assert.deepEqual(await answersOf("it's $(id) 100% – é"), ['Pxrs', 'Pari', 'Paris']);
  });

  it('post.sh fails with the reason when the server refuses the key', async () => {
    const env = { FINETUNE_LAB_API_URL: server.url, FINETUNE_LAB_API_KEY: 'wak_wrong' };
    const ended = await runProgram('sh', [path.join(root, 'examples', 'post.sh'), 'refused-run'], { env });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /401/);
    assert.doesNotMatch(ended.stderr, /wak_wrong/);
  });
});
