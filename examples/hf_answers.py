"""Asks a model of Hugging Face's transformers in the middle of its training, and leaves it as it was.

`hf_callback.py` does so by these functions. A prompt is a text, or a chat: a list of messages, for the chat template.
Needs PyTorch.
"""

import contextlib
import re
import time

import torch

#: What names a special token of reasoning, as the tag `[THINK]`: it stays in the text of an answer.
REASONING = re.compile("think|reason", re.IGNORECASE)
#: What a module keeps of its mode. Unsloth sets both for the whole model, and the padding side of the tokenizer.
MODES = ("training", "gradient_checkpointing")


def tokenizer_of(processor):
    """The tokenizer of a multimodal model's processor; any other is one itself."""
    return getattr(processor, "tokenizer", processor)


def is_sharded(model):
    """Whether each process holds a part of each weight (FSDP, DeepSpeed's ZeRO-3, tensor parallelism)."""
    return any(type(module).__name__ == "FullyShardedDataParallel" for module in model.modules()) or any(
        hasattr(weight, "ds_id") or hasattr(weight, "device_mesh") for weight in model.parameters()
    )


@contextlib.contextmanager
def answering(model, tokenizer):
    """Within it the model answers; then each of its modules, the generation config and the tokenizer are as before."""
    modes = [
        (module, name, getattr(module, name))
        for module in model.modules() for name in MODES if name in vars(module) or hasattr(type(module), name)
    ]
    checkpointing = next((value for _, name, value in modes if name == "gradient_checkpointing" and value), False)
    side, generation = tokenizer.padding_side, getattr(model, "generation_config", None)
    settings = dict(vars(generation)) if generation is not None else {}
    model.eval()
    try:
        if hasattr(model, "for_inference"):  # Unsloth's.
            model.for_inference()
        yield
    finally:
        if hasattr(model, "for_inference"):
            model.for_training(use_gradient_checkpointing=checkpointing)
        for module, name, value in modes:
            setattr(module, name, value)
        if generation is not None:
            vars(generation).clear()
            vars(generation).update(settings)
            model.generation_config = generation
        tokenizer.padding_side = side


def encoded(processor, prompt, **template):
    """The text that the model reads, and its tensors by name. `template` is for the chat template, `tools` among it.

    The text has one BOS: a chat template writes its own, and a prompt that is a text may begin with its own.
    """
    tokenizer = tokenizer_of(processor)
    if isinstance(prompt, str):
        text, add = prompt, not (tokenizer.bos_token and prompt.startswith(tokenizer.bos_token))
    else:
        if any(part["type"] != "text" for message in prompt for part in _parts(message)):
            return _encoded_with_images(processor, prompt, template)
        # The templates of processors read lists of parts, and nothing of a text that stands in the place of one.
        of_parts = processor is not tokenizer and getattr(processor, "chat_template", None)
        chat, maker = (_in_parts(prompt), processor) if of_parts else (prompt, tokenizer)
        text, add = maker.apply_chat_template(chat, tokenize=False, **_end_of(prompt), **template), False
    given = tokenizer(text, return_tensors="pt", add_special_tokens=add)
    tensors = {name: given[name] for name in ("input_ids", "attention_mask")}
    # A tokenizer that closes the texts of a training with EOS would have the model answer after the end.
    if add and tensors["input_ids"].shape[1] > 1 and tensors["input_ids"][0, -1] == tokenizer.eos_token_id:
        if not (tokenizer.eos_token and prompt.endswith(tokenizer.eos_token)):
            tensors = {name: tensor[:, :-1] for name, tensor in tensors.items()}
    return text, tensors


def _encoded_with_images(processor, prompt, template):
    if processor is tokenizer_of(processor):
        raise ValueError("its prompt has an image or a sound: hand the model's processor over as `tokenizer`")
    chat = _in_parts(prompt)
    how = {**_end_of(prompt), **template}
    text = processor.apply_chat_template(chat, tokenize=False, **how)
    return text, dict(processor.apply_chat_template(chat, tokenize=True, return_dict=True, return_tensors="pt", **how))


def _in_parts(prompt):
    return [{**message, "content": _parts(message)} for message in prompt]


def _parts(message):
    content = message.get("content") or []
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _end_of(prompt):
    """How a template ends: with what opens an answer, or in the middle of the answer that the last message begins."""
    begun = prompt[-1]["role"] == "assistant"
    return {"continue_final_message": True} if begun else {"add_generation_prompt": True}


def without_files(prompt):
    """The messages of a chat with JSON's values alone: of an image no more than that it is one, or its address."""
    return [
        {**message, "content": [_without_file(part) for part in message["content"]]}
        if isinstance(message.get("content"), (list, tuple)) else message
        for message in prompt
    ]


def _without_file(part):
    return {name: value for name, value in part.items() if isinstance(value, (str, int, float, dict))}


def end_tokens(model, tokenizer):
    """The codes of the tokens that end an answer, of the model's generation config and of its tokenizer."""
    of_model = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    codes = [*(of_model if isinstance(of_model, (list, tuple)) else [of_model]), tokenizer.eos_token_id]
    return [int(code) for code in dict.fromkeys(codes) if code is not None]


def finish(codes, ends, most):
    """An answer's codes up to its end, and whether it came to one or was cut off: "stop" or "length"."""
    for place, code in enumerate(codes):
        if code in ends:
            return codes[: place + 1], "stop"
    return codes, "length" if len(codes) >= most else "stop"


def text_of(tokenizer, codes, kept=REASONING):
    """The text without special tokens, but for those of reasoning."""
    added = getattr(tokenizer, "added_tokens_decoder", {})
    special = {code: token.content for code, token in added.items() if token.special}
    if not any(kept.search(token) for token in special.values()):
        return tokenizer.decode(codes, skip_special_tokens=True).strip()
    left = [code for code in codes if code not in special or kept.search(special[code])]
    return tokenizer.decode(left, skip_special_tokens=False).strip()


@contextlib.contextmanager
def own_chance(model):
    """What is drawn within it does not change what a training draws afterwards."""
    kind = model.device.type
    saved = torch.mps.get_rng_state() if kind == "mps" else None
    count = 0 if kind in ("cpu", "mps") else getattr(torch, kind).device_count()
    try:
        with torch.random.fork_rng(devices=range(count), device_type=kind if count else "cuda"):
            yield
    finally:
        if saved is not None:
            torch.mps.set_rng_state(saved)


@torch.no_grad()
def answers_of(model, processor, prompt, most, completions=1, temperature=None, template=None, kept=REASONING):
    """Asks once; returns the fields of a prediction for each completion. Within `answering` alone.

    most          tokens of one answer
    completions   how many; several are drawn at random, one is the likeliest unless a `temperature` is given
    template      for the chat template
    kept          which special tokens stay in the text
    """
    tokenizer, start = tokenizer_of(processor), time.perf_counter()
    text, given = encoded(processor, prompt, **(template or {}))
    given = {name: value.to(model.device) if hasattr(value, "to") else value for name, value in given.items()}
    ends, drawn = end_tokens(model, tokenizer), completions > 1 or temperature is not None
    how = {"eos_token_id": ends, "pad_token_id": ends[0]} if ends else {}
    if tokenizer.pad_token_id is not None:
        how["pad_token_id"] = tokenizer.pad_token_id
    if temperature is not None:
        how["temperature"] = temperature
    if drawn:  # To draw by what is not a number, as of a training that diverged, ends all that runs on CUDA.
        how["remove_invalid_values"] = True
    with own_chance(model) if drawn else contextlib.nullcontext():
        made = model.generate(
            **given, max_new_tokens=most, do_sample=drawn, num_return_sequences=completions, use_cache=True, **how
        )
    took = round(1000 * (time.perf_counter() - start))
    # What an encoder and decoder makes begins with one token of its own, any other with the prompt.
    length = given["input_ids"].shape[1]
    begin = 1 if getattr(model.config, "is_encoder_decoder", False) else length
    chat = {} if isinstance(prompt, str) else {"messages": without_files(prompt)}
    fields = []
    for index, row in enumerate(made.tolist()):
        codes, reason = finish(row[begin:], ends, most)
        fields.append({
            "prompt": text, **chat, "prediction": text_of(tokenizer, codes, kept), "finish_reason": reason,
            "prompt_tokens": length, "completion_tokens": len(codes), "total_tokens": length + len(codes),
            "latency_ms": took, "max_new_tokens": most, "do_sample": drawn,
            **({"completion_index": index} if completions > 1 else {}),
        })
    return fields
