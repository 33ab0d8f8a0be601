import assert from 'node:assert/strict';
import { runProgram } from '../support/runProgram.ts';
import { examples } from '../support/scripts.ts';

/**
 * Python: tensors, tokenizers and models as far as `hf_answers.py` and `grpo_rewards.py` look at them. Where there is a
 * Python with PyTorch and Transformers, `realTrainer.test.ts` runs the same on them.
 */
const stand = `
import json, logging, sys, types
logging.basicConfig(format="%(message)s")
sys.modules["torch"] = types.SimpleNamespace(no_grad=lambda: lambda method: method)
sys.modules["transformers"] = types.SimpleNamespace(TrainerCallback=type("TrainerCallback", (), {"on_step_end": None}))
from hf_answers import *

class Codes(list):
    shape = property(lambda self: (1, len(self[0])))
    def tolist(self):
        return list(self)
    def __getitem__(self, at):
        if not isinstance(at, tuple):
            return list.__getitem__(self, at)
        rows, place = at
        return Codes([row[place] for row in self]) if isinstance(rows, slice) else list.__getitem__(self, rows)[place]

class Tokenizer:
    """<s> is 1, </s> is 2, <think> is 3; every other code is a letter's."""
    bos_token, eos_token, eos_token_id, pad_token_id, padding_side = "<s>", "</s>", 2, 0, "right"
    chat_template, closes = "yes", False
    added_tokens_decoder = {
        code: types.SimpleNamespace(content=text, special=True)
        for code, text in enumerate(["<pad>", "<s>", "</s>", "<think>"])
    }
    def __call__(self, text, return_tensors, add_special_tokens):
        for code, token in self.added_tokens_decoder.items():
            text = text.replace(token.content, chr(code))
        codes = [ord(letter) for letter in text]
        codes = [1] * add_special_tokens + codes + [2] * (add_special_tokens and self.closes)
        return {"input_ids": Codes([codes]), "attention_mask": Codes([[1] * len(codes)])}
    def decode(self, codes, skip_special_tokens):
        names = {code: token.content for code, token in self.added_tokens_decoder.items()}
        return "".join(names.get(code, chr(code)) for code in codes if not (skip_special_tokens and code in names))
    def apply_chat_template(self, chat, tokenize, add_generation_prompt=False, continue_final_message=False, **more):
        text = "<s>" + "".join(f"[{one['role']}]{one['content']}" for one in chat) + "".join(map(str, more.values()))
        return text + ("[assistant]" if add_generation_prompt else "")

class Module:
    def __init__(self, training=True, **more):
        self.training = training
        vars(self).update(more)

class Model(Module):
    device, config = types.SimpleNamespace(type="cpu"), None
    def __init__(self, *parts, **more):
        super().__init__(**more)
        self.parts, self.generation_config = parts, types.SimpleNamespace(eos_token_id=[2, 9], cache=None)
    def modules(self):
        return [self, *self.parts]
    def parameters(self):
        return []
    def eval(self):
        for part in self.modules():
            part.training = False
    def generate(self, input_ids, **how):
        self.how = how
        self.generation_config.cache = "changed"
        return Codes([input_ids[0] + answer for answer in self.answers])
chat = [{"role": "user", "content": "q"}]
`;

describe('how a model of transformers is asked', () => {
  async function told(lines: string): Promise<unknown> {
    const ended = await runProgram('python3', ['-c', stand + lines], { env: {}, cwd: examples });
    assert.equal(ended.code, 0, ended.stderr);
    return JSON.parse(ended.stdout);
  }

  it('is with one BOS, whether the template, the tokenizer or the text brings it, and none behind an end', async () => {
    const asked = await told(`
closing = Tokenizer()
closing.closes = True
begun = chat + [{"role": "assistant", "content": "So"}]
print(json.dumps([
    [text, given["input_ids"]] for text, given in [
        encoded(Tokenizer(), chat), encoded(Tokenizer(), "ab"), encoded(Tokenizer(), "<s>ab"), encoded(closing, "ab"),
        encoded(closing, "ab</s>"), encoded(Tokenizer(), begun), encoded(Tokenizer(), chat, tools="T"),
    ]
]))`);
    const codes = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
    assert.deepEqual(asked, [
      ['<s>[user]q[assistant]', [[1, ...codes('[user]q[assistant]')]]],
      ['ab', [[1, 97, 98]]],
      ['<s>ab', [[1, 97, 98]]],
      ['ab', [[1, 97, 98]]],
      ['ab</s>', [[1, 97, 98, 2, 2]]],
      ['<s>[user]q[assistant]So', [[1, ...codes('[user]q[assistant]So')]]],
      ['<s>[user]qT[assistant]', [[1, ...codes('[user]qT[assistant]')]]],
    ]);
  });

  it('ends at a token of the model’s or the tokenizer’s, or is cut off; tags of reasoning stay in the text', async () => {
    const rows = await told(`
model = Model()
model.answers = [[3, 97, 2, 0, 0], [97, 9, 0, 0, 0], [97, 98, 99, 100, 101], [97]]
import hf_answers, contextlib
hf_answers.own_chance = lambda model: contextlib.nullcontext()
fields = answers_of(model, Tokenizer(), chat, 5, completions=4)
print(json.dumps([[f["prediction"], f["finish_reason"], f["completion_tokens"], f["completion_index"]] for f in fields]
    + [fields[0]["messages"], model.how["eos_token_id"], model.how["do_sample"], fields[0]["prompt_tokens"]]))`);
    assert.deepEqual(rows, [
      ['<think>a', 'stop', 3, 0],
      ['a', 'stop', 2, 1],
      ['abcde', 'length', 5, 2],
      ['a', 'stop', 1, 3],
      [{ role: 'user', content: 'q' }],
      [2, 9],
      true,
      '[user]q[assistant]'.length + 1,
    ]);
  });

  it('leaves each part of the model, its generation config and the padding side as they were, Unsloth’s too', async () => {
    const seen = await told(`
frozen, layer, calls = Module(False), Module(True, gradient_checkpointing=True), []
tokenizer = Tokenizer()
class Unsloth(Model):
    def for_inference(self):
        calls.append("inference")
        layer.gradient_checkpointing, tokenizer.padding_side = False, "left"
    def for_training(self, use_gradient_checkpointing=True):
        calls.append(use_gradient_checkpointing)
        for part in self.modules():
            part.training = True
        frozen.training = True
        tokenizer.padding_side = "left"
model = Unsloth(frozen, layer)
generation = model.generation_config
model.answers = [[97, 2]]
for fails in (False, True):
    try:
        with answering(model, tokenizer):
            inside = [part.training for part in model.modules()] + [layer.gradient_checkpointing]
            answers_of(model, tokenizer, "p", 5)
            assert not fails, "out of memory"
    except AssertionError:
        pass
    print(json.dumps([inside, [part.training for part in model.modules()], layer.gradient_checkpointing, calls,
                      tokenizer.padding_side, generation.cache, model.generation_config is generation]) if fails else "", end="")`);
    assert.deepEqual(seen, [
      [false, false, false, false],
      [true, false, true],
      true,
      ['inference', true, 'inference', true],
      'right',
      null,
      true,
    ]);
  });

  it('says in one line what to do where a prompt has an image and there is no processor, and of an image that it is one', async () => {
    const seen = await told(`
image = [{"role": "user", "content": [{"type": "image", "image": object()}, {"type": "text", "text": "What?"}]}]
try:
    encoded(Tokenizer(), image)
except ValueError as error:
    reason = str(error)
class Processor:
    tokenizer = Tokenizer()
    def apply_chat_template(self, chat, tokenize, **how):
        return {"input_ids": Codes([[1, 2, 3]]), "pixel_values": 7} if tokenize else json.dumps([chat[0]["content"][-1:], how])
plain = encoded(Processor(), chat)[0]
Processor.chat_template = "of parts"
print(json.dumps([reason, encoded(Processor(), image), plain, encoded(Processor(), chat)[0], without_files(image)]))`);
    assert.deepEqual(seen, [
      "its prompt has an image or a sound: hand the model's processor over as `tokenizer`",
      [
        '[[{"type": "text", "text": "What?"}], {"add_generation_prompt": true}]',
        { input_ids: [[1, 2, 3]], pixel_values: 7 },
      ],
      '<s>[user]q[assistant]',
      '[[{"type": "text", "text": "q"}], {"add_generation_prompt": true}]',
      [{ role: 'user', content: [{ type: 'image' }, { type: 'text', text: 'What?' }] }],
    ]);
  });

  it('knows a model that lies in parts on several processes', async () => {
    const seen = await told(`
def of(*weights, name="Model"):
    model = type(name, (Model,), {"parameters": lambda self: weights})()
    return is_sharded(model)
plain, zero3, tensor = Module(), Module(ds_id=1), Module(device_mesh=1)
print(json.dumps([of(plain), of(plain, zero3), of(tensor), of(name="FullyShardedDataParallel")]))`);
    assert.deepEqual(seen, [false, true, true, true]);
  });

  it('names a sample that fails and its reason once, and answers the others', async () => {
    const ended = await runProgram(
      'python3',
      [
        '-c',
        `${stand}
import hf_callback
class Told:
    def __init__(self):
        self.rows = []
    def job(self, **fields):
        pass
    def predictions(self, rows):
        self.rows += rows
hf_callback.answers_of = lambda model, processor, prompt, *more: [{"prediction": prompt}] if prompt != "bad" else 1 / 0
state = types.SimpleNamespace(is_world_process_zero=True, global_step=0, max_steps=2, num_train_epochs=1, epoch=0)
told = Told()
model = Model()
callback = hf_callback.TrainingPredictionsCallback(
    [{"prompt": "a", "prompt_id": "A", "sample_source": "val"}, {"prompt": "bad"}, {"prompt": "c"}],
    Tokenizer(), outbox=told, every_steps=1,
)
callback.on_train_begin(None, state, None, model=model)
state.global_step = 1
callback.on_step_end(None, state, None, model=model)
del Model.generate
state.global_step = 2
for _ in range(2):
    callback._asked_at = None
    callback.on_step_end(None, state, None, model=model)
print(json.dumps(told.rows))`,
      ],
      { env: {}, cwd: examples },
    );
    assert.equal(ended.code, 0, ended.stderr);
    const rows = JSON.parse(ended.stdout) as Record<string, unknown>[];
    assert.deepEqual(
      rows.map((row) => [row['step'], row['sample_index'], row['prediction'], row['prompt_id'], row['sample_source']]),
      [0, 1].flatMap((step) => [
        [step, 0, 'a', 'A', 'val'],
        [step, 2, 'c', undefined, undefined],
      ]),
    );
    assert.deepEqual(ended.stderr.trim().split('\n'), [
      'Training Predictions: sample 1 was not answered (ZeroDivisionError: division by zero)',
      'Training Predictions: Model has no generate() and is not asked; only what is logged is sent',
    ]);
  });
});
