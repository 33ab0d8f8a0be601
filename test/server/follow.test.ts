import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type FollowLine,
  followOnce,
  freshFolder,
  readAll,
  type TrlRow,
  write,
  writeTrainerState,
  writeTrlStep,
  writeVerlStep,
} from '../support/follow.ts';
import { listen } from '../support/listen.ts';
import { parquetOf } from '../support/parquet.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Fields, predictionsPath, request } from '../support/serverClient.ts';

describe('a follower', function () {
  this.timeout(120_000);
  let server: TestServer;
  let folder = '';

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(() => {
    folder = freshFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const once = (path: string, ...more: string[]) => followOnce([path, '--once', ...more], server.dataDir);
  const jobIdOf = (path: string) => `${basename(path)}-${createHash('sha256').update(path).digest('hex').slice(0, 6)}`;
  const jobOf = async (id: string) => {
    const { json } = await request(server, '/api/training/local/jobs?limit=100');
    return (json['jobs'] as Fields[]).find((job) => job['id'] === id);
  };
  const last = (lines: FollowLine[]) => lines.at(-1);

  it('sends what TRL logs: steps, samples, completions and rewards, NaN as none', async () => {
    const output = join(folder, 'qwen-grpo');
    for (const step of [10, 20]) writeTrlStep(output, step, group(step));
    const { code, lines } = await once(output);
    assert.equal(code, 0);
    const jobId = jobIdOf(output);
    assert.deepEqual(lines, [
      { event: 'following', job_id: jobId, format: 'trl', path: output },
      { event: 'sent', file: 'completions/completions_00010.parquet', rows: 6 },
      { event: 'sent', file: 'completions/completions_00020.parquet', rows: 6 },
      { event: 'done', rows: 12, known: 0, refused: 0 },
    ]);
    const rows = await readAll(server, jobId);
    const expected = [10, 20].flatMap((step) =>
      group(step).map(({ prompt, completion, rewards, advantage }, index) => ({
        epoch: 0,
        step,
        sample_index: Math.floor(index / 3),
        completion_index: index % 3,
        prompt,
        prediction: completion,
        scores: { correct: rewards['correct'], form: index === 2 ? null : rewards['form'], advantage },
      })),
    );
    assert.deepEqual(rows.map(without('id', 'seq', 'job_id', 'user_id', 'created_at')), expected);
    assert.equal((await jobOf(jobId))?.['status'], 'completed');
  });

  it('sends what verl writes, training and validation as the sources of one run', async () => {
    const run = join(folder, 'run');
    const gold = { answer: 4 };
    writeVerlStep(join(run, 'rollout'), 1, [
      { input: 'user\nq\nassistant\n', output: 'a', gts: '72', score: 1.0, acc: 'True', note: 'fine' },
      { input: 'user\nq\nassistant\n', output: 'b', gts: '72', score: Number.NaN, acc: '0.0', note: 'no' },
      { input: 'user\nr\nassistant\n', output: 'ü', gts: gold, score: 0.5, acc: false, note: 'none' },
    ]);
    writeVerlStep(join(run, 'validation'), 0, [{ input: 'v', output: 'w', gts: null, score: 0, acc: true }]);
    const { code, lines } = await once(run);
    assert.equal(code, 0);
    assert.deepEqual(last(lines), { event: 'done', rows: 4, known: 0, refused: 0 });
    const rows = await readAll(server, jobIdOf(run));
    const told = [
      'step',
      'sample_source',
      'sample_index',
      'completion_index',
      'prediction',
      'ground_truth',
      'scores',
      'note',
    ];
    assert.deepEqual(
      rows.map((row) => told.map((name) => row[name])),
      [
        [0, 'val', 0, 0, 'w', null, { score: 0, acc: true }, undefined],
        [1, 'train', 0, 0, 'a', '72', { score: 1, acc: true }, 'fine'],
        [1, 'train', 0, 1, 'b', '72', { score: null, acc: 0 }, 'no'],
        [1, 'train', 1, 0, 'ü', '{"answer":4}', { score: 0.5, acc: false }, 'none'],
      ],
    );
    assert.deepEqual(rows[3]?.['gts'], gold);
  });

  it('sends any table that can be imported', async () => {
    const rows = [1, 2].flatMap((step) =>
      ['p', 'q'].map((prompt) => ({ step, prompt, completion: `${prompt}${step}`, reward: step / 2 })),
    );
    const csv = ['step,prompt,completion,reward', ...rows.map((row) => Object.values(row).join(','))].join('\n');
    const tables: [string, string | Uint8Array][] = [
      ['lines.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join('')],
      ['list.json', JSON.stringify(rows)],
      ['unended.csv', csv],
      [
        'frame.parquet',
        parquetOf({
          step: rows.map(({ step }) => BigInt(step)),
          prompt: rows.map(({ prompt }) => prompt),
          completion: rows.map(({ completion }) => completion),
          reward: rows.map(({ reward }) => reward),
        }),
      ],
    ];
    for (const [name, content] of tables) {
      const path = join(folder, name);
      write(path, content);
      const { code, lines, words } = await once(path);
      assert.equal(code, 0, `${name}: ${words}`);
      const jobId = String(lines[0]?.['job_id']);
      assert.match(jobId, new RegExp(`^${name.split('.')[0]}-[0-9a-f]{6}$`));
      const sent = await readAll(server, jobId);
      assert.deepEqual(
        sent.map((row) =>
          ['epoch', 'step', 'sample_index', 'prompt', 'prediction', 'reward'].map((field) => row[field]),
        ),
        rows.map(({ step, prompt, completion, reward }) => [
          0,
          step,
          prompt === 'p' ? 0 : 1,
          prompt,
          completion,
          reward,
        ]),
        name,
      );
    }
  });

  it('takes rewards of a CSV for numbers as pandas writes them, and words among them for words', async () => {
    const path = join(folder, 'pandas.csv');
    const rows = Array.from({ length: 300 }, (_, index) => `1,p${index},a,${index === 290 ? 'broken' : '1.0'}`);
    write(path, `step,prompt,completion,reward\n${rows.join('\n')}\n`);
    const { code, lines } = await once(path);
    assert.equal(code, 0);
    const sent = await readAll(server, String(lines[0]?.['job_id']));
    assert.deepEqual(
      [0, 290, 299].map((index) => sent[index]?.['reward']),
      [1, 'broken', 1],
    );
  });

  it('sends nothing twice, even where it has forgotten what it sent', async () => {
    const output = join(folder, 'twice');
    writeTrlStep(output, 10, group(10));
    writeTrainerState(join(output, 'checkpoint-10/trainer_state.json'), state(10, 20));
    await once(output);
    assert.deepEqual(last((await once(output)).lines), { event: 'done', rows: 0, known: 0, refused: 0 });
    rmSync(join(server.dataDir, 'follow'), { recursive: true });
    assert.deepEqual(last((await once(output)).lines), { event: 'done', rows: 6, known: 6, refused: 0 });
    assert.equal((await readAll(server, jobIdOf(output))).length, 6);
    const { json } = await request(server, `/api/training/local/${jobIdOf(output)}/metrics`);
    assert.equal((json['metrics'] as Fields[]).length, 2);
  });

  it('sends a row under the same id whether its folder is named or its file', async () => {
    const output = join(folder, 'ids');
    writeTrlStep(output, 10, group(10));
    await once(join(output, 'completions/completions_00010.parquet'));
    rmSync(join(server.dataDir, 'follow'), { recursive: true });
    assert.deepEqual(last((await once(output)).lines), { event: 'done', rows: 6, known: 6, refused: 0 });
  });

  it('sends what a Trainer logs beside the rows', async () => {
    const output = join(folder, 'metrics');
    writeTrlStep(output, 10, group(10));
    writeTrainerState(join(output, 'checkpoint-10/trainer_state.json'), state(10, 20));
    writeTrainerState(join(output, 'trainer_state.json'), state(20, 20));
    await once(output);
    const { json } = await request(server, `/api/training/local/${jobIdOf(output)}/metrics`);
    const told = ['step', 'train_loss', 'grad_norm', 'rewards/correct/mean'];
    assert.deepEqual(
      (json['metrics'] as Fields[]).map((metric) => told.map((name) => metric[name])),
      [
        [5, 2, null, 0.25],
        [10, null, 0.5, 0.25],
        [15, 2, null, 0.25],
        [20, null, 0.5, 0.25],
      ],
    );
    const job = await jobOf(jobIdOf(output));
    assert.deepEqual([job?.['current_step'], job?.['total_steps'], job?.['progress']], [20, 20, 100]);
  });

  it('names what it cannot send by file, line and reason, and sends the rest', async () => {
    const run = join(folder, 'faulty');
    const line = (fields: Fields) => JSON.stringify({ input: 'p', output: 'a', gts: '1', score: 1, ...fields });
    write(
      join(run, '1.jsonl'),
      [line({}), '{"input": "p", "output"', line({ step: -1 }), line({ output: 'b' }), '{"input": "half'].join('\n'),
    );
    const { code, lines, words } = await once(run);
    assert.equal(code, 1);
    assert.deepEqual(last(lines), { event: 'done', rows: 2, known: 0, refused: 3 });
    assert.match(words, /^1\.jsonl, line 2: this is not valid JSON/m);
    assert.match(words, /^1\.jsonl, line 3: "step": expected a whole number from 0 on, got -1$/m);
    assert.match(words, /^1\.jsonl, line 5: the file ends in the middle of this line$/m);
  });

  it('finds the row that a server refuses, and sends the others of its batch', async () => {
    const run = join(folder, 'deep');
    const deep = JSON.parse(`${'['.repeat(105)}${']'.repeat(105)}`) as unknown;
    const rows = Array.from({ length: 20 }, (_, index) => ({ input: `p${index}`, output: 'a', score: 1 }));
    writeVerlStep(run, 1, rows.with(7, { input: 'p7', output: 'a', score: 1, more: deep } as (typeof rows)[0]));
    const { code, lines, words } = await once(run);
    assert.equal(code, 1, words);
    assert.deepEqual(last(lines), { event: 'done', rows: 19, known: 0, refused: 1 });
    assert.match(words, /^1\.jsonl, line 8: .*more: .*100 levels/m);
    const sent = await readAll(server, jobIdOf(run));
    assert.deepEqual(
      sent.map((row) => row['prompt']),
      rows.map(({ input }) => input).filter((input) => input !== 'p7'),
    );
  });

  it('lists what it recognises and sends nothing', async () => {
    writeTrlStep(join(folder, 'one'), 10, group(10));
    writeVerlStep(join(folder, 'two'), 1, [{ input: 'p', output: 'a', score: 1 }]);
    write(join(folder, 'data/train.jsonl'), '{"prompt":"p","completion":"a"}\n');
    const listed = ['one', 'two'].map((name) => ({
      event: 'run',
      job_id: jobIdOf(join(folder, name)),
      format: name === 'one' ? 'trl' : 'verl',
      path: join(folder, name),
      files: 1,
    }));
    const { code, lines } = await followOnce(['--list', folder], server.dataDir);
    assert.deepEqual([code, lines], [0, listed]);
    const several = await once(folder);
    assert.deepEqual([several.code, several.lines], [2, listed]);
    assert.match(several.words, /2 runs/);
    const { status } = await request(server, predictionsPath(jobIdOf(join(folder, 'one'))));
    assert.equal(status, 404);
  });

  it('passes over what rsync has not brought whole yet', async () => {
    const rows = '{"prompt":"p","completion":"a"}\n';
    write(join(folder, 'answers.jsonl'), rows);
    write(join(folder, '.answers.jsonl.AbC123'), rows);
    const { code, lines } = await followOnce(['--list', folder, '--format', 'table'], server.dataDir);
    assert.deepEqual([code, lines.map(({ path }) => path)], [0, [join(folder, 'answers.jsonl')]]);
  });

  it('says what is wrong with a call', async () => {
    write(join(folder, 'notes.txt'), 'nothing\n');
    const calls: [string[], RegExp][] = [
      [[], /which folder or file/],
      [[folder, '--once'], /Nothing at .* is recognised/],
      [['--list', join(folder, 'absent')], /Nothing at .* is recognised/],
    ];
    for (const [args, words] of calls) {
      const told = await followOnce(args, server.dataDir);
      assert.deepEqual([told.code, told.lines], [2, []], args.join(' '));
      assert.match(told.words, words);
    }
  });

  it('says how to start a server where none runs', async () => {
    const output = join(folder, 'out');
    writeTrlStep(output, 10, group(10));
    const home = join(folder, 'home');
    const { code, lines, words } = await followOnce([output], home);
    assert.deepEqual([code, lines], [3, []]);
    assert.match(words, new RegExp(`training-predictions-server --data-dir ${home}`));
    const env = { TRAINING_PREDICTIONS_API_KEY: 'wak_0000000000000000000000000000' };
    assert.equal((await followOnce([output, '--url', 'http://127.0.0.1:1'], home, env)).code, 3);
  });

  it('sends to a server that is named, with the key of scripts where they send there too', async () => {
    const output = join(folder, 'named');
    writeTrlStep(output, 10, group(10));
    const home = join(folder, 'home');
    const scripts = { FINETUNE_LAB_API_URL: `${server.url}/`, FINETUNE_LAB_API_KEY: server.apiKey };
    const { code, lines } = await followOnce([output, '--once', '--url', server.url, '--job', 'mine'], home, scripts);
    assert.equal(code, 0);
    assert.equal(lines[0]?.['job_id'], 'mine');
    assert.equal((await readAll(server, 'mine')).length, 6);
    const elsewhere = { ...scripts, FINETUNE_LAB_API_URL: 'https://finetunelab.ai' };
    assert.equal((await followOnce([output, '--once', '--url', server.url], home, elsewhere)).code, 2);
  });

  it('sends to a server of the first edition what that knows, and nothing twice', async () => {
    const seen: Fields[] = [];
    const front = await listen((incoming, answer) => {
      const path = incoming.url ?? '';
      void text(incoming).then(async (body) => {
        if (path.endsWith('/predictions') && incoming.method === 'POST') seen.push(JSON.parse(body) as Fields);
        const headers = { ...incoming.headers } as Record<string, string>;
        for (const name of ['host', 'connection', 'content-length', 'transfer-encoding']) delete headers[name];
        const method = incoming.method ?? 'GET';
        const init = { method, headers, ...(method === 'GET' ? {} : { body }) };
        const behind = path === '/health' ? new Response('{}', { status: 404 }) : await fetch(server.url + path, init);
        answer.writeHead(behind.status, { 'Content-Type': 'application/json' }).end(await behind.text());
      });
    });
    try {
      const output = join(folder, 'first');
      writeTrlStep(output, 10, group(10));
      const home = join(folder, 'home');
      const env = { TRAINING_PREDICTIONS_API_KEY: server.apiKey };
      const follow = () => followOnce([output, '--once', '--url', front.url], home, env);
      const { code, words } = await follow();
      assert.equal(code, 0, words);
      assert.match(words, /knows no scores/);
      rmSync(join(home, 'follow'), { recursive: true });
      assert.equal((await follow()).code, 0);
      const sent = seen.flatMap((body) => body['predictions'] as Fields[]);
      assert.equal(sent.length, 12);
      const known = ['epoch', 'prediction', 'prompt', 'sample_index', 'step'];
      assert.ok(sent.every((row) => Object.keys(row).sort().join() === known.join()));
      assert.equal((await readAll(server, jobIdOf(output))).length, 6);
    } finally {
      await front.close();
    }
  });

  it('reads what pandas itself wrote', async () => {
    const path = join(folder, 'out/completions/completions_00050.parquet');
    write(path, readFileSync(join(import.meta.dirname, '../support/pandas.parquet')));
    const { code, lines } = await once(join(folder, 'out'));
    assert.equal(code, 0);
    const rows = await readAll(server, String(lines[0]?.['job_id']));
    assert.deepEqual(
      rows.map(({ step, prompt, prediction, scores }) => [step, prompt, prediction, scores]),
      [
        [50, 'What is 2+2?', '4', { accuracy_reward: 1, format_reward: 0.5, advantage: 1 }],
        [50, 'What is 2+2?', '<think>ü', { accuracy_reward: null, format_reward: 0.5, advantage: -0.5 }],
        [50, 'What is 2+2?', '5', { accuracy_reward: 0, format_reward: 0.25, advantage: -0.5 }],
      ],
    );
  });
});

/** Two prompts with three answers each; the third of the first has no mark for its form. */
function group(step: number): TrlRow[] {
  return ['2+2?', '3+3?'].flatMap((prompt, place) =>
    [0, 1, 2].map((index) => ({
      prompt,
      completion: `<think>${step}</think> ${index}`,
      rewards: { correct: index / 2, form: place === 0 && index === 2 ? Number.NaN : 0.25 },
      advantage: index - 1,
    })),
  );
}

/** A loss every fifth step, whose gradient is NaN at every other of them. */
function state(step: number, lastStep: number): Fields {
  const steps = Array.from({ length: step / 5 }, (_, index) => 5 * (index + 1));
  const log_history = steps.map((at) => ({
    step: at,
    epoch: at / lastStep,
    loss: at % 10 === 0 ? Number.NaN : 2,
    grad_norm: at % 10 === 0 ? 0.5 : Number.NaN,
    'rewards/correct/mean': 0.25,
  }));
  return { epoch: step / lastStep, global_step: step, max_steps: lastStep, log_history };
}

function without(...names: string[]): (row: Fields) => Fields {
  return (row) => Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
