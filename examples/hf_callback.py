"""A callback for Hugging Face's Trainer and TRL: the model answers the same prompts again and again, and you watch.

    from hf_callback import TrainingPredictionsCallback

    trainer = SFTTrainer(..., callbacks=[TrainingPredictionsCallback(
        samples=[{"prompt": "The capital of France is", "ground_truth": "Paris"}, ...],
        tokenizer=tokenizer, every_steps=50,
        scores=lambda sample, answer: {"brief": len(answer) < 40},
    )])

It never ends a training: what fails is a warning in the log, and what cannot be sent waits on the disk. What is logged,
losses and learning rate above all, goes along. Needs `hf_answers.py`, `log_predictions.py` and `prediction_outbox.py`
beside it, and nothing from pip beyond what the training has. The random state of the training stays as it is.

Of several processes the first one asks, while the others wait at their next step. Models in parts (FSDP, DeepSpeed's
ZeRO-3, tensor parallelism) would have to generate on all processes at once: of those only what is logged is sent.
"""

import contextlib
import logging
import re
import time

from transformers import TrainerCallback

from hf_answers import REASONING, answering, answers_of, is_sharded, tokenizer_of
from log_predictions import new_job_id
from prediction_outbox import PredictionOutbox, never_raise

log = logging.getLogger("training_predictions")

#: Names of the contract's metrics for what Trainer logs; what is not here goes under its own name.
METRICS = {"loss": "train_loss", "train_samples_per_second": "samples_per_second"}
#: Fields of a sample that go with each of its answers.
SAMPLE_FIELDS = ("ground_truth", "prompt_id", "source_index", "sample_source", "sample_source_id")


class TrainingPredictionsCallback(TrainerCallback):
    """
    samples         dicts with `prompt` (text, or chat messages for a chat template), `ground_truth` (or None) and, if
                    you like, `prompt_id`, `sample_source`, `tools`; the first `max_samples` of them are asked
    tokenizer       the model's, or its processor; without it the Trainer's own `processing_class` is taken
    every_steps     ask after so many optimizer steps too, and not only at each evaluation and after each epoch
    max_new_tokens  of one answer
    completions     answers to each prompt; several are drawn at random
    temperature     of drawing; with one a single answer is drawn too
    template        what a chat template takes besides: {"enable_thinking": False}
    scores          a function of a sample and the answer's text; returns a dict of numbers and truth values by name
    config          of the job; may say which score decides and which ones are better when they are lower:
                    {"deciding_score": "brief", "scores": {"detours": {"better": "lower"}}}
    """

    def __init__(
        self, samples=(), tokenizer=None, job_id=None, model_name=None, max_samples=30, max_new_tokens=64,
        every_steps=None, outbox=None, scores=None, config=None, completions=1, temperature=None, template=None,
    ):
        self.samples = list(samples)[:max_samples]
        self.tokenizer = tokenizer
        self.job_id = job_id or new_job_id("run")
        self.model_name = model_name
        self.max_new_tokens = max_new_tokens
        self.every_steps = every_steps
        self.outbox = outbox
        self.scores = scores
        self.config = config
        self.completions = completions
        self.temperature = temperature
        self.template = template
        self._asked_at = None
        self._start = {}
        self._said = set()

    @never_raise
    def on_train_begin(self, args, state, control, model=None, **kwargs):
        if not state.is_world_process_zero:
            return
        self.outbox = self.outbox or PredictionOutbox(self.job_id)
        self._start, self._asked_at = {}, None
        if state.global_step > 0:
            # Steps after this one come again. Of two such starts the later one has the larger number.
            self._start = {"restart": self.outbox.next_start(), "restart_from": state.global_step}
            self._asked_at = state.global_step  # Before it was interrupted.
        name = self.model_name or getattr(getattr(model, "config", None), "_name_or_path", "") or type(model).__name__
        self.outbox.job(
            model_name=name, status="running", progress=self._progress(state),
            total_epochs=max(1, round(state.num_train_epochs)), total_steps=state.max_steps,
            **({} if self.config is None else {"config": self.config}),
        )
        self._ask(args, state, model, kwargs)

    @never_raise
    def on_step_end(self, args, state, control, model=None, **kwargs):
        if self.every_steps and state.global_step % self.every_steps == 0:
            self._ask(args, state, model, kwargs)

    @never_raise
    def on_evaluate(self, args, state, control, model=None, **kwargs):
        self._ask(args, state, model, kwargs)

    @never_raise
    def on_epoch_end(self, args, state, control, model=None, **kwargs):
        self._ask(args, state, model, kwargs)

    @never_raise
    def on_log(self, args, state, control, logs=None, **kwargs):
        if self.outbox is None or not state.is_world_process_zero:
            return
        values = _values(logs or {})
        if not values:
            return
        self.outbox.metrics([{"step": state.global_step, "epoch": state.epoch or 0, **self._start, **values}])
        losses = {"loss": values.get("train_loss"), "eval_loss": values.get("eval_loss")}
        self._tell_progress(state, {name: value for name, value in losses.items() if value is not None})

    @never_raise
    def on_train_end(self, args, state, control, **kwargs):
        if self.outbox is None or not state.is_world_process_zero:
            return
        self.outbox.job(status="completed", progress=100, current_step=state.global_step)
        self.outbox.close()
        self.outbox = None  # A notebook may train again.

    def _progress(self, state):
        return min(100 * state.global_step / max(state.max_steps, 1), 100)

    def _tell_progress(self, state, fields):
        whole = int((state.epoch or 0) + 1e-6)  # Of epochs; Trainer counts in fractions.
        self.outbox.job(current_epoch=whole, current_step=state.global_step, progress=self._progress(state), **fields)

    def _ask(self, args, state, model, kwargs):
        if self.outbox is None or not state.is_world_process_zero or self._asked_at == state.global_step:
            return
        self._asked_at = state.global_step
        processor = self.tokenizer or kwargs.get("processing_class") or kwargs.get("tokenizer")
        if not self.samples or not self._can_be_asked(args, model, processor):
            return
        records, begun = [], time.monotonic()
        # Processes that wait for this one give up, and the training with them, after that time.
        limit = getattr(args, "ddp_timeout", 1800) / 2 if getattr(args, "world_size", 1) > 1 else float("inf")
        with answering(model, tokenizer_of(processor)):
            for index, sample in enumerate(self.samples):
                if time.monotonic() - begun > limit:
                    self._say("slow", "asking takes too long for the other processes: ask fewer samples or tokens")
                    break
                records += self._records(state, model, processor, index, sample)
        self.outbox.predictions(records)
        self._tell_progress(state, {})

    def _can_be_asked(self, args, model, processor):
        why = None
        if getattr(args, "fsdp", None) or is_sharded(model):
            why = "the model lies in parts on several processes and is not asked (with DDP or ZeRO-2 it would be)"
        elif not hasattr(model, "generate"):
            why = f"{type(model).__name__} has no generate() and is not asked"
        elif processor is None:
            why = "no tokenizer: hand it over, TrainingPredictionsCallback(..., tokenizer=tokenizer)"
        if why is not None:
            self._say(why, "%s; only what is logged is sent", why)
        return why is None

    def _records(self, state, model, processor, index, sample):
        """The answers to a sample; what fails costs only those."""
        template = {**(self.template or {}), **({"tools": sample["tools"]} if sample.get("tools") else {})}
        try:
            answers = answers_of(
                model, processor, sample["prompt"], self.max_new_tokens, self.completions, self.temperature, template,
                reasoning_tokens(self.config),
            )
        except Exception as error:  # noqa: BLE001
            kind = type(error).__name__
            self._say((kind, str(error)), "sample %d was not answered (%s: %s)", index, kind, error)
            return []
        common = {"epoch": state.epoch or 0, "step": state.global_step, "sample_index": index, **self._start}
        common |= {name: sample[name] for name in SAMPLE_FIELDS if name in sample}
        return [common | self._scored(sample, answer) for answer in answers]

    def _scored(self, sample, answer):
        """The answer with its scores; a function that fails costs only those."""
        if self.scores is None:
            return answer
        try:
            return {**answer, "scores": self.scores(sample, answer["prediction"])}
        except Exception:  # noqa: BLE001
            self._say("scores", "scores failed; the answers go without", exc_info=True)
            return answer

    def _say(self, cause, text, *values, **how):
        """A warning, once a cause."""
        if cause not in self._said:
            self._said.add(cause)
            log.warning(f"Training Predictions: {text}", *values, **how)


def reasoning_tokens(config):
    """What finds the special tokens of reasoning: those of a usual name, and the job's own tags."""
    tags = [[tag] if isinstance(tag, str) else tag for tag in (config or {}).get("reasoning_tags", [])]
    return re.compile("|".join([REASONING.pattern, *(re.escape(text) for tag in tags for text in tag)]), re.IGNORECASE)


def _values(logs):
    """The numbers of a log by the contract's names."""
    # The last entry has the mean loss of the whole training, which is no point of a curve.
    other = {"epoch", "step", *(["train_loss"] if "train_runtime" in logs else [])}
    values = {}
    for name, value in logs.items():
        if name not in other and not isinstance(value, str):
            with contextlib.suppress(TypeError, ValueError):
                values[METRICS.get(name, name)] = float(value)
    return values
