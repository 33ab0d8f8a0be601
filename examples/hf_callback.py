"""A callback for Hugging Face's Trainer and TRL: the model answers the same prompts again and again, and you watch.

    from hf_callback import TrainingPredictionsCallback

    trainer = SFTTrainer(..., callbacks=[TrainingPredictionsCallback(
        samples=[{"prompt": "The capital of France is", "ground_truth": "Paris"}, ...],
        tokenizer=tokenizer, job_id="my-run", every_steps=50,
        scores=lambda sample, answer: {"brief": len(answer) < 40},
    )])

It never ends a training: what fails is a warning in the log, and what cannot be sent waits on the disk. Losses and
learning rate go along. Needs `log_predictions.py` and `prediction_outbox.py` beside it, and nothing from pip beyond
what the training has. Greedy decoding leaves the random state of the training alone. Sharded models (FSDP, DeepSpeed)
would have to generate on all processes at once: for those only losses are sent.
"""

import logging
import time

import torch
from transformers import TrainerCallback

from prediction_outbox import PredictionOutbox, never_raise

log = logging.getLogger("training_predictions")

#: Names of the contract's metrics for what Trainer logs.
METRICS = {
    "loss": "train_loss", "eval_loss": "eval_loss", "learning_rate": "learning_rate", "grad_norm": "grad_norm",
    "train_samples_per_second": "samples_per_second",
}


class TrainingPredictionsCallback(TrainerCallback):
    """
    samples         dicts with `prompt` (text, or chat messages for a chat template) and `ground_truth` (or None);
                    the first `max_samples` of them are asked
    tokenizer       the model's; without it the Trainer's own `processing_class` is taken
    every_steps     ask after so many optimizer steps too, and not only at each evaluation and after each epoch
    max_new_tokens  of one answer
    scores          a function of a sample and the answer's text; returns a dict of numbers and truth values by name
    config          of the job; may say which score decides and which ones are better when they are lower:
                    {"deciding_score": "brief", "scores": {"detours": {"better": "lower"}}}
    """

    def __init__(
        self, samples, tokenizer=None, job_id=None, model_name=None, max_samples=30, max_new_tokens=64,
        every_steps=None, outbox=None, scores=None, config=None,
    ):
        self.samples = list(samples)[:max_samples]
        self.tokenizer = tokenizer
        self.job_id = job_id or f"run-{time.strftime('%Y%m%d-%H%M%S')}"
        self.model_name = model_name
        self.max_new_tokens = max_new_tokens
        self.every_steps = every_steps
        self.outbox = outbox
        self.scores = scores
        self.config = config
        self._asked_at = None
        self._start = {}
        self._said = False

    @never_raise
    def on_train_begin(self, args, state, control, model=None, **kwargs):
        if not state.is_world_process_zero:
            return
        self.outbox = self.outbox or PredictionOutbox(self.job_id)
        name = self.model_name or getattr(getattr(model, "config", None), "_name_or_path", "") or type(model).__name__
        self.outbox.job(
            model_name=name, status="running", progress=0,
            total_epochs=max(1, round(state.num_train_epochs)), total_steps=state.max_steps,
            **({} if self.config is None else {"config": self.config}),
        )
        if state.global_step > 0:
            # Steps after this one come again. Of two such starts the later one has the larger number.
            self._start = {"restart": int(time.time()), "restart_from": state.global_step}
            self._asked_at = state.global_step  # Before it was interrupted.
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
        values = {METRICS[name]: float(value) for name, value in (logs or {}).items() if name in METRICS}
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

    def _tell_progress(self, state, fields):
        progress = 100 * state.global_step / max(state.max_steps, 1)
        whole = int((state.epoch or 0) + 1e-6)  # Of epochs; Trainer counts in fractions.
        self.outbox.job(current_epoch=whole, current_step=state.global_step, progress=min(progress, 100), **fields)

    def _ask(self, args, state, model, kwargs):
        if self.outbox is None or not state.is_world_process_zero or self._asked_at == state.global_step:
            return
        if getattr(args, "fsdp", None) or getattr(args, "deepspeed", None):
            if self._asked_at is None:
                log.warning("Training Predictions: a sharded model is not asked; only losses are sent")
            self._asked_at = state.global_step
            return
        self._asked_at = state.global_step
        tokenizer = self.tokenizer or kwargs.get("processing_class") or kwargs.get("tokenizer")
        was_training = model.training
        model.eval()
        try:
            records = [
                {"epoch": state.epoch or 0, "step": state.global_step, "sample_index": index, **self._start}
                | self._scored(sample, self._answer(model, tokenizer, sample))
                for index, sample in enumerate(self.samples)
            ]
        finally:
            model.train(was_training)
        self.outbox.predictions(records)
        self._tell_progress(state, {})

    def _scored(self, sample, answer):
        """The answer with its scores; a function that fails costs only those."""
        if self.scores is None:
            return answer
        try:
            return {**answer, "scores": self.scores(sample, answer["prediction"])}
        except Exception:  # noqa: BLE001
            if not self._said:
                log.warning("Training Predictions: scores failed; the answers go without", exc_info=True)
            self._said = True
            return answer

    @torch.no_grad()
    def _answer(self, model, tokenizer, sample):
        prompt = sample["prompt"]
        if not isinstance(prompt, str):
            prompt = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, tokenize=False)
        start = time.perf_counter()
        given = tokenizer(prompt, return_tensors="pt").to(model.device)
        pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
        made = model.generate(
            input_ids=given["input_ids"], attention_mask=given["attention_mask"],
            max_new_tokens=self.max_new_tokens, do_sample=False, pad_token_id=pad,
        )
        new = made[0, given["input_ids"].shape[1] :]
        return {
            "prompt": prompt, "ground_truth": sample.get("ground_truth"),
            "prediction": tokenizer.decode(new, skip_special_tokens=True).strip(),
            "prompt_tokens": given["input_ids"].shape[1], "completion_tokens": len(new),
            "total_tokens": made.shape[1], "latency_ms": round(1000 * (time.perf_counter() - start)),
            "max_new_tokens": self.max_new_tokens, "do_sample": False,
        }
