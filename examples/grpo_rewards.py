"""What a training by reward makes of its own prompts: each completion of TRL's GRPOTrainer, with its rewards.

    from grpo_rewards import RewardsCallback

    watch = RewardsCallback(ground_truth="answer")
    trainer = GRPOTrainer(..., reward_funcs=watch.logged([correct, brief]), callbacks=[watch])

The functions do what they did. What is logged goes along, and with `samples` the model is asked those besides, as
`hf_callback.py` does. Of several processes the first sends its part of each batch. Needs beside it what that needs.
"""

import functools
import hashlib
import inspect
import json

from hf_answers import end_tokens, tokenizer_of, without_files
from hf_callback import TrainingPredictionsCallback
from prediction_outbox import never_raise


class RewardsCallback(TrainingPredictionsCallback):
    """
    ground_truth  the column of the data set that has the right answers
    log_every     completions of every so many steps are sent
    others        as TrainingPredictionsCallback has them
    """

    def __init__(self, job_id=None, ground_truth="ground_truth", log_every=1, **others):
        super().__init__(job_id=job_id, **others)
        self.config = {"deciding_score": "reward", **(self.config or {})}
        self.ground_truth = ground_truth
        self.log_every = log_every
        self._names = {}  # Of the functions, by their place.
        self._left_out = 0
        self._training = None  # Its arguments, state, model and tokenizer.
        self._batch, self._rewards = None, {}
        self._numbers = {}  # Of the prompts, in the order in which they came.
        self._counted = (None, {})
        self._waiting = []  # Rows of the step that is under way.

    def on_train_begin(self, args, state, control, model=None, **kwargs):
        processor = self.tokenizer or kwargs.get("processing_class") or kwargs.get("tokenizer")
        self._training = (args, state, model, tokenizer_of(processor))
        super().on_train_begin(args, state, control, model=model, **kwargs)

    def on_step_end(self, args, state, control, **kwargs):
        rows, self._waiting = self._waiting, []
        if state.global_step % self.log_every == 0:
            self._send(state, rows)
        super().on_step_end(args, state, control, **kwargs)

    @never_raise
    def _send(self, state, rows):
        if rows and self.outbox is not None:
            at = {"epoch": state.epoch or 0, "step": state.global_step, **self._start}
            self.outbox.predictions([at | row for row in rows])

    def logged(self, reward_funcs):
        """The functions, for `reward_funcs`. A model among them, or the name of one, is left as it is: unknown."""
        functions = list(reward_funcs) if isinstance(reward_funcs, (list, tuple)) else [reward_funcs]
        for place, function in enumerate(functions):
            if isinstance(function, str) or hasattr(function, "parameters"):
                self._left_out += 1
                continue
            name = _name_of(function)
            self._names[place] = name if name not in self._names.values() else f"{name}_{place}"
            functions[place] = self._watched(place, function)
        return functions

    def _watched(self, place, function):
        # TRL hands over prompts, completions and the columns of the data set by name, some versions more than others.
        def watched(prompts, completions, **columns):
            values = function(prompts=prompts, completions=completions, **columns)
            self._take(place, prompts, completions, columns, values)
            return values

        async def watched_async(prompts, completions, **columns):
            values = await function(prompts=prompts, completions=completions, **columns)
            self._take(place, prompts, completions, columns, values)
            return values

        made = watched_async if inspect.iscoroutinefunction(function) else watched
        made.__name__ = _name_of(function)  # TRL logs by it.
        return made

    @never_raise
    def _take(self, place, prompts, completions, columns, values):
        """Keeps a function's rewards of a batch, and sends the batch when all have come."""
        if self.outbox is None or self._training is None or not self._training[1].is_world_process_zero:
            return
        if self._batch is not completions:
            self._batch, self._rewards = completions, {}
        self._rewards[place] = list(values)
        if len(self._rewards) < len(self._names):
            return
        args, state, model, _ = self._training
        rewards, self._batch, self._rewards = self._rewards, None, {}
        if getattr(args, "world_size", 1) > 1:
            self._say("part", "of each batch only the part of the first process is sent")
        rows = self._rows(prompts, completions, columns, rewards)
        if model.training:  # Completions are those of the step that they teach, as in TRL's own files.
            self._waiting += rows
        else:
            self._send(state, rows)

    def _rows(self, prompts, completions, columns, rewards):
        args, state, model, tokenizer = self._training
        source = "train" if model.training else "eval"
        if self._counted[0] != (state.global_step, source):
            self._counted = ((state.global_step, source), {})
        truths, codes = columns.get(self.ground_truth), columns.get("completion_ids")
        ends, most = end_tokens(model, tokenizer), getattr(args, "max_completion_length", None)
        rows = []
        for place, (prompt, completion) in enumerate(zip(prompts, completions)):
            key = _key(prompt)
            number = self._numbers.setdefault(key, len(self._numbers))
            index = self._counted[1][key] = self._counted[1].get(key, -1) + 1
            row = {
                "sample_source": source, "prompt_id": key, "sample_index": number, "completion_index": index,
                "prompt": _text(prompt), "prediction": _text(completion, last=True),
                "max_new_tokens": most, "do_sample": True,
                "scores": self._scores({name: rewards[at][place] for at, name in self._names.items()}),
            }
            if truths is not None:
                row["ground_truth"] = truths[place] if isinstance(truths[place], str) else json.dumps(truths[place])
            if not isinstance(prompt, str):
                row["messages"] = without_files(prompt)
            if not isinstance(completion, str):
                row["answer"] = without_files(completion)
            if codes is not None and len(codes[place]) > 0:
                row["completion_tokens"] = len(codes[place])
                row["finish_reason"] = "stop" if codes[place][-1] in ends else "length"
            rows.append(row)
        return rows

    def _scores(self, scores):
        """With the whole reward, by the weights of the training, where each part of it is known."""
        if self._left_out or "reward" in scores or all(value is None for value in scores.values()):
            return scores
        weights = getattr(self._training[0], "reward_weights", None) or [1.0] * len(scores)
        given = [weight * float(value) for weight, value in zip(weights, scores.values()) if value is not None]
        return {"reward": sum(given), **scores}


def _name_of(function):
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__name__", type(function).__name__)


def _key(prompt):
    """A name of the whole prompt, the same in each start of a run."""
    text = prompt if isinstance(prompt, str) else json.dumps(without_files(prompt), sort_keys=True)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _text(messages, last=False):
    """Of messages the plain text: of a completion what its last message says, of a prompt each with its role."""
    if isinstance(messages, str):
        return messages
    texts = [(message["role"], _content(message)) for message in messages]
    return texts[-1][1] if last and texts else "\n".join(f"{role}: {text}" for role, text in texts)


def _content(message):
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part["text"] if part.get("type") == "text" else f"[{part.get('type')}]" for part in content)
