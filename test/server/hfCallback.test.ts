import assert from 'node:assert/strict';
import { runProgram } from '../support/runProgram.ts';
import { examples } from '../support/scripts.ts';
import type { Fields } from '../support/serverClient.ts';

/**
 * Python: what the callback needs of PyTorch and Transformers, which a machine of tests need not have; a Trainer as far as
 * it calls callbacks, in its order; and an outbox that prints what it is handed.
 */
const trainer = `
import json, logging, sys, types
logging.basicConfig(format="%(message)s")
sys.modules["torch"] = types.SimpleNamespace(no_grad=lambda: lambda method: method)
sys.modules["transformers"] = types.SimpleNamespace(TrainerCallback=object)
from hf_callback import TrainingPredictionsCallback

class Told:
    def __init__(self):
        self.calls = []
    def job(self, **fields):
        self.calls.append(["job", fields])
    def predictions(self, rows):
        self.calls.append(["predictions", rows])
    def metrics(self, rows):
        self.calls.append(["metrics", rows])
    def next_start(self):
        return 5
    def close(self):
        print(json.dumps(self.calls))

class Codes(list):
    shape = property(lambda self: (1, len(self[0])))
    tolist = lambda self: list(self)
    def __getitem__(self, at):
        return list.__getitem__(self, at[0])[at[1]] if isinstance(at, tuple) else list.__getitem__(self, at)

class Tokenizer:
    pad_token_id, eos_token_id, bos_token, padding_side = 0, None, None, "right"
    def __call__(self, text, return_tensors, add_special_tokens):
        codes = Codes([[ord(letter) for letter in text]])
        return {"input_ids": codes, "attention_mask": codes}
    def decode(self, codes, skip_special_tokens):
        return "".join(map(chr, codes))

class Model:
    training, device, config = True, "cpu", None
    def modules(self):
        return [self]
    def parameters(self):
        return []
    def eval(self):
        self.training = False
    def train(self, on):
        self.training = on
    def generate(self, input_ids, **how):
        return Codes([input_ids[0] + [ord(letter) for letter in " ok"]])

def train(callback, begin=0, steps=6, per_epoch=3, evaluate=None, crash=None):
    state = types.SimpleNamespace(
        is_world_process_zero=True, global_step=begin, max_steps=steps, num_train_epochs=steps / per_epoch,
        epoch=begin / per_epoch,
    )
    args, given = types.SimpleNamespace(), {"model": Model(), "processing_class": Tokenizer()}
    callback.on_train_begin(args, state, None, **given)
    while state.global_step < steps:
        state.global_step += 1
        state.epoch = state.global_step / per_epoch
        if state.global_step == crash:
            return callback.outbox.close()
        callback.on_step_end(args, state, None, **given)
        callback.on_log(args, state, None, logs={"loss": float("nan"), "epoch": state.epoch}, **given)
        if evaluate and state.global_step % evaluate == 0:
            callback.on_evaluate(args, state, None, metrics={}, **given)
        if state.global_step % per_epoch == 0:
            callback.on_epoch_end(args, state, None, **given)
    callback.on_train_end(args, state, None, **given)
samples = [{"prompt": "a", "ground_truth": "ok"}, {"prompt": "b"}]
`;

type Call = ['job', Fields] | ['predictions' | 'metrics', Fields[]];

describe('the callback for Hugging Face’s Trainer', () => {
  async function run(lines: string): Promise<{ calls: Call[]; stderr: string }> {
    const ended = await runProgram('python3', ['-c', trainer + lines], { env: {}, cwd: examples });
    assert.equal(ended.code, 0, ended.stderr);
    return { calls: JSON.parse(ended.stdout.replaceAll('NaN', '"NaN"')) as Call[], stderr: ended.stderr };
  }
  const rowsOf = (calls: Call[], kind: 'predictions' | 'metrics') =>
    calls.flatMap(([name, content]) => (name === kind ? (content as Fields[]) : []));
  const askedAt = (calls: Call[]) => [...new Set(rowsOf(calls, 'predictions').map(({ step }) => step))];

  it('asks before the training, after each epoch, at each evaluation and every so many steps, once a step', async () => {
    const asked = async (options: string, training = '') =>
      askedAt(
        (await run(`train(TrainingPredictionsCallback(samples, outbox=Told()${options}), steps=12${training})`)).calls,
      );
    assert.deepEqual(await asked(''), [0, 3, 6, 9, 12]);
    assert.deepEqual(await asked(', every_steps=2'), [0, 2, 3, 4, 6, 8, 9, 10, 12]);
    assert.deepEqual(await asked(', every_steps=1'), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert.deepEqual(await asked('', ', evaluate=4'), [0, 3, 4, 6, 8, 9, 12]);
    const { calls } = await run('train(TrainingPredictionsCallback(samples, outbox=Told(), every_steps=1), steps=3)');
    assert.equal(rowsOf(calls, 'predictions').length, 8);
  });
  it('sends the fraction of the epoch as Trainer has it, and of the job the whole ones', async () => {
    const { calls } = await run('train(TrainingPredictionsCallback(samples, outbox=Told(), every_steps=1), steps=4)');
    const epochs = rowsOf(calls, 'predictions').filter(({ sample_index: sample }) => sample === 0);
    assert.deepEqual(
      epochs.map(({ epoch }) => epoch),
      [0, 1 / 3, 2 / 3, 1, 4 / 3],
    );
    assert.deepEqual(
      rowsOf(calls, 'metrics').map(({ step, epoch, train_loss: loss, restart }) => [step, epoch, loss, restart]),
      [1, 2, 3, 4].map((step) => [step, step / 3, 'NaN', undefined]),
    );
    const told = calls.flatMap(([name, fields]) => (name === 'job' ? [(fields as Fields)['current_epoch']] : []));
    assert.deepEqual([...new Set(told)], [undefined, 0, 1]);
  });

  it('sends the scores of a function, and the answers without them where it fails', async () => {
    const { calls, stderr } = await run(`
def scores(sample, answer):
    return {"right": answer == sample["ground_truth"], "length": len(answer)}
config = {"deciding_score": "right"}
train(TrainingPredictionsCallback(samples, outbox=Told(), scores=scores, config=config), steps=3)`);
    assert.deepEqual(calls[0]?.[1], { ...(calls[0]?.[1] as Fields), config: { deciding_score: 'right' } });
    assert.deepEqual(
      rowsOf(calls, 'predictions').map(({ prediction, scores }) => [prediction, scores]),
      [0, 3].flatMap(() => [
        ['ok', { right: true, length: 2 }],
        ['ok', undefined],
      ]),
    );
    assert.equal(stderr.match(/scores failed; the answers go without/g)?.length, 1, stderr);
    assert.match(stderr, /KeyError: 'ground_truth'/);
  });

  it('says of a resumed run which start it is and from which step, and does not ask again where that was', async () => {
    const { calls } = await run(`
train(TrainingPredictionsCallback(samples, outbox=Told(), every_steps=1), begin=4, steps=6)`);
    assert.deepEqual(askedAt(calls), [5, 6]);
    const starts = [...rowsOf(calls, 'predictions'), ...rowsOf(calls, 'metrics')].map(({ restart, restart_from }) => {
      assert.ok(Number.isSafeInteger(restart) && Number(restart) > 0);
      return restart_from;
    });
    assert.deepEqual([...new Set(starts)], [4]);
    const first = await run('train(TrainingPredictionsCallback(samples, outbox=Told()), crash=5)');
    assert.ok(rowsOf(first.calls, 'predictions').every((row) => !('restart' in row) && !('restart_from' in row)));
  });
});
