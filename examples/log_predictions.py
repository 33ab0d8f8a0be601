"""Sends the sample predictions of a training run to Training Predictions. Standard library only."""

import json
import os
import pathlib
import urllib.request


def server():
    """Address and key: from the environment (VS Code's terminals have both), else of the local server of this machine."""
    if "FINETUNE_LAB_API_KEY" in os.environ:
        return os.environ.get("FINETUNE_LAB_API_URL", "https://finetunelab.ai"), os.environ["FINETUNE_LAB_API_KEY"]
    home = os.environ.get("TRAINING_PREDICTIONS_HOME") or pathlib.Path.home() / ".training-predictions"
    found = json.loads(pathlib.Path(home, "server.json").read_text())
    return found["url"], found["apiKey"]


def _post(url, path, headers, body):
    request = urllib.request.Request(
        url + path, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def save_job(job_id, **fields):
    """Creates a job, or changes the given fields of one: status, current_epoch, total_epochs, progress, loss, ...

    Returns the job's token, which log_predictions and log_metrics need.
    """
    url, key = server()
    return _post(url, "/api/training/local/jobs", {"X-API-Key": key}, {"job_id": job_id, **fields})["job_token"]


def _log(kind, job_id, job_token, rows, idempotency_key):
    headers = {"Authorization": f"Bearer {job_token}"}
    if idempotency_key is not None:
        headers["Idempotency-Key"] = idempotency_key
    return _post(server()[0], f"/api/training/local/{kind}", headers, {"job_id": job_id, kind: rows})


def log_predictions(job_id, job_token, predictions, idempotency_key=None):
    """Sends a list of dicts with epoch, step, sample_index, prompt, prediction and, where there is one, ground_truth.

    The local server stores a batch once, however often it is sent with the same idempotency_key.
    """
    return _log("predictions", job_id, job_token, predictions, idempotency_key)


def log_metrics(job_id, job_token, metrics, idempotency_key=None):
    """Sends a list of dicts with step, epoch and some of train_loss, eval_loss, learning_rate, grad_norm, ..."""
    return _log("metrics", job_id, job_token, metrics, idempotency_key)


if __name__ == "__main__":  # Try it: three epochs of one sample.
    token = save_job("my-run", model_name="my-model", status="running", total_epochs=2)
    for epoch, answer in enumerate(["Pxrs", "Pari", "Paris"]):
        log_predictions("my-run", token, [{
            "epoch": epoch, "step": epoch * 100, "sample_index": 0,
            "prompt": "The capital of France is", "ground_truth": "Paris", "prediction": answer,
        }])
        save_job("my-run", current_epoch=epoch, progress=100 * epoch / 2)
    save_job("my-run", status="completed")
