"""Sends the sample predictions of a training run to Training Predictions. Standard library only."""

import json
import os
import pathlib
import urllib.request


def _server():
    """Address and key: from the environment (VS Code's terminals have both), else of the local server of this machine."""
    if "FINETUNE_LAB_API_KEY" in os.environ:
        return os.environ.get("FINETUNE_LAB_API_URL", "https://finetunelab.ai"), os.environ["FINETUNE_LAB_API_KEY"]
    home = os.environ.get("TRAINING_PREDICTIONS_HOME") or pathlib.Path.home() / ".training-predictions"
    server = json.loads(pathlib.Path(home, "server.json").read_text())
    return server["url"], server["apiKey"]


def _post(path, headers, body):
    url, _ = _server()
    request = urllib.request.Request(
        url + path, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def save_job(job_id, **fields):
    """Creates a job, or changes the given fields of one: status, current_epoch, total_epochs, progress, loss, ...

    Returns the job's token, which log_predictions needs.
    """
    _, key = _server()
    return _post("/api/training/local/jobs", {"X-API-Key": key}, {"job_id": job_id, **fields})["job_token"]


def log_predictions(job_id, job_token, predictions):
    """Sends a list of dicts with epoch, step, sample_index, prompt, prediction and, where there is one, ground_truth."""
    body = {"job_id": job_id, "predictions": predictions}
    return _post("/api/training/local/predictions", {"Authorization": f"Bearer {job_token}"}, body)


if __name__ == "__main__":  # Try it: three epochs of one sample.
    token = save_job("my-run", model_name="my-model", status="running", total_epochs=2)
    for epoch, answer in enumerate(["Pxrs", "Pari", "Paris"]):
        log_predictions("my-run", token, [{
            "epoch": epoch, "step": epoch * 100, "sample_index": 0,
            "prompt": "The capital of France is", "ground_truth": "Paris", "prediction": answer,
        }])
        save_job("my-run", current_epoch=epoch, progress=100 * epoch / 2)
    save_job("my-run", status="completed")
