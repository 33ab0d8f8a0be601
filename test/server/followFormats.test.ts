import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatNamed } from '../../src/follow/runs.ts';
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
} from '../support/follow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Fields, request } from '../support/serverClient.ts';
import {
  assistant,
  choiceRow,
  distilled,
  evals,
  judge,
  line,
  lines,
  lmEvalRow,
  nemoTrainRow,
  nemoValRow,
  reply,
  rollout,
  rollouts,
  skyRlRow,
  trace,
  user,
} from '../support/trainerRows.ts';

/** How a trainer writes, and what is to come of it. */
interface Trainer {
  format: string;
  /** Where its format has several. */
  name?: string;
  /** Writes into the run's folder, in its steps; the first one is enough to recognise it. */
  writes: ((run: string) => void | Promise<void>)[];
  /** The fields that are compared. */
  fields: string[];
  rows: unknown[][];
  deciding?: string;
  /** How many values were not finite, where that is looked at. */
  notFinite?: number;
}

/** Writes a file as a whole: its first half, in the middle of a character perhaps, is there a moment before. */
async function inHalves(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const half = Math.floor(bytes.length / 2);
  write(path, bytes.subarray(0, half));
  await sleep(150);
  write(path, bytes);
}

const trainers: Trainer[] = [
  {
    format: 'skyrl',
    writes: [
      (run) => {
        write(
          join(evals(run, 5), 'gsm8k.jsonl'),
          lines([skyRlRow('q1', 'a', 1.0, '72'), skyRlRow('q1', 'b', Number.NaN, '72')]),
        );
        write(join(evals(run, 5), 'aggregated_results.jsonl'), line({ 'eval/all/avg_score': 0.5 }));
      },
      (run) =>
        inHalves(
          join(evals(run, 10), 'gsm8k.jsonl'),
          lines([skyRlRow('q1', 'ünd', [0.0, 0.25, 0.5], '72'), skyRlRow('q2', 'd', 0, '4')]),
        ),
    ],
    fields: ['step', 'sample_source', 'sample_index', 'completion_index', 'prediction', 'ground_truth', 'scores'],
    rows: [
      [5, 'gsm8k', 0, 0, 'a', '72', { score: 1 }],
      [5, 'gsm8k', 0, 1, 'b', '72', { score: null }],
      [10, 'gsm8k', 0, 0, 'ünd', '72', { score: 0.75 }],
      [10, 'gsm8k', 1, 0, 'd', '4', { score: 0 }],
    ],
    deciding: 'score',
    notFinite: 1,
  },
  {
    format: 'nemo-rl',
    writes: [
      (run) => write(join(run, 'val_data_step0.jsonl'), lines([nemoValRow('q', 'a', 0, 0)])),
      (run) =>
        inHalves(
          join(run, 'train_data_step1.jsonl'),
          lines([nemoTrainRow('q', 'b', 1, 0), nemoTrainRow('q', 'c', Number.NaN, 1)]),
        ),
    ],
    fields: [
      'step',
      'sample_source',
      'sample_index',
      'completion_index',
      'prompt',
      'prediction',
      'answer',
      'scores',
      'token_ids',
    ],
    rows: [
      [0, 'val', 0, 0, 'system: s\nuser: q', 'a', [assistant('a')], { reward: 0 }, undefined],
      [1, 'train', 0, 0, 'q', 'b', undefined, { reward: 1, input_lengths: 12 }, undefined],
      [1, 'train', 0, 1, 'q', 'c', undefined, { reward: null, input_lengths: 12 }, undefined],
    ],
    deciding: 'reward',
  },
  {
    format: 'nemo-rl',
    name: 'distillation of nemo-rl',
    writes: [
      (run) => write(join(run, 'train_data_step1.jsonl'), lines([distilled(['q', 'a'], 0), distilled(['r', 'b'], 1)])),
      // Newer versions join the contents.
      (run) => inHalves(join(run, 'train_data_step2.jsonl'), lines([distilled('user: q\nassistant: ü', 0)])),
    ],
    fields: ['step', 'sample_source', 'prompt', 'prediction', 'scores', 'token_ids', 'generation_logprobs'],
    rows: [
      [1, 'train', 'q', 'a', { input_lengths: 12 }, undefined, undefined],
      [1, 'train', 'r', 'b', { input_lengths: 12 }, undefined, undefined],
      [2, 'train', '', 'user: q\nassistant: ü', { input_lengths: 12 }, undefined, undefined],
    ],
  },
  {
    format: 'prime-rl',
    writes: [
      (run) => {
        const [first, second] = [rollout('r1', 'train', 1, [trace('q', 'a', 1), judge]), rollout('r2', 'train', 1, [])];
        write(rollouts(run, 1, 'train', 'all'), lines([first, second]));
        write(rollouts(run, 1, 'train', 'effective'), lines([first]));
      },
      async (run) => {
        const path = rollouts(run, 1, 'train', 'all');
        const text = line(rollout('r3', 'train', 1, [trace('q', 'ü', Number.NaN)]));
        append(path, text.slice(0, 40));
        await sleep(200);
        append(path, text.slice(40));
      },
      (run) => write(rollouts(run, 2, 'eval', 'all'), lines([rollout('e1', 'eval', 2, [trace('v', 'b', 0)])])),
    ],
    fields: [
      'step',
      'sample_source',
      'sample_index',
      'completion_index',
      'prompt',
      'prediction',
      'rollout_id',
      'env',
      'scores',
    ],
    rows: [
      [1, 'train', 0, 0, 'q', reply('a'), 'r1', 'gsm8k', { turns: 2, reward: 1.5, correct: 1, brief: 1 }],
      [1, 'train', 0, 1, 'q', reply('ü'), 'r3', 'gsm8k', { turns: 2, reward: null, correct: null, brief: 1 }],
      [2, 'eval', 0, 0, 'v', reply('b'), 'e1', 'gsm8k', { turns: 2, reward: 0.5, correct: 0, brief: 1 }],
    ],
    deciding: 'reward',
  },
  {
    format: 'ms-swift',
    writes: [
      (run) =>
        write(
          join(run, 'completions.jsonl'),
          line({
            step: ['1', '1'],
            prompt: ['<|user|>q', '<|user|>q'],
            completion: ['a', 'b'],
            Accuracy: [1.0, Number.NaN],
            Format: [1.0, 0.0],
            solution: ['72', '72'],
            advantages: [0.5, -0.5],
          }),
        ),
      async (run) => {
        const text = line({
          step: ['2'],
          prompt: ['<|user|>q'],
          completion: ['ü'],
          Accuracy: [0.0],
          advantages: [0.0],
        });
        append(join(run, 'completions.jsonl'), text.slice(0, 30));
        await sleep(200);
        append(join(run, 'completions.jsonl'), text.slice(30));
      },
      // As with Ray.
      (run) =>
        append(join(run, 'completions.jsonl'), line({ gen_step: 3, prompt: 'r', completion: 'c', Accuracy: 1.0 })),
    ],
    fields: ['step', 'sample_index', 'completion_index', 'prompt', 'prediction', 'ground_truth', 'scores'],
    rows: [
      [1, 0, 0, '<|user|>q', 'a', '72', { Accuracy: 1, Format: 1, advantages: 0.5 }],
      [1, 0, 1, '<|user|>q', 'b', '72', { Accuracy: null, Format: 0, advantages: -0.5 }],
      [2, 0, 0, '<|user|>q', 'ü', null, { Accuracy: 0, advantages: 0 }],
      [3, 1, 0, 'r', 'c', null, { Accuracy: 1 }],
    ],
    deciding: 'Accuracy',
  },
  {
    format: 'ms-swift',
    writes: [
      async (run) => {
        const row = { response: 'Hello', labels: 'Hello!', messages: [user('Hi'), assistant('Hello!')] };
        write(join(run, 'predict.jsonl'), line(row));
        await sleep(300);
        mkdirSync(join(run, 'checkpoint-10'));
        renameSync(join(run, 'predict.jsonl'), join(run, 'checkpoint-10', 'predict.jsonl'));
      },
      (run) =>
        write(
          join(run, 'checkpoint-20', 'infer_result', '20260401-120000.jsonl'),
          line({ response: 'Hi there', labels: null, messages: [user('Hi'), assistant('Hi there')] }),
        ),
    ],
    fields: ['step', 'sample_source', 'sample_index', 'prompt', 'messages', 'prediction', 'ground_truth'],
    rows: [
      [10, 'predict', 0, 'Hi', [user('Hi')], 'Hello', 'Hello!'],
      [20, 'infer', 0, 'Hi', [user('Hi')], 'Hi there', null],
    ],
  },
  {
    format: 'llama-factory',
    writes: [
      (run) =>
        inHalves(
          join(run, 'generated_predictions.jsonl'),
          lines([
            { prompt: '<|im_start|>user\nq<|im_end|>', predict: 'Hello', label: 'Hello' },
            { prompt: '<|im_start|>user\nr<|im_end|>', predict: 'ü', label: 'u' },
          ]),
        ),
    ],
    fields: ['step', 'sample_index', 'prompt', 'prediction', 'ground_truth', 'exact_match'],
    rows: [
      [0, 0, '<|im_start|>user\nq<|im_end|>', 'Hello', 'Hello', 1],
      [0, 1, '<|im_start|>user\nr<|im_end|>', 'ü', 'u', 0],
    ],
  },
  {
    format: 'lm-eval',
    writes: [
      (run) =>
        write(
          join(run, 'samples_gsm8k_cot_2026-04-01T10-00-00.123456.jsonl'),
          lines([
            lmEvalRow(0, 'strict-match', '18', 1),
            lmEvalRow(0, 'flexible-extract', '18.', 0),
            lmEvalRow(1, 'strict-match', '[invalid]', Number.NaN),
          ]),
        ),
      (run) => write(join(run, 'samples_arc_2026-04-02T10-00-00.5.jsonl'), line(choiceRow([-9.5, -1.25]))),
    ],
    fields: ['step', 'sample_source', 'sample_index', 'prompt', 'prediction', 'ground_truth', 'scores'],
    rows: [
      [1, 'gsm8k_cot/strict-match', 0, 'Q: 0', '18', '18', { exact_match: 1 }],
      [1, 'gsm8k_cot/flexible-extract', 0, 'Q: 0', '18.', '18', { exact_match: 0 }],
      [1, 'gsm8k_cot/strict-match', 1, 'Q: 1', '[invalid]', '18', { exact_match: null }],
      [2, 'arc', 0, 'Which?', 'choice 1', 'choice 1', { acc: 1, acc_norm: 0 }],
    ],
    deciding: 'exact_match',
  },
  {
    format: 'wandb',
    writes: [
      (run) => {
        const media = join(run, 'files', 'media', 'table');
        write(join(media, 'config_0_aa11.table.json'), pythonJson({ columns: ['name', 'value'], data: [['lr', 1]] }));
        write(
          join(media, 'val', 'predictions_10_0123abcd.table.json'),
          pythonJson({
            columns: ['question', 'response', 'target', 'reward'],
            data: [
              ['q', 'a', '72', 1.0],
              ['r', 'b', '4', null],
              ['s', 'c', 'NaN', Number.NaN],
              ['t', 'd', '1', Number.NEGATIVE_INFINITY],
              ['u', 'e', '2', 'NaN'],
            ],
          }),
        );
      },
      (run) =>
        inHalves(
          join(run, 'files', 'media', 'table', 'val', 'predictions_20_4567abcd.table.json'),
          pythonJson({ columns: ['question', 'response', 'target', 'reward'], data: [['q', 'ü', '72', 0.5]] }),
        ),
    ],
    fields: ['step', 'sample_source', 'sample_index', 'prompt', 'prediction', 'ground_truth', 'reward'],
    rows: [
      [10, 'val/predictions', 0, 'q', 'a', '72', 1],
      [10, 'val/predictions', 1, 'r', 'b', '4', null],
      [10, 'val/predictions', 2, 's', 'c', 'NaN', null],
      [10, 'val/predictions', 3, 't', 'd', '1', null],
      [10, 'val/predictions', 4, 'u', 'e', '2', null],
      [20, 'val/predictions', 0, 'q', 'ü', '72', 0.5],
    ],
    notFinite: 3,
  },
];

describe('what trainers write, followed while they do', function () {
  this.timeout(90_000);
  let server: TestServer;
  let folder = '';
  const followers: TestFollower[] = [];

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(() => {
    folder = freshFolder();
  });
  afterEach(async () => {
    await Promise.all(followers.splice(0).map((follower) => follower.kill('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
  });

  const listed = async (jobId: string): Promise<Fields> => {
    const { json } = await request(server, '/api/training/local/jobs?limit=100');
    return (json['jobs'] as Fields[]).find(({ id }) => id === jobId) ?? {};
  };

  for (const { format, name, writes, fields, rows, deciding, notFinite } of trainers) {
    it(`of ${name ?? format}${format === 'ms-swift' ? ` (${fields.length})` : ''}: rows, steps, samples, completions, scores and truth`, async () => {
      const run = join(folder, format === 'wandb' ? 'run-20260401_120000-abcd1234' : 'my-run');
      const follower = startFollower([folder], server.dataDir);
      followers.push(follower);
      for (const writing of writes) {
        await writing(run);
        await follower.told('following');
        await sleep(400);
      }
      const following = await follower.told('following');
      const jobId = String(following['job_id']);
      assert.deepEqual([following['format'], following['path']], [format, run]);
      const sent = await rowsOnceThere(server, jobId, rows.length);
      const told = (all: Fields[]) => all.map((row) => fields.map((field) => row[field]));
      const inOrder = (all: unknown[][]) => all.map((row) => JSON.stringify(row)).sort();
      assert.deepEqual(inOrder(told(sent)), inOrder(rows));
      const scores = Object.keys((sent[0]?.['scores'] ?? {}) as Fields);
      assert.equal(formatNamed(format).judging(scores).deciding_score, deciding);
      assert.equal(follower.words(), '');
      if (notFinite !== undefined) assert.equal((await listed(jobId))['nonfinite_values'], notFinite);

      // All at once it is the same.
      await follower.kill();
      const { code, lines: said } = await followOnce([run, '--once', '--job', `${jobId}-whole`], server.dataDir);
      assert.equal(code, 0);
      assert.equal(said[0]?.['format'], format);
      assert.deepEqual(inOrder(told(await readAll(server, `${jobId}-whole`))), inOrder(rows));
    });
  }

  const verlRow = { input: 'q', output: 'a', gts: 'a', score: 1, step: 1 };
  const logs: { name: string; file: string; lines: Fields[]; fields: string[]; metrics: unknown[][]; job: Fields }[] = [
    {
      name: 'LLaMA-Factory’s trainer_log.jsonl',
      file: 'trainer_log.jsonl',
      lines: [
        { current_steps: 5, total_steps: 20, loss: 2.5, lr: 1e-5, epoch: 0.5, percentage: 25, elapsed_time: '0:01' },
        { current_steps: 10, total_steps: 20, eval_loss: Number.NaN, epoch: 1, percentage: 50 },
      ],
      fields: ['step', 'train_loss', 'learning_rate', 'eval_loss', 'epoch'],
      metrics: [
        [5, 2.5, 1e-5, null, 0.5],
        [10, null, null, null, 1],
      ],
      job: { current_step: 10, total_steps: 20, progress: 50 },
    },
    {
      name: 'ms-swift’s logging.jsonl',
      file: 'logging.jsonl',
      lines: [
        { loss: 2, grad_norm: 1.5, epoch: 0.1, 'global_step/max_steps': '1/4', percentage: '25.00%' },
        { train_runtime: 3, last_model_checkpoint: '/x' },
        { loss: 1, grad_norm: 1.25, epoch: 0.2, 'global_step/max_steps': '2/4', percentage: '50.00%' },
      ],
      fields: ['step', 'train_loss', 'grad_norm'],
      metrics: [
        [1, 2, 1.5],
        [2, 1, 1.25],
      ],
      job: { current_step: 2, total_steps: 4, progress: 50 },
    },
    {
      name: 'prime-rl’s metrics.jsonl',
      file: 'metrics.jsonl',
      lines: [
        { step: 1, time: 1775000000.25, 'reward/mean': 0.5 },
        { step: 2, time: 1775000010.5, 'reward/mean': Number.NaN, 'loss/mean': 0.25 },
      ],
      fields: ['step', 'reward/mean', 'loss/mean', 'time'],
      metrics: [
        [1, 0.5, undefined, undefined],
        [2, null, 0.25, undefined],
      ],
      job: { current_step: 2 },
    },
    {
      name: 'prime-rl’s file monitor, whose folder is its own,',
      file: 'monitors/file/metrics.jsonl',
      lines: [
        { step: 1, time: 1775000000.25, 'reward/mean': 0.5, producer: 'orchestrator' },
        { step: null, time: 1775000005.5, 'inference/requests': 3, producer: 'orchestrator' },
        { step: 2, time: 1775000010.5, 'reward/mean': 0.75, producer: 'orchestrator' },
      ],
      fields: ['step', 'reward/mean', 'producer'],
      metrics: [
        [1, 0.5, undefined],
        [2, 0.75, undefined],
      ],
      job: { current_step: 2 },
    },
    {
      name: 'verl’s file logger',
      file: 'project/experiment.jsonl',
      lines: [
        { step: 1, data: { 'actor/loss': 0.5 } },
        { step: 2, data: { 'actor/loss': Number.NaN } },
      ],
      fields: ['step', 'actor/loss'],
      metrics: [
        [1, 0.5],
        [2, null],
      ],
      job: { current_step: 2 },
    },
  ];
  for (const { name, file, lines: logged, fields, metrics, job } of logs) {
    it(`takes metrics from ${name} as it grows, once each`, async () => {
      const run = join(folder, 'run');
      write(join(run, 'rollout', '1.jsonl'), line(verlRow));
      const [first, ...more] = logged;
      write(join(run, file), line(first ?? {}));
      let follower = startFollower([run], server.dataDir);
      followers.push(follower);
      const jobId = String((await follower.told('following'))['job_id']);
      const read = async () =>
        (await request(server, `/api/training/local/${jobId}/metrics`)).json['metrics'] as Fields[] | undefined;
      const held = (count: number) =>
        eventually(
          `${count} metrics`,
          async () => {
            const now = (await read()) ?? [];
            return now.length >= count ? now : undefined;
          },
          20_000,
        );
      await held(1);
      for (const next of more) {
        const text = line(next);
        append(join(run, file), text.slice(0, 10));
        await sleep(300);
        append(join(run, file), text.slice(10));
      }
      await held(metrics.length);
      // Another follower knows them.
      await follower.kill('SIGKILL');
      follower = startFollower([run], server.dataDir);
      followers.push(follower);
      await follower.told('following');
      await sleep(1500);
      const now = (await read()) ?? [];
      assert.deepEqual(
        now.map((metric) => fields.map((field) => metric[field])),
        metrics,
      );
      const told = await listed(jobId);
      assert.deepEqual(Object.fromEntries(Object.keys(job).map((field) => [field, told[field]])), job);
    });
  }

  it('takes what LLaMA-Factory predicts after a training for answers of its last step', async () => {
    const run = join(folder, 'saves');
    writeTrainerState(join(run, 'trainer_state.json'), { global_step: 30, max_steps: 30, log_history: [] });
    write(join(run, 'generated_predictions.jsonl'), line({ prompt: 'q', predict: 'a', label: 'b' }));
    const { code, lines: said } = await followOnce([run, '--once'], server.dataDir);
    assert.equal(code, 0);
    const [row] = await readAll(server, String(said[0]?.['job_id']));
    assert.deepEqual([row?.['step'], row?.['prediction']], [30, 'a']);
  });

  it('takes checkpoints that are evaluated for one run, and one that is evaluated again for a revision', async () => {
    const results = join(folder, 'results');
    const sample = (step: number, time: string, answer: string) =>
      write(
        join(results, `__out__checkpoint-${step}`, `samples_gsm8k_${time}.jsonl`),
        line(lmEvalRow(0, 'strict-match', answer, 1)),
      );
    sample(100, '2026-04-02T10-00-00.5', '18');
    sample(100, '2026-04-01T10-00-00.25', '17');
    const first = await followOnce([join(results, '__out__checkpoint-100'), '--once'], server.dataDir);
    assert.equal(first.code, 0);
    sample(50, '2026-04-03T10-00-00.5', '16');
    const { code, lines: said } = await followOnce([join(results, '__out__checkpoint-*'), '--once'], server.dataDir);
    assert.equal(code, 0);
    assert.deepEqual(said[0]?.['job_id'], first.lines[0]?.['job_id']);
    const told = (await readAll(server, String(said[0]?.['job_id']))).map((row) =>
      ['step', 'sample_index', 'completion_index', 'prediction', 'revision'].map((field) => row[field]),
    );
    assert.deepEqual(told, [
      [100, 0, 0, '17', undefined],
      [100, 0, 0, '18', 1],
      [50, 0, 0, '16', undefined],
    ]);
  });

  it('ends a run of any of them when its Trainer is done', async () => {
    const run = join(folder, 'run');
    write(join(run, 'completions.jsonl'), line({ step: ['5'], prompt: ['q'], completion: ['a'], Accuracy: [1.0] }));
    writeTrainerState(join(run, 'trainer_state.json'), {
      global_step: 5,
      max_steps: 5,
      log_history: [{ step: 5, loss: 1 }],
    });
    const follower = startFollower([run], server.dataDir);
    followers.push(follower);
    assert.equal(await follower.ended, 0);
    assert.equal(follower.lines().at(-1)?.event, 'done');
  });
});
