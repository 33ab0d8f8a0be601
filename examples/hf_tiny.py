"""`hf_callback.py` at work: Hugging Face's Trainer makes a tiny GPT-2, from random weights, learn capitals by heart.

    pip install torch transformers accelerate
    python hf_tiny.py

Nothing is downloaded: the tokenizer is one of characters, the model has 150,000 weights. About a minute on one core.
"""

import logging
import tempfile
import time

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, Trainer, TrainingArguments

from hf_callback import TrainingPredictionsCallback

CAPITALS = {
    "Austria": "Vienna", "Brazil": "Brasilia", "Canada": "Ottawa", "Egypt": "Cairo", "France": "Paris",
    "Ghana": "Accra", "Italy": "Rome", "Japan": "Tokyo", "Kenya": "Nairobi", "Peru": "Lima",
}
SAMPLES = [
    {"prompt": f"The capital of {country} is", "ground_truth": capital} for country, capital in CAPITALS.items()
]


def characters():
    """A tokenizer of one character a token; `<end>` ends a text and fills up a batch."""
    texts = [sample["prompt"] + " " + sample["ground_truth"] for sample in SAMPLES]
    vocabulary = {token: code for code, token in enumerate(["<end>", *sorted(set("".join(texts)))])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<end>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<end>", pad_token="<end>", clean_up_tokenization_spaces=False
    )


def main():
    logging.basicConfig(format="%(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    tokenizer = characters()
    end = tokenizer.eos_token_id
    config = GPT2Config(
        vocab_size=len(tokenizer), n_positions=64, n_embd=64, n_layer=3, n_head=4, resid_pdrop=0.0, embd_pdrop=0.0,
        attn_pdrop=0.0, bos_token_id=end, eos_token_id=end, pad_token_id=end,
    )
    rows = [tokenizer(sample["prompt"] + " " + sample["ground_truth"])["input_ids"] + [end] for sample in SAMPLES]

    def collate(batch):
        longest = max(len(row) for row in batch)
        codes = torch.tensor([row + [end] * (longest - len(row)) for row in batch])
        known = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in batch])
        return {"input_ids": codes, "attention_mask": known, "labels": codes.masked_fill(known == 0, -100)}

    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            GPT2LMHeadModel(config),
            TrainingArguments(
                folder, num_train_epochs=20, per_device_train_batch_size=10, learning_rate=3e-3, logging_steps=8,
                save_strategy="no", report_to=[], use_cpu=True, disable_tqdm=True,
            ),
            data_collator=collate,
            train_dataset=rows * 8,
            processing_class=tokenizer,
            callbacks=[TrainingPredictionsCallback(SAMPLES, job_id=f"hf-capitals-{time.strftime('%Y%m%d-%H%M%S')}", model_name="tiny-gpt2", max_new_tokens=16)],
        )
        trainer.train()


if __name__ == "__main__":
    main()
