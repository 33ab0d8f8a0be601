"""Trainings by Transformers' own Trainer, watched by the callback of examples/, the working folder. Needs no network.

    python realTrainer.py diverge FOLDER   24 steps; the loss is NaN from step 13, and step 16 is the process's last
    python realTrainer.py resume FOLDER    goes on from the checkpoint of step 8 and ends well
    python realTrainer.py same FOLDER      trains with a callback that draws and without one; prints what differs
    python realTrainer.py values           prints what numbers of NumPy and PyTorch become
    python realTrainer.py grpo FOLDER      trains by TRL's GRPOTrainer, with rewards
"""

import json
import logging
import os
import signal
import sys

sys.path.insert(0, os.getcwd())
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch  # noqa: E402
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors  # noqa: E402
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, PrinterCallback  # noqa: E402
from transformers import Trainer, TrainerCallback, TrainingArguments  # noqa: E402

from hf_callback import TrainingPredictionsCallback  # noqa: E402
from prediction_outbox import PredictionOutbox  # noqa: E402

CAPITALS = {"France": "Paris", "Japan": "Tokyo", "Peru": "Lima"}
SAMPLES = [
    {"prompt": [{"role": "user", "content": f"capital of {country}?"}], "ground_truth": capital}
    for country, capital in CAPITALS.items()
]
TEMPLATE = (
    "{{ bos_token }}{% for one in messages %}[{{ one['role'] }}]{{ one['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)


def characters(padding_side="right"):
    """A tokenizer that adds a BOS, as its chat template does; its tags of reasoning are special tokens."""
    special = ["<pad>", "<s>", "</s>", "<think>", "</think>"]
    letters = sorted(set("".join(f"capital of {a}?{b}[user][assistant]" for a, b in CAPITALS.items())))
    vocabulary = {token: code for code, token in enumerate([*special, *letters])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    made.pre_tokenizer, made.decoder = pre_tokenizers.Split(Regex("."), "isolated"), decoders.Fuse()
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="<pad>", padding_side=padding_side,
        clean_up_tokenization_spaces=False, additional_special_tokens=["<think>", "</think>"],
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def llama(tokenizer):
    torch.manual_seed(1)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=128, attention_dropout=0.1, bos_token_id=1, eos_token_id=2,
        pad_token_id=0,
    ))


class Diverging(Trainer):
    """Counts the modules that a step finds out of training. Its loss is NaN from a step on."""

    last_good, wrong = 1_000, 0

    def compute_loss(self, model, *args, **kwargs):
        self.wrong += sum(not module.training for module in model.modules())
        loss = super().compute_loss(model, *args, **kwargs)
        return loss * float("nan") if self.state.global_step >= self.last_good else loss


class Killed(TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == 16:
            os.kill(os.getpid(), signal.SIGKILL)


def trainer_of(folder, tokenizer, callbacks):
    texts = [f"[user]capital of {a}?[assistant]<think>{a}</think>{b}</s>" for a, b in CAPITALS.items()]
    rows = tokenizer(texts)["input_ids"]

    def collate(batch):
        longest = max(map(len, batch))
        codes = torch.tensor([row + [0] * (longest - len(row)) for row in batch])
        return {"input_ids": codes, "attention_mask": (codes > 0).long(), "labels": codes.masked_fill(codes == 0, -100)}

    trainer = Diverging(
        llama(tokenizer),
        TrainingArguments(
            folder, max_steps=24, per_device_train_batch_size=3, learning_rate=1e-2, logging_steps=1, save_steps=8,
            report_to=[], disable_tqdm=True, use_cpu=True, gradient_checkpointing=True, logging_nan_inf_filter=False,
        ),
        data_collator=collate, train_dataset=rows * 16, processing_class=tokenizer, callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def run(mode, folder):
    tokenizer = characters()
    callback = TrainingPredictionsCallback(
        SAMPLES, job_id="real-run", every_steps=4, max_new_tokens=12, completions=2,
        outbox=PredictionOutbox("real-run", retry_seconds=(0.02, 0.2)),
        scores=lambda sample, answer: {
            "right": torch.tensor(sample["ground_truth"] in answer), "half": torch.tensor(0.5).bfloat16(),
        },
    )
    trainer = trainer_of(folder, tokenizer, [callback] + [Killed()] * (mode == "diverge"))
    if mode == "diverge":
        trainer.last_good = 12
    trainer.train(resume_from_checkpoint=mode == "resume")


def same(folder):
    """Of two trainings the losses; of the watched one what the callback changed for good."""
    losses = []
    for watched in (False, True):
        tokenizer = characters()
        told = TrainingPredictionsCallback(SAMPLES, job_id="same", every_steps=4, max_new_tokens=8, completions=3)
        trainer = trainer_of(f"{folder}/{watched}", tokenizer, [told] * watched)
        before = trainer.model.generation_config.to_dict()
        trainer.train()
        losses.append([line["loss"] for line in trainer.state.log_history if "loss" in line])
    changed = trainer.model.generation_config.to_dict() != before or tokenizer.padding_side != "right"
    equal = losses[0] == losses[1]
    print(json.dumps({"equal": equal, "steps": len(losses[0]), "wrong": trainer.wrong, "changed": changed}))


def values():
    import numpy

    from log_predictions import _rows

    given = {
        "float32": numpy.float32(1.5), "int64": numpy.int64(3), "bool_": numpy.bool_(True), "half": numpy.float16(0.5),
        "zero": numpy.array(2), "tensor": torch.tensor(4), "bfloat16": torch.tensor(0.25, dtype=torch.bfloat16),
        "graph": torch.tensor(1.0, requires_grad=True), "truth": torch.tensor(False), "nan": torch.tensor(float("nan")),
        "infinite": numpy.float64("inf"), "long": numpy.longdouble(2.5),
    }
    rows = _rows([
        {"step": numpy.int32(1), "epoch": torch.tensor(0.5), "scores": given, **given, "list": numpy.arange(2)},
        {"step": 2, "odd": numpy.datetime64("2026-01-01"), "scores": {"vector": torch.zeros(2), "kind": torch.float32}},
    ])
    print(json.dumps(rows))


def grpo(folder):
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    from grpo_rewards import RewardsCallback

    def right(completions, answer, **columns):
        return [float(truth in completion[0]["content"]) for completion, truth in zip(completions, answer)]

    async def brief(completions, **columns):
        return [None if n % 2 else -len(completion[0]["content"]) / 10 for n, completion in enumerate(completions)]

    watch = RewardsCallback(job_id="real-grpo", ground_truth="answer")
    tokenizer = characters("left")
    trainer = GRPOTrainer(
        llama(tokenizer), reward_funcs=watch.logged([right, brief]),
        args=GRPOConfig(
            folder, max_steps=2, per_device_train_batch_size=4, num_generations=2, max_completion_length=8,
            logging_steps=1, report_to=[], use_cpu=True, bf16=False, disable_tqdm=True, reward_weights=[1.0, 0.5],
        ),
        train_dataset=Dataset.from_list([{"prompt": one["prompt"], "answer": one["ground_truth"]} for one in SAMPLES]),
        processing_class=tokenizer, callbacks=[watch],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    torch.set_num_threads(1)
    mode, *folder = sys.argv[1:]
    if mode in ("diverge", "resume"):
        run(mode, *folder)
    else:
        {"same": same, "values": values, "grpo": grpo}[mode](*folder)
