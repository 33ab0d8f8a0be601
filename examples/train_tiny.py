"""Trains a tiny language model on the CPU to write dates as ISO 8601, and shows what it answers after every epoch.

Needs PyTorch (Debian: `apt install python3-torch`; elsewhere `pip install torch`). About three minutes on one core:

    python train_tiny.py

Run it in a VS Code terminal while the local server runs, then watch the job: noise, then digits, then dates. Without a
server it trains all the same; what it had to tell is sent by its next run.
"""

import argparse
import datetime
import logging
import random
import re
import time

import torch
from torch import nn
from torch.nn import functional

from prediction_outbox import PredictionOutbox

EPOCHS, STEPS, BATCH_SIZE, SAMPLES = 30, 20, 32, 30
ALPHABET = "\n" + " ,-./:0123456789ADFJMNOSTWabcdefghiklmnoprstuvy>"
CODES = {character: code for code, character in enumerate(ALPHABET)}
CONTEXT = 40
FORMS = ["%d %B %Y", "%B %d, %Y", "%A, %d %b %Y", "%d.%m.%Y", "%m/%d/%y", "%b %d %Y"]


class TinyTransformer(nn.Module):
    """A decoder-only transformer over characters: 109,000 weights."""

    def __init__(self, width=64, heads=4, layers=2):
        super().__init__()
        self.token, self.place = nn.Embedding(len(ALPHABET), width), nn.Embedding(CONTEXT, width)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, len(ALPHABET))

    def forward(self, codes):
        length = codes.shape[1]
        ahead = torch.ones(length, length, dtype=torch.bool).triu(1)
        x = self.token(codes) + self.place(torch.arange(length))
        return self.head(self.norm(self.layers(x, mask=ahead)))


def sample(rng):
    """A prompt and its answer. `strftime` knows the names in English unless a locale was set."""
    day = datetime.date(1950, 1, 1) + datetime.timedelta(days=rng.randrange(36_500))
    return day.strftime(rng.choice(FORMS)) + " > ", day.isoformat()


def batch(rng):
    """Codes of a batch, and the targets: the answer's characters only (-100 elsewhere)."""
    codes = torch.zeros(BATCH_SIZE, CONTEXT, dtype=torch.long)
    targets = torch.full((BATCH_SIZE, CONTEXT), -100)
    for row in range(BATCH_SIZE):
        prompt, answer = sample(rng)
        text = torch.tensor([CODES[character] for character in prompt + answer + "\n"])
        codes[row, : len(text) - 1] = text[:-1]
        targets[row, len(prompt) - 1 : len(text) - 1] = text[len(prompt) :]
    return codes, targets


@torch.no_grad()
def answer_to(model, prompt, longest=16):
    codes = [CODES[character] for character in prompt]
    for _ in range(min(longest, CONTEXT - len(codes))):
        code = int(model(torch.tensor([codes]))[0, -1].argmax())
        if code == 0:
            break
        codes.append(code)
    return "".join(ALPHABET[code] for code in codes)[len(prompt) :]


def predictions(model, samples, epoch, step):
    """One record a sample, with what the server cannot know; it computes the scores from the ground truth."""
    records = []
    for index, (prompt, truth) in enumerate(samples):
        start = time.perf_counter()
        answer = answer_to(model, prompt)
        valid = re.fullmatch(r"\d{4}-\d\d-\d\d", answer) is not None
        records.append({
            "epoch": epoch, "step": step, "sample_index": index,
            "prompt": prompt, "ground_truth": truth, "prediction": answer,
            "prompt_tokens": len(prompt), "completion_tokens": len(answer), "total_tokens": len(prompt + answer),
            "latency_ms": round(1000 * (time.perf_counter() - start)), "max_new_tokens": 16, "do_sample": False,
            "validation_kind": "iso_date", "validation_pass": valid,
            "validation_errors": None if valid else ["expected YYYY-MM-DD"],
        })
    return records


def train(report, epochs=EPOCHS):
    """`report` takes `job(**fields)`, `predictions(records)` and `metrics(records)`, and never raises."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = TinyTransformer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=epochs * STEPS, pct_start=0.1)
    rng, held_out = random.Random(1), random.Random(2)
    samples = [sample(held_out) for _ in range(SAMPLES)]

    report.job(model_name="tiny-dates", status="running", total_epochs=epochs, total_steps=epochs * STEPS, progress=0)
    model.eval()
    report.predictions(predictions(model, samples, 0, 0))
    for epoch in range(1, epochs + 1):
        model.train()
        losses = []
        for _ in range(STEPS):
            codes, targets = batch(rng)
            loss = functional.cross_entropy(model(codes).flatten(0, 1), targets.flatten(), ignore_index=-100)
            optimizer.zero_grad()
            loss.backward()
            grad_norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            rate = schedule.get_last_lr()[0]
            optimizer.step()
            schedule.step()
            losses.append(loss.item())

        model.eval()
        step, train_loss = epoch * STEPS, sum(losses) / len(losses)
        with torch.no_grad():
            codes, targets = batch(held_out)
            eval_loss = functional.cross_entropy(model(codes).flatten(0, 1), targets.flatten(), ignore_index=-100).item()
        answers = predictions(model, samples, epoch, step)
        right = sum(answer["prediction"] == answer["ground_truth"] for answer in answers)
        print(f"epoch {epoch:2}  loss {train_loss:.3f}  eval loss {eval_loss:.3f}  {right}/{SAMPLES} right", flush=True)

        report.predictions(answers)
        report.metrics([{
            "step": step, "epoch": epoch, "train_loss": train_loss, "eval_loss": eval_loss,
            "learning_rate": rate, "grad_norm": float(grad_norm),
        }])
        report.job(
            current_epoch=epoch, current_step=step, progress=100 * epoch / epochs,
            loss=train_loss, eval_loss=eval_loss, learning_rate=rate,
        )
    report.job(status="completed", progress=100)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Watch a tiny model learn to write dates.")
    arguments.add_argument("--job-id", default=f"tiny-dates-{time.strftime('%Y%m%d-%H%M%S')}")
    arguments.add_argument("--epochs", type=int, default=EPOCHS)
    given = arguments.parse_args()
    logging.basicConfig(format="%(message)s")
    print(f"Job: {given.job_id}")
    outbox = PredictionOutbox(given.job_id)
    train(outbox, given.epochs)
    outbox.close()
