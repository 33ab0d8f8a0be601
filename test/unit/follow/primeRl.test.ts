import assert from 'node:assert/strict';
import { join, sep } from 'node:path';
import { primeRl } from '../../../src/follow/formats/primeRl.ts';

type Cells = Record<string, unknown>;

const at = (...names: string[]) => primeRl.locate(join(sep, 'run', ...names));

function rowsOf(cells: Cells, ...fields: string[]): unknown[][] {
  assert.ok(primeRl.knows(Object.keys(cells)), Object.keys(cells).join());
  const file = { run: '/run', reading: 'lines', step: 7, source: 'train' } as const;
  const rows = primeRl.maker(file, { columns: [] }).make({ line: 1, cells });
  return rows.map((row) => fields.map((field) => row[field]));
}

const user = { role: 'user', content: 'q' };
const said = (content: string) => ({ role: 'assistant', content });
/** As it is written: fields of null are left out, tokens stand beside each message. */
const trace = (more: Cells = {}): Cells => ({
  ...{ version: 1, id: 't', task: { type: 'T', data: { idx: 3, prompt: 'q', answer: '72' }, key: 'k', hash: 'h' } },
  agent: { config: {}, name: 'agent', trainable: true },
  nodes: [
    { message: user, sampled: false, token_ids: [1], mask: [false], logprobs: [] },
    { parent: 0, message: said('a'), sampled: true, token_ids: [2], mask: [true], logprobs: [-0.5] },
  ],
  calls: [{ node: 1, finish_reason: 'length' }],
  ...{ rewards: { right: { score: 1, weight: 2 } }, metrics: { turns: 1 }, info: { kind: 'train', advantage: -0.5 } },
  ...more,
});
const rollout = (more: Cells, ...traces: Cells[]): Cells => ({
  ...{ id: 'r', env: { id: 'gsm8k', name: 'math' }, task: { type: 'T', data: { idx: 3, answer: '72' } } },
  ...{ group: { id: 'g' }, run: { type: 'train', id: 'x', work: { type: 'train', step: 5 } }, ok: true, traces },
  ...more,
});

describe('rollouts of prime-rl', () => {
  it('are found where its versions write them, and no part of them twice', () => {
    const step = { run: `${sep}run`, reading: 'lines', step: 7, source: 'train' };
    assert.deepEqual(at('rollouts', 'step_7', 'train', 'all', 'traces.jsonl'), step);
    assert.equal(at('rollouts', 'step_7', 'train', 'effective', 'traces.jsonl'), undefined);
    assert.deepEqual(at('traces', 'step_7', 'eval', 'traces.jsonl'), { ...step, source: 'eval' });
    assert.equal(at('traces', 'step_7', 'eval', 'annotations', 'orchestrator.jsonl'), undefined);
    assert.deepEqual(at('rollouts', 'step_7', 'train_rollouts.jsonl'), step);
    assert.deepEqual(at('rollouts', 'step_7', 'eval_rollouts.jsonl'), { ...step, source: 'eval' });
    const stream = { run: `${sep}run`, reading: 'lines' };
    assert.deepEqual(at('traces', 'stream', '00000.jsonl'), stream);
    assert.deepEqual(at('monitors', 'file', 'traces', 'stream', '00012.jsonl'), stream);
    for (const name of ['stream.index.jsonl', 'annotations/trainer/00000.jsonl', 'live/0123.jsonl']) {
      assert.equal(at('monitors', 'file', 'traces', ...name.split('/')), undefined, name);
    }
  });

  it('tell their step, environment, truth and how the answer ended', () => {
    assert.deepEqual(
      rowsOf(
        rollout({}, trace()),
        ...['step', 'sample_source', 'env', 'rollout_id', 'group_id', 'ground_truth', 'finish_reason', 'scores'],
      ),
      [[5, 'train', 'math', 'r', 'g', '72', 'length', { turns: 1, advantage: -0.5, reward: 2, right: 1 }]],
    );
    const alone = rollout({ run: { type: 'eval', id: 'x' } }, trace());
    const [row] = primeRl.maker({ run: '/run', reading: 'lines' }, { columns: [] }).make({ line: 1, cells: alone });
    assert.deepEqual([row?.step, row?.['sample_source']], [0, 'eval']);
  });

  it('count the rewards that were given, and no sum of one that was no number', () => {
    const rewards = (given: Cells) =>
      rowsOf(rollout({}, trace({ rewards: given, metrics: {}, info: {} })), 'scores')[0]?.[0];
    assert.deepEqual(rewards({ a: { score: 1, weight: 0.5 }, judge: null }), { reward: 0.5, a: 1, judge: null });
    assert.deepEqual(rewards({ a: { score: 1, weight: 1 }, b: { weight: 1 } }), { reward: null, a: 1, b: null });
    assert.deepEqual(rewards({ judge: null }), { reward: null, judge: null });
    assert.deepEqual(rewards({}), {});
  });

  it('answer with what the agent replied, not with what one of its own said last', () => {
    const nodes = [
      { message: user },
      { parent: 0, sampled: true, message: said('final') },
      { message: { role: 'user', content: 'sub' } },
      { parent: 2, sampled: true, message: said('inner') },
    ];
    assert.deepEqual(rowsOf(rollout({}, trace({ nodes, root_reply: 'final' })), 'prompt', 'prediction'), [
      ['q', 'final'],
    ]);
    assert.deepEqual(rowsOf(rollout({}, trace({ nodes })), 'prompt', 'prediction'), [['sub', 'inner']]);
  });

  it('may answer nothing, which is left out as all that is null', () => {
    const nodes = [{ message: user }, { parent: 0, sampled: true, message: { role: 'assistant' } }];
    assert.deepEqual(rowsOf(rollout({}, trace({ nodes })), 'prompt', 'prediction'), [['q', '']]);
  });

  it('are a trace a line in older versions', () => {
    const cells = trace({ run: { type: 'train', step: 6 }, info: { env_name: 'math' }, rewards: { reward: 0.5 } });
    assert.deepEqual(rowsOf(cells, 'step', 'sample_source', 'env', 'prompt', 'prediction', 'ground_truth', 'scores'), [
      [6, 'train', 'math', 'q', 'a', '72', { turns: 1, reward: 0.5 }],
    ]);
    assert.deepEqual(rowsOf(trace(), 'step', 'sample_source'), [[7, 'train']]);
  });

  it('are prompt and completion in the oldest ones', () => {
    const cells = {
      ...{ example_id: 3, task: 'math', prompt: [user], completion: [said('a')], answer: '72', reward: 0.5 },
      ...{ metrics: { correct: 1 }, right: 1, is_truncated: false, timing: { total_ms: 5 }, info: {} },
    };
    assert.deepEqual(
      rowsOf(cells, 'step', 'env', 'prompt', 'messages', 'prediction', 'answer', 'ground_truth', 'scores'),
      [[7, 'math', 'q', [user], 'a', [said('a')], '72', { reward: 0.5, correct: 1 }]],
    );
    const cut = { ...cells, is_truncated: true };
    assert.deepEqual(
      [cells, cut].flatMap((row) => rowsOf(row, 'finish_reason')),
      [[undefined], ['length']],
    );
    assert.deepEqual(rowsOf({ ...cells, prompt: 'q', completion: 'b' }, 'prompt', 'prediction'), [['q', 'b']]);
    assert.deepEqual(rowsOf({ ...cells, completion: null }, 'prompt'), []);
  });
});
