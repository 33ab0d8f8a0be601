import assert from 'node:assert/strict';
import { runProgram } from '../support/runProgram.ts';
import { examples } from '../support/scripts.ts';
import type { Fields } from '../support/serverClient.ts';

/** Python: what TRL's GRPOTrainer does with reward functions and callbacks, in its order, without a model. */
const trainer = `
import asyncio, json, logging, sys, types
logging.basicConfig(format="%(message)s")
sys.modules["torch"] = types.SimpleNamespace(no_grad=lambda: lambda method: method)
sys.modules["transformers"] = types.SimpleNamespace(TrainerCallback=object)
from grpo_rewards import RewardsCallback

class Told:
    def __init__(self):
        self.rows, self.config = [], None
    def job(self, **fields):
        self.config = fields.get("config", self.config)
    def predictions(self, rows):
        self.rows += rows
    def next_start(self):
        return 5

def train(watch, functions, batches, begin=0, first=True, **args):
    model = types.SimpleNamespace(training=True, generation_config=None)
    state = types.SimpleNamespace(
        is_world_process_zero=first, global_step=begin, max_steps=9, num_train_epochs=1, epoch=begin / 8
    )
    args = types.SimpleNamespace(max_completion_length=4, **args)
    given = {"model": model, "processing_class": types.SimpleNamespace(eos_token_id=2)}
    watch.on_train_begin(args, state, None, **given)
    results = []
    for prompts, completions, answers, *mode in batches:
        columns = {"answer": answers, "completion_ids": [[7, 7, 7, 2 if len(text) < 3 else 7] for text in completions]}
        model.training = not mode
        for function in functions:
            if isinstance(function, str):
                continue
            values = function(prompts=prompts, completions=completions, trainer_state=state, **columns)
            results.append(asyncio.run(values) if asyncio.iscoroutine(values) else values)
        if not mode:
            state.global_step += 1
            state.epoch = state.global_step / 8
            watch.on_step_end(args, state, None, **given)
    return results

def right(completions, answer, **columns):
    return [float(text == truth) for text, truth in zip(completions, answer)]
async def brief(prompts, completions, **columns):
    return [None if text == "" else -len(text) for text in completions]
batch = (["p", "p", "q", "q"], ["a", "b", "", "long"], ["a", "a", "b", "b"])
`;

describe('completions of a training by reward', () => {
  async function run(
    lines: string,
  ): Promise<{ told: { rows: Fields[]; config: Fields; more?: unknown }; stderr: string }> {
    const ended = await runProgram('python3', ['-c', trainer + lines], { env: {}, cwd: examples });
    assert.equal(ended.code, 0, ended.stderr);
    return { told: JSON.parse(ended.stdout), stderr: ended.stderr };
  }
  const print = 'print(json.dumps({"rows": told.rows, "config": told.config, "more": more}))';

  it('go with their rewards, as those of the step that they teach, and the functions do what they did', async () => {
    const { told, stderr } = await run(`
told = Told()
watch = RewardsCallback(job_id="j", ground_truth="answer", outbox=told)
functions = watch.logged([right, brief])
more = [train(watch, functions, [batch, batch], reward_weights=[1.0, 0.5]), [one.__name__ for one in functions]]
${print}`);
    assert.equal(stderr, '');
    const values = [
      [1, 0, 0, 0],
      [-1, -1, null, -4],
    ];
    assert.deepEqual(told.more, [
      [...values, ...values],
      ['right', 'brief'],
    ]);
    assert.deepEqual(told.config, { deciding_score: 'reward' });
    const shown = ({ step, epoch, sample_index, completion_index, prediction, ground_truth, scores }: Fields) => [
      ...[step, epoch, sample_index, completion_index, prediction, ground_truth, scores],
    ];
    assert.deepEqual(
      told.rows.map(shown),
      [1, 2].flatMap((step) => [
        [step, step / 8, 0, 0, 'a', 'a', { reward: 0.5, right: 1, brief: -1 }],
        [step, step / 8, 0, 1, 'b', 'a', { reward: -0.5, right: 0, brief: -1 }],
        [step, step / 8, 1, 0, '', 'b', { reward: 0, right: 0, brief: null }],
        [step, step / 8, 1, 1, 'long', 'b', { reward: -2, right: 0, brief: -4 }],
      ]),
    );
    const [first, , , last] = told.rows;
    assert.deepEqual([first?.['finish_reason'], first?.['completion_tokens']], ['stop', 4]);
    assert.deepEqual([last?.['finish_reason'], last?.['sample_source']], ['length', 'train']);
    assert.equal(new Set(told.rows.map((row) => row['prompt_id'])).size, 2);
  });

  it('of an evaluation are a source of their own, at once; of a run that goes on they say so, under the same ids', async () => {
    const { told } = await run(`
told, more = Told(), None
def watch():
    made = RewardsCallback(job_id="j", outbox=told, log_every=2)
    return made, made.logged(right)
chat = ([[{"role": "user", "content": "p"}]], [[{"role": "assistant", "content": "a"}]], ["a"])
plain = (["p"], ["a"], ["a"])
train(*watch(), [plain, plain, (*plain, "eval"), plain])
train(*watch(), [plain, plain, chat], begin=3)
${print}`);
    const [{ prompt_id: id } = {}] = told.rows;
    assert.deepEqual(
      told.rows.map((row) => [
        row['step'],
        row['sample_source'],
        row['restart'],
        row['restart_from'],
        row['prompt_id'] === id,
      ]),
      [
        [2, 'train', undefined, undefined, true],
        [2, 'eval', undefined, undefined, true],
        [4, 'train', 5, 3, true],
        [6, 'train', 5, 3, false],
      ],
    );
    const { messages, answer, prompt, prediction } = told.rows.at(-1) ?? {};
    assert.deepEqual([messages, answer], [[{ role: 'user', content: 'p' }], [{ role: 'assistant', content: 'a' }]]);
    assert.deepEqual([prompt, prediction], ['user: p', 'a']);
  });

  it('are sent by the first process alone, without a whole reward where a model is part of it', async () => {
    const { told, stderr } = await run(`
told, more = Told(), None
for first in (False, True):
    watch = RewardsCallback(job_id="j", outbox=told)
    train(watch, watch.logged(["org/reward-model", right, right]), [batch], first=first, world_size=2)
    if not first:
        assert told.rows == []
${print}`);
    assert.deepEqual(
      told.rows.map(({ scores }) => scores),
      [1, 0, 0, 0].map((value) => ({ right: value, right_2: value })),
    );
    assert.equal(stderr, 'Training Predictions: of each batch only the part of the first process is sent\n');
  });
});
