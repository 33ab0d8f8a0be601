"""Teaches a tiny language model by reward to add, as GRPO does, and shows four completions a prompt every ten steps.

Needs PyTorch (Debian: `apt install python3-torch`; elsewhere `pip install torch`). Some ten minutes on one core:

    python train_rl_tiny.py

A warm-up first imitates careless reasoning, which mostly forgets the carry and now and then rambles on. From then on
nothing but the reward teaches: 1 for the right sum, 0.2 for the form, −0.1 for an answer that was cut off. What was
learned after step 100 is thrown away at step 120, as when a process is killed, and the run goes on from what it saved.

Run it in a VS Code terminal while the local server runs, then watch the job. Without a server it trains all the same.
"""

import argparse
import json
import logging
import pathlib
import random
import re
import time

import torch
from torch import nn
from torch.nn import functional

from prediction_outbox import PredictionOutbox

STEPS, EVERY, PROMPTS, GROUP = 200, 10, 8, 8
SAMPLES, COMPLETIONS, MOST_TOKENS, WARM_UP = 12, 4, 40, 500
SAVED_AT, LOST_AT = 100, 120
SYSTEM = "Think first, then answer with the number alone."
ALPHABET = "\n $" + "+=?,-0123456789Wahtis<>/nk"
CODES = {character: code for code, character in enumerate(ALPHABET)}
END, PAD = CODES["\n"], CODES["$"]
CONTEXT = 64


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x, cache=None):
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, -1).transpose(1, 2) for part in self.mix(self.norm1(x)).chunk(3, -1)
        )
        if cache is not None and cache:
            k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
        if cache is not None:
            cache[:] = [k, v]
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=length > 1)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.inner(self.norm2(x))


class TinyTransformer(nn.Module):
    def __init__(self, width=96, heads=4, layers=3):
        super().__init__()
        self.token, self.place = nn.Embedding(len(ALPHABET), width), nn.Embedding(CONTEXT, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, len(ALPHABET))

    def forward(self, codes, start=0, caches=None):
        x = self.token(codes) + self.place(torch.arange(start, start + codes.shape[1]))
        for index, block in enumerate(self.blocks):
            x = block(x, None if caches is None else caches[index])
        return self.head(self.norm(x))


def question(rng):
    return rng.randrange(10, 100), rng.randrange(10, 100)


def prompt_of(a, b):
    return f"What is {a} + {b}?"


def encode(text):
    return [CODES[character] for character in text]


def trace(rng, a, b):
    """What the warm-up imitates: careless reasoning, which often forgets the carry and sometimes rambles."""
    ones = a % 10 + b % 10
    carry = ones // 10 if rng.random() < 0.2 else 0
    tens = a // 10 + b // 10 + carry
    first = f"{a % 10}+{b % 10}={ones}"
    second = f"{a // 10}+{b // 10}{f'+{carry}' if carry else ''}={tens}"
    if rng.random() < 0.25:
        return f"<think>{', '.join([first] * 6)}"[:MOST_TOKENS]
    return f"<think>{first}, {second}</think>{tens}{ones % 10}\n"


@torch.no_grad()
def generate(model, prompts, temperature, generator):
    """Completions of prompts of one length: characters, and whether each came to its end."""
    codes = torch.tensor(prompts)
    caches = [[] for _ in model.blocks]
    logits = model(codes, 0, caches)[:, -1]
    out, done = [], torch.zeros(len(prompts), dtype=torch.bool)
    for n in range(MOST_TOKENS):
        chances = functional.softmax(logits / temperature, -1)
        chosen = torch.multinomial(chances, 1, generator=generator).squeeze(1)
        chosen = torch.where(done, torch.tensor(PAD), chosen)
        out.append(chosen)
        done = done | (chosen == END)
        if bool(done.all()) or n == MOST_TOKENS - 1:
            break
        logits = model(chosen[:, None], codes.shape[1] + n, caches)[:, -1]
    return torch.stack(out, 1), done


def text_of(row):
    return "".join(ALPHABET[code] for code in row.tolist() if code != PAD).rstrip("\n")


def rewards(text, a, b, ended):
    answer = text.rpartition("</think>")[2] if "</think>" in text else ""
    form = ended and re.fullmatch(r"<think>[^<>]+</think>\d+", text) is not None
    correct = ended and answer.strip() == str(a + b)
    return {"reward": round(correct + 0.2 * form - 0.1 * (not ended), 3), "correct": int(correct), "format": int(form)}


def logprobs(model, prompts, completions):
    codes = torch.cat((torch.tensor(prompts), completions), 1)
    logits = model(codes)[:, len(prompts[0]) - 1 : -1]
    logs = functional.log_softmax(logits, -1)
    entropy = -(logs.exp() * logs).sum(-1)
    return logs.gather(-1, completions[..., None]).squeeze(-1), entropy


def warm_up(model, rng, steps):
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3)
    for step in range(steps):
        batch, targets = [], []
        for _ in range(64):
            a, b = question(rng)
            prompt, reply = encode(prompt_of(a, b)), encode(trace(rng, a, b))
            row = (prompt + reply + [PAD] * CONTEXT)[: CONTEXT - 1]
            target = ([-100] * len(prompt) + reply + [-100] * CONTEXT)[: CONTEXT - 1]
            batch.append(row)
            targets.append(target)
        codes, wanted = torch.tensor(batch), torch.tensor(targets)
        loss = functional.cross_entropy(model(codes)[:, :-1].flatten(0, 1), wanted[:, 1:].flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def train(report, steps=STEPS, warm_up_steps=WARM_UP):
    """`report` takes `job(**fields)`, `predictions(records)` and `metrics(records)`, and never raises."""
    torch.manual_seed(7)
    torch.set_num_threads(1)
    rng = random.Random(7)
    model = TinyTransformer()
    report.job(
        model_name="tiny-sums", status="running", total_steps=steps, progress=0,
        config={"deciding_score": "reward", "scores": {"correct": {"better": "higher"}, "format": {"better": "higher"}}},
    )
    warm_up(model, rng, warm_up_steps)
    held_out = [question(random.Random(1000 + n)) for n in range(SAMPLES)]
    generator = torch.Generator().manual_seed(11)
    optimizer = torch.optim.AdamW(model.parameters(), 5e-5)
    saved, start, step = None, {}, 0
    report.predictions(ask(model, held_out, step, start, generator))
    while step < steps:
        step += 1
        line = learn(model, optimizer, rng, generator) | {"step": step, "epoch": round(step / steps, 4)} | start
        report.metrics([line])
        if step % EVERY == 0:
            report.predictions(ask(model, held_out, step, start, generator))
            report.job(current_step=step, progress=100 * step / steps, loss=line["train_loss"])
            print(f"step {step:3}  reward {line['rewards/mean']:.3f}  right {line['rewards/correct']:.0%}", flush=True)
        if step == SAVED_AT and not start:
            saved = ({name: value.clone() for name, value in model.state_dict().items()}, optimizer.state_dict())
        if step == LOST_AT and not start:
            model.load_state_dict(saved[0])
            optimizer.load_state_dict(saved[1])
            start, step = {"restart": 1, "restart_from": SAVED_AT}, SAVED_AT
    report.job(status="completed", progress=100)


def ask(model, held_out, step, start, generator):
    """Four completions of each held-out question, with their rewards."""
    model.eval()
    records = []
    for index, (a, b) in enumerate(held_out):
        prompt = prompt_of(a, b)
        begun = time.perf_counter()
        out, done = generate(model, [encode(prompt)] * COMPLETIONS, 1.0, generator)
        took = (time.perf_counter() - begun) * 1000
        for n, (row, ended) in enumerate(zip(out, done.tolist())):
            text = text_of(row)
            records.append({
                "epoch": 0, "step": step, "sample_index": index, "completion_index": n,
                "prompt": prompt, "ground_truth": str(a + b), "prediction": text,
                "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}],
                "scores": rewards(text, a, b, ended), "finish_reason": "stop" if ended else "length",
                "prompt_tokens": len(prompt), "completion_tokens": int((row != PAD).sum()),
                "max_new_tokens": MOST_TOKENS, "latency_ms": round(took, 1),
            } | start)
    return records


def learn(model, optimizer, rng, generator):
    """One step by the advantages of each group over its mean; what it was like."""
    questions = [question(rng) for _ in range(PROMPTS)]
    prompts = [encode(prompt_of(a, b)) for a, b in questions for _ in range(GROUP)]
    model.eval()
    out, done = generate(model, prompts, 1.0, generator)
    scores = [rewards(text_of(out[n]), *questions[n // GROUP], bool(done[n])) for n in range(len(prompts))]
    gained = torch.tensor([one["reward"] for one in scores]).view(PROMPTS, GROUP)
    spread = gained.std(1, keepdim=True)
    advantage = ((gained - gained.mean(1, keepdim=True)) / (spread + 1e-4)).flatten()
    model.train()
    mask = (out != PAD).float()
    logs, entropy = logprobs(model, prompts, out)
    loss = -(advantage[:, None] * logs * mask).sum() / mask.sum()
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return {
        "train_loss": round(loss.item(), 5), "learning_rate": 5e-5, "grad_norm": round(norm.item(), 4),
        "rewards/mean": round(gained.mean().item(), 4), "rewards/std": round(gained.std().item(), 4),
        "rewards/correct": round(sum(one["correct"] for one in scores) / len(scores), 4),
        "rewards/format": round(sum(one["format"] for one in scores) / len(scores), 4),
        "completions/mean_length": round(mask.sum(1).mean().item(), 2),
        "completions/cut_off": round(1 - done.float().mean().item(), 4),
        "policy/entropy": round(((entropy * mask).sum() / mask.sum()).item(), 4),
        "groups/idle": round((spread < 1e-9).float().mean().item(), 4),
    }


class Recorder:
    """Writes a run to two files instead of sending it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        for kind in ("predictions", "metrics"):
            (self.folder / f"{kind}.jsonl").write_text("")

    def job(self, **fields):
        pass

    def predictions(self, records):
        self._add("predictions", records)

    def metrics(self, records):
        self._add("metrics", records)

    def close(self):
        pass

    def _add(self, kind, records):
        with open(self.folder / f"{kind}.jsonl", "a", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Watch a tiny model learn by reward to add.")
    arguments.add_argument("--job-id", default=f"tiny-sums-{time.strftime('%Y%m%d-%H%M%S')}")
    arguments.add_argument("--steps", type=int, default=STEPS)
    arguments.add_argument("--warm-up", type=int, default=WARM_UP)
    arguments.add_argument("--record", metavar="FOLDER", help="write the run there instead of sending it")
    given = arguments.parse_args()
    logging.basicConfig(format="%(message)s")
    if given.record is None:
        print(f"Job: {given.job_id}")
    outbox = PredictionOutbox(given.job_id) if given.record is None else Recorder(given.record)
    train(outbox, given.steps, given.warm_up)
    outbox.close()
